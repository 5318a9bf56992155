import type { ErrorAnswer } from '../../shared/errors.ts';
import type { NewerModel } from '../offline/newerModel.ts';
import type { Session } from '../ui/session/session.svelte.ts';

/** A new version of the app: fetched already, taken into use when the person says so. */
export class AppUpdate {
  isReady = $state.raw(false);
  #waiting: ServiceWorker | null = null;

  /** Keeps the app for visits without a network, where the browser lets it. */
  async register(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    try {
      const registration = await navigator.serviceWorker.register(new URL('sw.js', document.baseURI));
      this.#look(registration);
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', () => this.#look(registration));
      });
    } catch {
      // Forbidden, as in some private windows: the app works as long as there is a network.
    }
  }

  use(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#waiting?.postMessage('use');
  }

  /** The first version waits for nobody. */
  #look({ waiting }: ServiceWorkerRegistration): void {
    if (!waiting || !navigator.serviceWorker.controller) return;
    this.#waiting = waiting;
    this.isReady = true;
  }
}

/** A newer model at the address of the one that is loaded. */
export class ModelUpdate {
  newer = $state.raw<NewerModel | null>(null);
  isLoading = $state.raw(false);
  /** Why the newer one could not be had. The one before stays. */
  failure = $state.raw<ErrorAnswer | null>(null);
  /** Whether the loaded model opens without a network. */
  isKept = $state.raw(true);

  constructor(private readonly session: Session) {}

  async check(): Promise<void> {
    const { manifestUrl, model } = this.session.engine;
    if (manifestUrl === null || !model) return;
    const { findNewer, isKept } = await import('../offline/newerModel.ts');
    this.isKept = await isKept(manifestUrl);
    this.newer = await findNewer(manifestUrl, model.modelId);
  }

  async use(): Promise<void> {
    const { manifestUrl } = this.session.engine;
    if (manifestUrl === null || this.isLoading) return;
    this.isLoading = true;
    this.failure = await this.session.change(manifestUrl, true);
    this.isLoading = false;
    if (!this.failure) this.newer = null;
  }

  putOff(): void {
    this.newer = this.failure = null;
  }
}

/** Both. */
export interface Updates {
  readonly app: AppUpdate;
  readonly model: ModelUpdate;
}
