import type { CatalogFacts } from '../shared/catalogFacts.ts';
import type { ErrorAnswer, Result } from '../shared/errors.ts';
import type { GroupQuery, GroupRecommendations } from '../shared/groupQuery.ts';
import type { ItemId } from '../shared/ids.ts';
import type { TasteMap } from '../shared/tasteMap.ts';
import type { FilmMatch, WantedFilm } from '../shared/matching.ts';
import type { CatalogItem, Rating, RatingScale, Recommendations, RecommendQuery, SimilarItem, SimilarQuery } from '../shared/query.ts';

/** What a person may know about the loaded model. */
export interface ModelInfo {
  readonly name: string;
  /** Changes whenever any byte of the model does. */
  readonly modelId: string;
  readonly items: number;
  readonly rank: number;
  readonly ratingScale: RatingScale;
  /** Bytes of the files that are read before the first answer. */
  readonly bytes: number;
  /** Which implementation of the search answers: "WebAssembly SIMD" or "plain JavaScript". */
  readonly engine: string;
  readonly dataset: string;
  /** Sentence that must be shown where results are, if the data's licence asks for one. */
  readonly attribution: string | null;
  /** Whether `map()` has something to show. */
  readonly hasMap: boolean;
}

export type EngineStatus =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'loading';
      readonly receivedBytes: number;
      readonly totalBytes: number;
      /** A sentence for people, where it was loaded before and had to start again. */
      readonly restarted?: string;
    }
  | { readonly kind: 'ready'; readonly model: ModelInfo }
  | { readonly kind: 'failed'; readonly error: ErrorAnswer };

/** The contract of every door. Arguments and answers are plain data: they cross threads and networks as they are. */
export interface RecommenderApi {
  recommend(query: RecommendQuery): Promise<Result<Recommendations>>;
  /** Other items like one, the most similar first. */
  similar(query: SimilarQuery): Promise<Result<readonly SimilarItem[]>>;
  item(id: ItemId): Promise<Result<CatalogItem>>;
  /** Titles for what somebody typed, best match first; forgives typos, accents and "Matrix, The". */
  findItems(text: string, limit?: number): Promise<Result<readonly CatalogItem[]>>;
  /** Titles to ask a newcomer about, the most telling first; fewer than `limit` where the model's list ends. */
  onboarding(limit?: number): Promise<Result<readonly CatalogItem[]>>;
}

/** A door that loads its own model, and can say how far it is. */
export interface LocalRecommenderApi extends RecommenderApi {
  /**
   * Fetches and verifies the model; resolves when it is ready or has failed. May be called again after a failure.
   * @param manifestUrl absolute address of a manifest.json.
   * @param fresh the newest model there, instead of one that was kept on the device. Default false.
   */
  load(manifestUrl: string, fresh?: boolean): Promise<Result<ModelInfo>>;
  /** Calls back with the status now and at each change. Returns when subscribed. */
  watch(listener: (status: EngineStatus) => void): Promise<void>;
  /**
   * The catalogue in two dimensions, fetched and verified at the first question. Where somebody lives on it says
   * MapFinder, in the page. `NOT_FOUND` where the model was published without a map.
   */
  map(): Promise<Result<TasteMap>>;
  /** What the catalogue calls films that come from elsewhere; one answer a film, in their order. */
  match(films: readonly WantedFilm[]): Promise<Result<readonly FilmMatch[]>>;
  /** Which genres and decades there are to choose from. */
  facts(): Promise<Result<CatalogFacts>>;
  /** One list for several people. */
  recommendForGroup(query: GroupQuery): Promise<Result<GroupRecommendations>>;
  /** Somebody's taste as a short text, for the lists of others: see tasteCode.ts for what it tells of them. */
  tasteCode(ratings: readonly Rating[]): Promise<Result<string>>;
}
