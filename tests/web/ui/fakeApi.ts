import type { CatalogFacts } from '../../../shared/catalogFacts.ts';
import type { ErrorCode, Result } from '../../../shared/errors.ts';
import type { GroupQuery, GroupRecommendations } from '../../../shared/groupQuery.ts';
import { itemId, type ItemId } from '../../../shared/ids.ts';
import type { TasteMap } from '../../../shared/tasteMap.ts';
import type { FilmMatch, WantedFilm } from '../../../shared/matching.ts';
import type { CatalogItem, Rating, Recommendations, RecommendQuery, SimilarItem, SimilarQuery } from '../../../shared/query.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from '../../../web/api.ts';

/** A question that waits until the test answers it. */
export class Question<Asked, Value> {
  readonly answered: Promise<Result<Value>>;
  #settle!: (result: Result<Value>) => void;

  constructor(readonly asked: Asked) {
    this.answered = new Promise((settle) => (this.#settle = settle));
  }

  answer(value: Value): Promise<void> {
    this.#settle({ ok: true, value });
    return settled();
  }

  fail(code: ErrorCode, message = `${code} of the test`): Promise<void> {
    this.#settle({ ok: false, error: { code, message } });
    return settled();
  }
}

/** Lets everything run that waits for answers already given. */
export const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

/** A recommender whose answers, and their order, the test decides. What it is asked crosses as to a worker. */
export class FakeApi implements LocalRecommenderApi {
  readonly loads: Question<string, ModelInfo>[] = [];
  readonly queries: Question<RecommendQuery, Recommendations>[] = [];
  readonly similars: Question<SimilarQuery, readonly SimilarItem[]>[] = [];
  readonly items: Question<ItemId, CatalogItem>[] = [];
  readonly searches: Question<string, readonly CatalogItem[]>[] = [];
  readonly maps: Question<undefined, TasteMap>[] = [];
  readonly factsAsked: Question<null, CatalogFacts>[] = [];
  readonly onboardings: Question<number | undefined, readonly CatalogItem[]>[] = [];
  readonly groups: Question<GroupQuery, GroupRecommendations>[] = [];
  readonly tasteCodes: Question<readonly Rating[], string>[] = [];
  /** Titles that this model does not know. */
  readonly strangers = new Set<string>();
  tell: (status: EngineStatus) => void = () => {};

  load(manifestUrl: string): Promise<Result<ModelInfo>> {
    return ask(this.loads, manifestUrl);
  }

  recommend(query: RecommendQuery): Promise<Result<Recommendations>> {
    return ask(this.queries, query);
  }

  similar(query: SimilarQuery): Promise<Result<readonly SimilarItem[]>> {
    return ask(this.similars, query);
  }

  item(id: ItemId): Promise<Result<CatalogItem>> {
    return ask(this.items, id);
  }

  findItems(text: string): Promise<Result<readonly CatalogItem[]>> {
    return ask(this.searches, text);
  }

  onboarding(limit?: number): Promise<Result<readonly CatalogItem[]>> {
    return ask(this.onboardings, limit);
  }

  map(): Promise<Result<TasteMap>> {
    return ask(this.maps, undefined);
  }

  /** Knows every film under the name that it comes with, but those of `strangers`. */
  match(films: readonly WantedFilm[]): Promise<Result<readonly FilmMatch[]>> {
    const known = films.map((film): FilmMatch => (this.strangers.has(film.title) ? { item: null, by: null } : { item: structuredClone(film) as CatalogItem, by: 'title' }));
    return Promise.resolve({ ok: true, value: known });
  }

  facts(): Promise<Result<CatalogFacts>> {
    return ask(this.factsAsked, null);
  }

  recommendForGroup(query: GroupQuery): Promise<Result<GroupRecommendations>> {
    return ask(this.groups, query);
  }

  tasteCode(ratings: readonly Rating[]): Promise<Result<string>> {
    return ask(this.tasteCodes, ratings);
  }

  /** Never resolves, as with a worker whose script did not load. */
  watch(listener: (status: EngineStatus) => void): Promise<void> {
    this.tell = listener;
    return new Promise(() => {});
  }
}

function ask<Asked, Value>(questions: Question<Asked, Value>[], asked: Asked): Promise<Result<Value>> {
  const question = new Question<Asked, Value>(structuredClone(asked));
  questions.push(question);
  return question.answered;
}

export const film = (id: number, title = `Film ${id}`): CatalogItem => ({
  id: itemId(id),
  title,
  year: 1980 + id,
  genres: ['Drama'],
  imdbId: null,
  tmdbId: null,
});

export const model = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  name: 'test',
  modelId: 'test',
  items: 300,
  rank: 8,
  ratingScale: { min: 0.5, max: 5 },
  bytes: 1000,
  engine: 'WebAssembly SIMD',
  dataset: 'test',
  attribution: null,
  hasMap: false,
  ...more,
});

export const recommendations = (ids: readonly number[], more: Partial<Recommendations> = {}): Recommendations => ({
  items: ids.map((id) => ({ item: film(id), score: 1 / id })),
  basis: 'ratings',
  unknown: [],
  computeMs: 0.4,
  ...more,
});
