import { loadMap, type ArtifactSource, type Model } from '../shared/artifact/load.ts';
import { factsOf, type CatalogFacts } from '../shared/catalogFacts.ts';
import { openRecommender, type Engines } from '../shared/engine/open.ts';
import { answer, type Result } from '../shared/errors.ts';
import type { GroupQuery, GroupRecommendations } from '../shared/groupQuery.ts';
import { FilmMatcher, type FilmMatch, type WantedFilm } from '../shared/matching.ts';
import type { CatalogItem, Rating } from '../shared/query.ts';
import { drawMap, type TasteMap } from '../shared/tasteMap.ts';
import { TitleSearch } from '../shared/titles.ts';
import type { LocalRecommenderApi } from './api.ts';
import { checkLimit, ModelService, type Loaded } from './modelService.ts';

/** More titles than these are not indexed before somebody looks for one: it takes a second, and a kilobyte a title. */
const TITLES_AT_ONCE = 100_000;

/** What a service needs from the place that it runs in. */
export interface ServiceSurroundings extends Engines {
  /**
   * @param manifestUrl address of a manifest.json, or a folder's path in Node.
   * @param fresh the newest there is, where a cache has another.
   */
  openSource(manifestUrl: string, fresh: boolean): ArtifactSource;
}

/** The whole contract over one model. Runs in the page's worker and in the server alike. */
export class RecommenderService extends ModelService implements LocalRecommenderApi {
  #titles: (() => Promise<TitleSearch>) | null = null;
  /** Made on first use. */
  #matcher: FilmMatcher | null = null;

  constructor(surroundings: ServiceSurroundings) {
    super({
      openSource: (manifestUrl, fresh) => surroundings.openSource(manifestUrl, fresh),
      openRecommender: (model) => openRecommender(model, surroundings),
    });
  }

  protected override opened({ recommender: { model } }: Loaded): void {
    this.#titles = openTitles(model);
    this.#matcher = null;
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
      return drawMap(await loadMap(source, manifest), catalog.items);
    });
  }

  match(films: readonly WantedFilm[]): Promise<Result<readonly FilmMatch[]>> {
    return answer(() => {
      const matcher = (this.#matcher ??= new FilmMatcher(this.ready().recommender.model.catalog));
      return films.map((film) => matcher.match(film));
    });
  }

  facts(): Promise<Result<CatalogFacts>> {
    return answer(() => factsOf(this.ready().recommender.model.catalog.items));
  }

  recommendForGroup(query: GroupQuery): Promise<Result<GroupRecommendations>> {
    return answer(async () => {
      const { recommender } = this.ready();
      const { recommendForGroup } = await import('../shared/engine/group.ts'); // most people look for films alone
      return recommendForGroup(recommender, query);
    });
  }

  tasteCode(ratings: readonly Rating[]): Promise<Result<string>> {
    return answer(async () => {
      const { recommender } = this.ready();
      const { writeTasteCode } = await import('../shared/tasteCode.ts');
      return writeTasteCode((await recommender.person(ratings)).vector, recommender.model.manifest.modelId);
    });
  }
}

function openTitles({ catalog, foldIn }: Model): () => Promise<TitleSearch> {
  let opened: Promise<TitleSearch> | undefined;
  const open = (): Promise<TitleSearch> => (opened ??= TitleSearch.open(catalog.items, foldIn.popularity));
  if (catalog.size <= TITLES_AT_ONCE) void open();
  return open;
}
