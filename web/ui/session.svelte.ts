import type { ErrorAnswer, Result } from '../../shared/errors.ts';
import type { ItemId } from '../../shared/ids.ts';
import type { CatalogItem, Recommendations } from '../../shared/query.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from '../api.ts';
import { toScale } from './scale.ts';

export interface OwnRating {
  readonly item: CatalogItem;
  /** 0.5 to 5, in halves. */
  readonly stars: number;
}

/** What somebody looked for, and what there is. */
export interface Found {
  readonly text: string;
  readonly items: readonly CatalogItem[];
}

export interface Progress {
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

type Ratings = ReadonlyMap<ItemId, OwnRating>;

const TEN = 10;
const RESULTS = 24;
const OFFERED = 24;
/** More than are shown: those not seen make room for the next. */
const ONBOARDING = 96;

/**
 * One person before one model: what they look for, what they rate, and the ten that follow from it.
 *
 * All state is raw: values are replaced, never changed in place, so that no proxy ever reaches the api, whose
 * answers and arguments cross threads.
 */
export class Session {
  status = $state.raw<EngineStatus>({ kind: 'idle' });
  /** How far the download is, or got before it failed. */
  progress = $state.raw<Progress>({ receivedBytes: 0, totalBytes: 0 });
  /** A question that was not answered. Why no model is there stands in `status`. */
  failure = $state.raw<ErrorAnswer | null>(null);

  text = $state.raw('');
  /** Null while nothing is looked for. */
  found = $state.raw<Found | null>(null);

  /** Newest first. */
  ratings = $state.raw<Ratings>(new Map());
  /** What `clear` took away, until the next rating. */
  cleared = $state.raw<Ratings | null>(null);
  recommendations = $state.raw<Recommendations | null>(null);

  #onboarding = $state.raw<readonly CatalogItem[]>([]);
  #unseen = $state.raw<ReadonlySet<ItemId>>(new Set());
  /** Rated, but never offered: they were looked for. They stay on the page, newest first. */
  #brought = $state.raw<readonly CatalogItem[]>([]);

  model = $derived<ModelInfo | null>(this.status.kind === 'ready' ? this.status.model : null);
  computeMs = $derived(this.recommendations?.computeMs ?? null);
  /** Films to rate, while nothing is looked for. */
  offered = $derived([
    ...this.#brought.filter(({ id }) => !this.#unseen.has(id)),
    ...this.#onboarding.filter(({ id }) => !this.#unseen.has(id)).slice(0, OFFERED),
  ]);

  readonly #api: LocalRecommenderApi;
  readonly #findModel: () => Promise<Result<string>>;
  #watched = false;
  #searchTurn = 0;
  #recommendTurn = 0;

  /** @param findModel answers with the absolute address of the manifest to load. */
  constructor(api: LocalRecommenderApi, findModel: () => Promise<Result<string>>) {
    this.#api = api;
    this.#findModel = findModel;
  }

  /** Loads the model, then asks the first questions. Also the way on after a failure. */
  async start(): Promise<void> {
    if (this.status.kind === 'loading' || this.status.kind === 'ready') return;
    this.status = { kind: 'loading', receivedBytes: 0, totalBytes: 0 };
    if (!this.#watched) {
      this.#watched = true;
      // Not awaited: an engine that cannot even start says so to `load` alone.
      void this.#api.watch((status) => this.#follow(status));
    }
    const manifest = await this.#findModel();
    const loaded = manifest.ok ? await this.#api.load(manifest.value) : manifest;
    if (!loaded.ok) {
      this.status = { kind: 'failed', error: loaded.error };
      return;
    }
    this.status = { kind: 'ready', model: loaded.value };
    await this.retry();
  }

  /** Asks again what has no answer. */
  async retry(): Promise<void> {
    this.failure = null;
    const open = [this.#refresh()];
    if (this.#onboarding.length === 0) open.push(this.#askOnboarding());
    if (this.text.trim() !== '') open.push(this.search(this.text));
    await Promise.all(open);
  }

  async search(text: string): Promise<void> {
    const turn = ++this.#searchTurn;
    this.text = text;
    const wanted = text.trim();
    if (wanted === '') {
      this.found = null;
      return;
    }
    const answer = await this.#api.findItems(wanted, RESULTS);
    if (turn !== this.#searchTurn) return; // somebody typed on
    if (answer.ok) {
      this.failure = null;
      this.found = { text: wanted, items: answer.value };
    } else this.failure = answer.error;
  }

  /** @param stars 0.5 to 5, in halves; null takes the rating back. */
  async rate(item: CatalogItem, stars: number | null): Promise<void> {
    const others = [...this.ratings].filter(([id]) => id !== item.id);
    this.ratings = new Map(stars === null ? others : [[item.id, { item, stars }], ...others]);
    this.cleared = null;
    if (stars !== null) this.#keepOnPage(item);
    await this.#refresh();
  }

  /** Takes all ratings back. */
  async clear(): Promise<void> {
    if (this.ratings.size === 0) return;
    this.cleared = this.ratings;
    this.ratings = new Map();
    await this.#refresh();
  }

  /** Brings back what `clear` took. */
  async restore(): Promise<void> {
    if (!this.cleared) return;
    this.ratings = this.cleared;
    this.cleared = null;
    await this.#refresh();
  }

  /** Offers another film in place of one that they have not seen. */
  setUnseen(item: CatalogItem): void {
    this.#unseen = new Set(this.#unseen).add(item.id);
  }

  #keepOnPage(item: CatalogItem): void {
    if (this.#unseen.has(item.id)) this.#unseen = new Set([...this.#unseen].filter((id) => id !== item.id));
    if (this.offered.some(({ id }) => id === item.id)) return;
    this.#brought = [item, ...this.#brought.filter(({ id }) => id !== item.id)];
    this.#onboarding = this.#onboarding.filter(({ id }) => id !== item.id);
  }

  /** The end of a load is told by its own answer, which may overtake the last words of its beginning. */
  #follow(status: EngineStatus): void {
    if (this.status.kind !== 'loading' || status.kind !== 'loading') return;
    this.status = status;
    this.progress = status;
  }

  async #askOnboarding(): Promise<void> {
    const answer = await this.#api.onboarding(ONBOARDING);
    if (answer.ok) this.#onboarding = answer.value;
    else this.failure = answer.error;
  }

  async #refresh(): Promise<void> {
    const { model } = this;
    if (!model) return;
    const turn = ++this.#recommendTurn;
    const ratings = [...this.ratings.values()].map(({ item, stars }) => ({
      item: item.id,
      rating: toScale(stars, model.ratingScale),
    }));
    const answer = await this.#api.recommend({ ratings, k: TEN, explain: true });
    if (turn !== this.#recommendTurn) return; // a newer question is on its way
    if (answer.ok) {
      this.failure = null;
      this.recommendations = answer.value;
    } else this.failure = answer.error;
  }
}
