import type { ErrorAnswer } from '../../../shared/errors.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import type { RecommenderApi } from '../../api.ts';

/** What somebody looked for, and what there is. */
export interface Found {
  readonly text: string;
  readonly items: readonly CatalogItem[];
}

const RESULTS = 24;

/** Titles as somebody types: the answer to the last letter counts, whatever order the answers come in. */
export class Search {
  text = $state.raw('');
  /** Null while nothing is looked for. */
  found = $state.raw<Found | null>(null);
  failure = $state.raw<ErrorAnswer | null>(null);

  #turn = 0;

  constructor(private readonly api: RecommenderApi) {}

  async ask(text: string): Promise<void> {
    const turn = ++this.#turn;
    this.text = text;
    const wanted = text.trim();
    if (wanted === '') {
      this.found = this.failure = null;
      return;
    }
    const answer = await this.api.findItems(wanted, RESULTS);
    if (turn !== this.#turn) return; // somebody typed on
    this.failure = answer.ok ? null : answer.error;
    if (answer.ok) this.found = { text: wanted, items: answer.value };
  }
}
