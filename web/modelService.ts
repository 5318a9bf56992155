import type { ArtifactSource, LoadProgress } from '../shared/artifact/load.ts';
import { filesToLoad, optionalFileOf } from '../shared/artifact/manifest.ts';
import type { Recommender } from '../shared/engine/recommender.ts';
import { answer, FrameRateError, type ErrorAnswer, type Result } from '../shared/errors.ts';
import type { ItemId } from '../shared/ids.ts';
import type { CatalogItem, Recommendations, RecommendQuery, SimilarItem, SimilarQuery } from '../shared/query.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from './api.ts';

/** The most titles that one question about titles returns. */
export const MAX_TITLES = 100;

/** Where a model comes from, and what is made of it. */
export interface ModelSurroundings {
  /**
   * @param manifestUrl address of a manifest.json, or a folder's path in Node.
   * @param fresh the newest there is, where a cache has another.
   */
  openSource(manifestUrl: string, fresh: boolean): ArtifactSource;
  /** Loads the model and makes it answer. @throws {FrameRateError} what is wrong with it, or with it here. */
  openRecommender(source: ArtifactSource, onProgress: LoadProgress): Promise<Recommender>;
}

export interface Loaded {
  readonly recommender: Recommender;
  readonly source: ArtifactSource;
}

/**
 * One recommender and its life: idle > loading > ready | failed. It answers what takes the model alone: all that the web
 * widget asks. RecommenderService adds the rest.
 */
export class ModelService implements Pick<LocalRecommenderApi, 'load' | 'watch' | 'recommend' | 'similar' | 'item' | 'onboarding'> {
  readonly #surroundings: ModelSurroundings;
  readonly #listeners: ((status: EngineStatus) => void)[] = [];
  #status: EngineStatus = { kind: 'idle' };
  #loaded: Loaded | null = null;
  #turn = 0;

  constructor(surroundings: ModelSurroundings) {
    this.#surroundings = surroundings;
  }

  async load(manifestUrl: string, fresh = false): Promise<Result<ModelInfo>> {
    const turn = ++this.#turn;
    this.#setStatus({ kind: 'loading', receivedBytes: 0, totalBytes: 0 });
    const loaded = await answer(async () => {
      const source = this.#surroundings.openSource(manifestUrl, fresh);
      const recommender = await this.#surroundings.openRecommender(source, (receivedBytes, totalBytes) => {
        if (turn === this.#turn) this.#setStatus({ kind: 'loading', receivedBytes, totalBytes });
      });
      return { source, recommender };
    });
    if (turn !== this.#turn) return superseded;
    if (!loaded.ok) {
      // The model before, if there was one, goes on answering.
      this.#setStatus({ kind: 'failed', error: loaded.error });
      return loaded;
    }
    await loaded.value.source.keep?.();
    this.#loaded = loaded.value;
    this.opened(loaded.value);
    const model = describe(loaded.value.recommender);
    this.#setStatus({ kind: 'ready', model });
    return { ok: true, value: model };
  }

  /** The loaded model, for doors in the same process that need more of it than answers. */
  get model(): Recommender['model'] | null {
    return this.#loaded?.recommender.model ?? null;
  }

  watch(listener: (status: EngineStatus) => void): Promise<void> {
    this.#listeners.push(listener);
    listener(this.#status);
    return Promise.resolve();
  }

  recommend(query: RecommendQuery): Promise<Result<Recommendations>> {
    return answer(() => this.ready().recommender.ask(query));
  }

  similar(query: SimilarQuery): Promise<Result<readonly SimilarItem[]>> {
    return answer(() => this.ready().recommender.similar(query));
  }

  item(id: ItemId): Promise<Result<CatalogItem>> {
    return answer(() => this.ready().recommender.item(id));
  }

  onboarding(limit = 20): Promise<Result<readonly CatalogItem[]>> {
    return answer(() => {
      const { catalog, onboarding: list } = this.ready().recommender.model;
      checkLimit(limit);
      // Rows are in order of popularity: without a list what most people know is asked first.
      return Array.from({ length: Math.min(limit, list?.asked.length ?? catalog.size) }, (_, i) => catalog.item(list?.asked[i] ?? i));
    });
  }

  /** Another model answers from now on. */
  protected opened(_loaded: Loaded): void {}

  /** @throws {FrameRateError} `NOT_READY` while there is none. */
  protected ready(): Loaded {
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

export function checkLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_TITLES) fail('BAD_QUERY', `limit is ${limit}; it goes from 1 to ${MAX_TITLES}.`, '/limit');
  return limit;
}

function describe({ model: { manifest }, index }: Recommender): ModelInfo {
  return {
    name: manifest.name,
    modelId: manifest.modelId,
    items: manifest.counts.items,
    rank: manifest.model.rank,
    ratingScale: manifest.ratingScale,
    bytes: filesToLoad(manifest).reduce((sum, file) => sum + file.bytes, 0),
    engine: index.engine,
    dataset: manifest.dataset.name,
    attribution: manifest.dataset.attribution,
    hasMap: optionalFileOf(manifest, 'map') !== undefined,
  };
}
