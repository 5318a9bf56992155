import { loadMap, loadModel, type ArtifactSource, type Model } from '../shared/artifact/load.ts';
import { filesToLoad, optionalFileOf } from '../shared/artifact/manifest.ts';
import { factsOf, type CatalogFacts } from '../shared/catalogFacts.ts';
import { openRecommender, type Engines } from '../shared/engine/open.ts';
import type { Recommender } from '../shared/engine/recommender.ts';
import { answer, FrameRateError, type ErrorAnswer, type Result } from '../shared/errors.ts';
import type { ItemId } from '../shared/ids.ts';
import { FilmMatcher, type FilmMatch, type WantedFilm } from '../shared/matching.ts';
import type { CatalogItem, Recommendations, RecommendQuery, SimilarItem, SimilarQuery } from '../shared/query.ts';
import { drawMap, type TasteMap } from '../shared/tasteMap.ts';
import { TitleSearch } from '../shared/titles.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from './api.ts';

/** More titles than these are not indexed before somebody looks for one: it takes a second, and a kilobyte a title. */
const TITLES_AT_ONCE = 100_000;

/** The most titles that one question about titles returns. */
export const MAX_TITLES = 100;

/** What a service needs from the place that it runs in. */
export interface ServiceSurroundings extends Engines {
  /**
   * @param manifestUrl address of a manifest.json, or a folder's path in Node.
   * @param fresh the newest there is, where a cache has another.
   */
  openSource(manifestUrl: string, fresh: boolean): ArtifactSource;
}

interface Loaded {
  readonly recommender: Recommender;
  titles(): Promise<TitleSearch>;
  readonly source: ArtifactSource;
  /** Made on first use. */
  matcher?: FilmMatcher;
}

/** One recommender and its life: idle > loading > ready | failed. Runs in the page's worker and in the server alike. */
export class RecommenderService implements LocalRecommenderApi {
  readonly #surroundings: ServiceSurroundings;
  readonly #listeners: ((status: EngineStatus) => void)[] = [];
  #status: EngineStatus = { kind: 'idle' };
  #loaded: Loaded | null = null;
  #turn = 0;

  constructor(surroundings: ServiceSurroundings) {
    this.#surroundings = surroundings;
  }

  async load(manifestUrl: string, fresh = false): Promise<Result<ModelInfo>> {
    const turn = ++this.#turn;
    this.#setStatus({ kind: 'loading', receivedBytes: 0, totalBytes: 0 });
    const loaded = await answer(async () => {
      const source = this.#surroundings.openSource(manifestUrl, fresh);
      const model = await loadModel(source, (receivedBytes, totalBytes) => {
        if (turn === this.#turn) this.#setStatus({ kind: 'loading', receivedBytes, totalBytes });
      });
      const recommender = await openRecommender(model, this.#surroundings);
      return { recommender, source, titles: openTitles(model) };
    });
    if (turn !== this.#turn) return superseded;
    if (!loaded.ok) {
      // The model before, if there was one, goes on answering.
      this.#setStatus({ kind: 'failed', error: loaded.error });
      return loaded;
    }
    await loaded.value.source.keep?.();
    this.#loaded = loaded.value;
    const model = describe(loaded.value.recommender);
    this.#setStatus({ kind: 'ready', model });
    return { ok: true, value: model };
  }

  /** The loaded model, for doors in the same process that need more of it than answers. */
  get model(): Model | null {
    return this.#loaded?.recommender.model ?? null;
  }

  watch(listener: (status: EngineStatus) => void): Promise<void> {
    this.#listeners.push(listener);
    listener(this.#status);
    return Promise.resolve();
  }

  recommend(query: RecommendQuery): Promise<Result<Recommendations>> {
    return answer(() => this.#ready().recommender.ask(query));
  }

  similar(query: SimilarQuery): Promise<Result<readonly SimilarItem[]>> {
    return answer(() => this.#ready().recommender.similar(query));
  }

  item(id: ItemId): Promise<Result<CatalogItem>> {
    return answer(() => this.#ready().recommender.item(id));
  }

  findItems(text: string, limit = 20): Promise<Result<readonly CatalogItem[]>> {
    return answer(async () => (await this.#ready().titles()).find(text, checkLimit(limit)));
  }

  onboarding(limit = 20): Promise<Result<readonly CatalogItem[]>> {
    return answer(() => {
      const { catalog, onboarding: list } = this.#ready().recommender.model;
      checkLimit(limit);
      // Rows are in order of popularity: without a list what most people know is asked first.
      return list ? list.asked.slice(0, limit).map((row) => catalog.items[row]!) : catalog.items.slice(0, limit);
    });
  }

  map(): Promise<Result<TasteMap>> {
    return answer(async () => {
      const { source, recommender } = this.#ready();
      const { manifest, catalog } = recommender.model;
      return drawMap(await loadMap(source, manifest), catalog.items);
    });
  }

  match(films: readonly WantedFilm[]): Promise<Result<readonly FilmMatch[]>> {
    return answer(() => {
      const loaded = this.#ready();
      const matcher = (loaded.matcher ??= new FilmMatcher(loaded.recommender.model.catalog));
      return films.map((film) => matcher.match(film));
    });
  }

  facts(): Promise<Result<CatalogFacts>> {
    return answer(() => factsOf(this.#ready().recommender.model.catalog.items));
  }

  #ready(): Loaded {
    return this.#loaded ?? fail('NOT_READY', 'No model is loaded yet. Load one, or ask again in a moment.');
  }

  #setStatus(status: EngineStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}

const superseded: { readonly ok: false; readonly error: ErrorAnswer } = {
  ok: false,
  error: { code: 'NOT_READY', message: 'Another model was asked for before this one was there.' },
};

function fail(...args: ConstructorParameters<typeof FrameRateError>): never {
  throw new FrameRateError(...args);
}

function openTitles({ catalog, foldIn }: Model): () => Promise<TitleSearch> {
  let opened: Promise<TitleSearch> | undefined;
  const open = (): Promise<TitleSearch> => (opened ??= TitleSearch.open(catalog.items, foldIn.popularity));
  if (catalog.items.length <= TITLES_AT_ONCE) void open();
  return open;
}

function checkLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_TITLES) fail('BAD_QUERY', `limit is ${limit}; it goes from 1 to ${MAX_TITLES}.`, '/limit');
  return limit;
}

export function describeModel({ manifest }: Model, engine: string): ModelInfo {
  return {
    name: manifest.name,
    modelId: manifest.modelId,
    items: manifest.counts.items,
    rank: manifest.model.rank,
    ratingScale: manifest.ratingScale,
    bytes: filesToLoad(manifest).reduce((sum, file) => sum + file.bytes, 0),
    engine,
    dataset: manifest.dataset.name,
    attribution: manifest.dataset.attribution,
    hasMap: optionalFileOf(manifest, 'map') !== undefined,
  };
}

const describe = ({ model, index }: Recommender): ModelInfo => describeModel(model, index.engine);
