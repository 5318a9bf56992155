import type { ErrorAnswer } from '../../../shared/errors.ts';
import type { ItemId } from '../../../shared/ids.ts';
import type { CatalogItem, Recommendation } from '../../../shared/query.ts';
import type { RecommenderApi } from '../../api.ts';
import type { Engine } from './engine.svelte.ts';
import type { Ten } from './ten.svelte.ts';

const SIMILAR = 8;

/** One film, what is like it, and why it suits: everything that its page shows. */
export class FilmView {
  film = $state.raw<CatalogItem | null>(null);
  similar = $state.raw<readonly CatalogItem[]>([]);
  /** How it would be recommended; null where it is rated, or nothing is. */
  recommendation = $state.raw<Recommendation | null>(null);
  /** Ratings that spoke for it, in an order that stays: a switch does not move when it is turned. */
  reasons = $state.raw<readonly ItemId[]>([]);
  failure = $state.raw<ErrorAnswer | null>(null);

  #whyTurn = 0;

  constructor(
    private readonly api: RecommenderApi,
    private readonly engine: Engine,
    private readonly ten: Ten,
    readonly id: ItemId,
  ) {}

  async open(): Promise<void> {
    this.failure = null;
    const [film, similar] = await Promise.all([this.api.item(this.id), this.api.similar({ item: this.id, k: SIMILAR })]);
    if (film.ok) this.film = film.value;
    else this.failure = film.error;
    if (similar.ok) this.similar = similar.value.map(({ item }) => item);
  }

  /** The same question as for the ten, of this film alone, whatever the steering lets in. */
  async askWhy(): Promise<void> {
    const { model } = this.engine;
    if (!model) return;
    const turn = ++this.#whyTurn;
    const { ratings } = this.ten.question(model.ratingScale);
    const answer = await this.api.recommend({ ratings, k: 1, explain: true, filter: { only: [this.id] } });
    if (turn !== this.#whyTurn) return; // a newer question is on its way
    this.recommendation = answer.ok && answer.value.basis === 'ratings' ? (answer.value.items[0] ?? null) : null;
    const because = this.recommendation?.because ?? [];
    const more = because.filter(({ item, share }) => share > 0 && !this.reasons.includes(item));
    this.reasons = [...this.reasons, ...more.map(({ item }) => item)];
  }
}
