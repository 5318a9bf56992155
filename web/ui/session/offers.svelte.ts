import type { ErrorAnswer } from '../../../shared/errors.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import type { RecommenderApi } from '../../api.ts';
import type { Library } from './library.svelte.ts';

const SHOWN = 24;
/** More than are shown: those not seen make room for the next. */
const ASKED = 96;

/** Films to rate, while nothing is looked for. What is rated stays in its place until the page is opened anew. */
export class Offers {
  failure = $state.raw<ErrorAnswer | null>(null);
  /** Null until they were asked for. */
  #list = $state.raw<readonly CatalogItem[] | null>(null);
  /** Rated, but never offered: they were looked for. They stay on the page, newest first. */
  #brought = $state.raw<readonly CatalogItem[]>([]);

  readonly isThere = $derived(this.#list !== null);
  readonly films: readonly CatalogItem[] = $derived.by(() => {
    const wanted = ({ id }: CatalogItem): boolean => {
      const verdict = this.library.verdict(id);
      return verdict !== 'unseen' && verdict !== 'dismissed' && verdict !== 'seen';
    };
    return [...this.#brought.filter(wanted), ...(this.#list ?? []).filter(wanted).slice(0, SHOWN)];
  });

  constructor(
    private readonly api: RecommenderApi,
    private readonly library: Library,
  ) {}

  /** What was rated before is not offered again. */
  async ask(): Promise<void> {
    const answer = await this.api.onboarding(ASKED);
    this.failure = answer.ok ? null : answer.error;
    if (!answer.ok) return;
    this.#brought = [];
    this.#list = answer.value.filter(({ id }) => this.library.verdict(id) !== 'rated');
  }

  /** A film that was found and rated has its place here from now on. */
  bring(item: CatalogItem): void {
    if (this.films.some(({ id }) => id === item.id)) return;
    this.#brought = [item, ...this.#brought.filter(({ id }) => id !== item.id)];
    this.#list = (this.#list ?? []).filter(({ id }) => id !== item.id);
  }
}
