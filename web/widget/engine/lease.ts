import type { Result } from '../../../shared/errors.ts';
import type { EngineStatus } from '../../api.ts';
import { Kept } from '../../worker/keepAlive.ts';
import { startEngine } from './place.ts';
import type { WidgetApi } from './port.ts';

/** So long a model stays loaded after the last widget left: pages take elements away and put them back. */
const LINGER_MS = 10_000;

type Listener = (status: EngineStatus) => void;

/** One model, for all widgets of the page that show it. */
class SharedEngine {
  readonly #engine = new Kept<WidgetApi>(startEngine);
  readonly #listeners = new Set<Listener>();
  readonly #manifestUrl: string;
  #status: EngineStatus = { kind: 'idle' };
  #loaded: Promise<Result<unknown>>;
  #farewell: ReturnType<typeof setTimeout> | undefined;

  constructor(manifestUrl: string) {
    this.#manifestUrl = manifestUrl;
    void this.#engine.watch((status) => {
      this.#status = status;
      for (const listener of this.#listeners) listener(status);
    });
    this.#loaded = this.#engine.load(manifestUrl);
  }

  reload(): void {
    this.#loaded = this.#engine.load(this.#manifestUrl);
  }

  enter(listener: Listener): void {
    clearTimeout(this.#farewell);
    this.#listeners.add(listener);
    // Once its lease is in its hands.
    queueMicrotask(() => {
      if (this.#listeners.has(listener)) listener(this.#status);
    });
  }

  leave(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#farewell = setTimeout(() => {
      engines.delete(this.#manifestUrl);
      void this.#engine.end();
    }, LINGER_MS);
  }

  async ask<T>(question: (api: WidgetApi) => Promise<Result<T>>): Promise<Result<T>> {
    const loaded = await this.#loaded;
    return loaded.ok ? this.#engine.ask(question) : loaded;
  }
}

const engines = new Map<string, SharedEngine>();

/** A widget's part in an engine. */
export interface Lease {
  /** Asks once the model is loaded. */
  ask<T>(question: (api: WidgetApi) => Promise<Result<T>>): Promise<Result<T>>;
  /** Loads the model again. All widgets that show it see it. */
  reload(): void;
  release(): void;
}

/** @param listener told the status soon and at each change, until the lease is released. */
export function takeLease(manifestUrl: string, listener: Listener): Lease {
  let engine = engines.get(manifestUrl);
  if (!engine) engines.set(manifestUrl, (engine = new SharedEngine(manifestUrl)));
  const shared = engine;
  shared.enter(listener);
  return {
    ask: (question) => shared.ask(question),
    reload: () => shared.reload(),
    release: () => shared.leave(listener),
  };
}
