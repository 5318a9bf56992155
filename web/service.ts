import { loadMap, type ArtifactSource } from '../shared/artifact/load.ts';
import { factsOf, type CatalogFacts } from '../shared/catalogFacts.ts';
import { loadRecommender, type Engines } from '../shared/engine/open.ts';
import { answer, FrameRateError, type Result } from '../shared/errors.ts';
import type { GroupQuery, GroupRecommendations } from '../shared/groupQuery.ts';
import type { FilmMatch, FilmMatcher, WantedFilm } from '../shared/matching.ts';
import type { CatalogItem, Rating, Recommendations, RecommendQuery } from '../shared/query.ts';
import type { TasteMap } from '../shared/tasteMap.ts';
import type { TitleSearch } from '../shared/titles.ts';
import type { LocalRecommenderApi } from './api.ts';
import { checkLimit, ModelService, type Loaded } from './modelService.ts';

/** More titles than these are not indexed before somebody looks for one: it takes a second, and a kilobyte a title. */
const TITLES_AT_ONCE = 100_000;

/** From the first answer to the index of titles. */
const INDEX_AFTER_MS = 500;

/** What a service needs from the place that it runs in. */
export interface ServiceSurroundings extends Engines {
  /**
   * @param manifestUrl address of a manifest.json, or a folder's path in Node.
   * @param fresh the newest there is, where a cache has another.
   */
  openSource(manifestUrl: string, fresh: boolean): ArtifactSource;
}

/** The whole contract over one model. Runs in the page's worker and in the server alike. What no first ten films need is loaded after them. */
export class RecommenderService extends ModelService implements LocalRecommenderApi {
  #titles: (() => Promise<TitleSearch>) | null = null;
  #matcher: (() => Promise<FilmMatcher>) | null = null;
  /** Whether titles are indexed already, or are so many that only a question has them indexed. */
  #isIndexed = true;

  constructor(surroundings: ServiceSurroundings) {
    super({
      openSource: (manifestUrl, fresh) => surroundings.openSource(manifestUrl, fresh),
      openRecommender: (source, onProgress) => loadRecommender(source, surroundings, onProgress),
    });
  }

  protected override opened({ recommender: { model } }: Loaded): void {
    const { catalog, foldIn } = model;
    this.#matcher = once(async () => new (await fetched(import('../shared/matching.ts'))).FilmMatcher(catalog));
    this.#titles = once(async () => (await fetched(import('../shared/titles.ts'))).TitleSearch.open(catalog.items, foldIn.popularity));
    this.#isIndexed = catalog.size > TITLES_AT_ONCE;
  }

  /** Who has seen ten films may look for others next; they are on the screen first. */
  override async recommend(query: RecommendQuery): Promise<Result<Recommendations>> {
    const answered = await super.recommend(query);
    if (!this.#isIndexed) {
      this.#isIndexed = true;
      const open = this.#titles!;
      setTimeout(() => open().catch(() => undefined), INDEX_AFTER_MS); // said when somebody looks for a title
    }
    return answered;
  }

  findItems(text: string, limit = 20): Promise<Result<readonly CatalogItem[]>> {
    return answer(async () => {
      this.ready();
      return (await this.#titles!()).find(text, checkLimit(limit));
    });
  }

  map(): Promise<Result<TasteMap>> {
    return answer(async () => {
      const { source, recommender } = this.ready();
      const { manifest, catalog } = recommender.model;
      const [{ drawMap }, table] = await Promise.all([fetched(import('../shared/tasteMap.ts')), loadMap(source, manifest)]);
      return drawMap(table, catalog.items);
    });
  }

  match(films: readonly WantedFilm[]): Promise<Result<readonly FilmMatch[]>> {
    return answer(async () => {
      this.ready();
      const matcher = await this.#matcher!();
      return films.map((film) => matcher.match(film));
    });
  }

  facts(): Promise<Result<CatalogFacts>> {
    return answer(() => factsOf(this.ready().recommender.model.catalog));
  }

  recommendForGroup(query: GroupQuery): Promise<Result<GroupRecommendations>> {
    return answer(async () => {
      const { recommender } = this.ready();
      const { recommendForGroup } = await fetched(import('../shared/engine/group.ts')); // most people look for films alone
      return recommendForGroup(recommender, query);
    });
  }

  tasteCode(ratings: readonly Rating[]): Promise<Result<string>> {
    return answer(async () => {
      const { recommender } = this.ready();
      const { writeTasteCode } = await fetched(import('../shared/tasteCode.ts'));
      return writeTasteCode((await recommender.person(ratings)).vector, recommender.model.manifest.modelId);
    });
  }
}

/** A part of this program that is not there from the start. @throws {FrameRateError} `UNREACHABLE` */
async function fetched<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (cause) {
    throw new FrameRateError('UNREACHABLE', 'A part of FrameRate could not be fetched. Check the connection, then reload the page.', undefined, { cause });
  }
}

/** Made at the first call, and anew where that failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}
