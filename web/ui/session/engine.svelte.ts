import type { Result } from '../../../shared/errors.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from '../../api.ts';

export interface Progress {
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Which model answers, and how far it is. */
export class Engine {
  status = $state.raw<EngineStatus>({ kind: 'idle' });
  /** How far the download is, or got before it failed. */
  progress = $state.raw<Progress>({ receivedBytes: 0, totalBytes: 0 });
  /** The manifest that is loaded, or was tried last. */
  manifestUrl = $state.raw<string | null>(null);
  /** Whether it had to start again, and nobody has taken note yet. */
  restarted = $state.raw(false);
  readonly model = $derived<ModelInfo | null>(this.status.kind === 'ready' ? this.status.model : null);

  readonly #api: LocalRecommenderApi;
  readonly #findModel: () => Promise<Result<string>>;
  #watched = false;

  /** @param findModel answers with the absolute address of the manifest to load. */
  constructor(api: LocalRecommenderApi, findModel: () => Promise<Result<string>>) {
    this.#api = api;
    this.#findModel = findModel;
  }

  /** @returns whether a model is ready that was not before. */
  async start(): Promise<boolean> {
    if (this.status.kind === 'loading' || this.status.kind === 'ready') return false;
    this.status = { kind: 'loading', receivedBytes: 0, totalBytes: 0 };
    if (!this.#watched) {
      this.#watched = true;
      // Not awaited: an engine that cannot even start says so to `load` alone.
      void this.#api.watch((status) => this.#follow(status));
    }
    const manifest = await this.#findModel();
    if (manifest.ok) this.manifestUrl = manifest.value;
    const loaded = manifest.ok ? await this.#api.load(manifest.value) : manifest;
    this.status = loaded.ok ? { kind: 'ready', model: loaded.value } : { kind: 'failed', error: loaded.error };
    return loaded.ok;
  }

  /** Puts another model, or a newer one, in the place of this. The one before goes on answering until it is whole. */
  async change(manifestUrl: string, fresh = false): Promise<Result<ModelInfo>> {
    const loaded = await this.#api.load(manifestUrl, fresh);
    if (loaded.ok) {
      this.manifestUrl = manifestUrl;
      this.status = { kind: 'ready', model: loaded.value };
    }
    return loaded;
  }

  /** The end of a load is told by its own answer, which may overtake the last words of its beginning. */
  #follow(status: EngineStatus): void {
    if (status.kind === 'loading' && status.restarted !== undefined) this.restarted = true;
    if (this.status.kind !== 'loading' || status.kind !== 'loading') return;
    this.status = status;
    this.progress = status;
  }
}
