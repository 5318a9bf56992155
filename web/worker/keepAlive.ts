import type { ErrorAnswer, Result } from '../../shared/errors.ts';
import type { EngineStatus, LocalRecommenderApi, ModelInfo } from '../api.ts';
import type { Questions } from './port.ts';

/** A recommender that lives elsewhere, and may die there: its thread was killed, broke, or ran out of memory. */
export interface MortalRecommender<Api = Questions> {
  readonly api: Api;
  watch(listener: (status: EngineStatus) => void): void;
  /** Resolves, with why, when it will not answer any more. */
  readonly stopped: Promise<string>;
  /** Ends it, whatever it is doing. */
  end(): void;
}

/** So many times is it started again within so long. What stops more often than that does not get better by it. */
const MAX_RESTARTS = 3;
const WITHIN_MS = 60_000;

/** The whole contract, over a recommender that is started again when it stops. */
export function keepAlive(start: () => MortalRecommender, now?: () => number): LocalRecommenderApi {
  const kept = new Kept(start, now);
  return {
    load: (manifestUrl, fresh) => kept.load(manifestUrl, fresh),
    watch: (listener) => kept.watch(listener),
    recommend: (query) => kept.ask((api) => api.recommend(query)),
    similar: (query) => kept.ask((api) => api.similar(query)),
    item: (id) => kept.ask((api) => api.item(id)),
    findItems: (text, limit) => kept.ask((api) => api.findItems(text, limit)),
    onboarding: (limit) => kept.ask((api) => api.onboarding(limit)),
    map: () => kept.ask((api) => api.map()),
    match: (films) => kept.ask((api) => api.match(films)),
    facts: () => kept.ask((api) => api.facts()),
    recommendForGroup: (query) => kept.ask((api) => api.recommendForGroup(query)),
    tasteCode: (ratings) => kept.ask((api) => api.tasteCode(ratings)),
  };
}

interface Living<Api> extends MortalRecommender<Api> {
  /** Called when it stops: who waits for an answer of its. */
  readonly waiting: Set<() => void>;
}

/**
 * A recommender that is started again when it stops: with the same model, which comes out of the browser's cache, and with
 * the questions that were open. Nothing of a person is in it, so nothing is lost. Those who watch are told.
 */
export class Kept<Api extends Pick<Questions, 'load'>> {
  readonly #start: () => MortalRecommender<Api>;
  readonly #now: () => number;
  readonly #listeners: ((status: EngineStatus) => void)[] = [];
  #status: EngineStatus = { kind: 'idle' };
  /** The one that answers, when it is there. Its error is that it was started too often. */
  #current: Promise<Result<Living<Api>>>;
  /** The model that questions are about, once one is loaded. */
  #manifestUrl: string | null = null;
  /** When it was started again. */
  #restarts: number[] = [];

  constructor(start: () => MortalRecommender<Api>, now: () => number = () => performance.now()) {
    this.#start = start;
    this.#now = now;
    this.#current = Promise.resolve({ ok: true, value: this.#begin() });
  }

  async load(manifestUrl: string, fresh = false): Promise<Result<ModelInfo>> {
    const current = await this.#current;
    if (!current.ok) {
      this.#restarts = []; // somebody asks for it anew
      this.#current = Promise.resolve({ ok: true, value: this.#begin() });
    }
    const loaded = await this.ask((api) => api.load(manifestUrl, fresh));
    if (loaded.ok) this.#manifestUrl = manifestUrl;
    return loaded;
  }

  watch(listener: (status: EngineStatus) => void): Promise<void> {
    this.#listeners.push(listener);
    listener(this.#status);
    return Promise.resolve();
  }

  /** Ends the one that answers: nobody will ask again. */
  async end(): Promise<void> {
    const current = await this.#current;
    if (current.ok) current.value.end();
  }

  /** Asks a second time where the first question was not answered; not a third, for it may be the question. */
  async ask<T>(question: (api: Api) => Promise<Result<T>>): Promise<Result<T>> {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const current = await this.#current;
      if (!current.ok) return current;
      const answer = await put(question, current.value);
      if (answer) return answer;
    }
    return failure('The search stopped twice at this question. Change it, or reload the page.');
  }

  #begin(): Living<Api> {
    const living: Living<Api> = { ...this.#start(), waiting: new Set() };
    let alive = true;
    living.watch((status) => {
      if (alive) this.#tell(status);
    });
    void living.stopped.then((why) => {
      alive = false;
      living.end();
      this.#current = this.#beginAgain(why);
      for (const tell of living.waiting) tell();
    });
    return living;
  }

  async #beginAgain(why: string): Promise<Result<Living<Api>>> {
    const time = this.#now();
    this.#restarts = [...this.#restarts.filter((restart) => time - restart < WITHIN_MS), time];
    if (this.#restarts.length > MAX_RESTARTS) {
      const stopped = failure(`The search stopped again and again (${why}). Close other tabs, then reload the page.`);
      this.#tell({ kind: 'failed', error: stopped.error });
      return stopped;
    }
    this.#tell({ kind: 'loading', receivedBytes: 0, totalBytes: 0, restarted: `The search stopped (${why}) and starts again. Your ratings are safe.` });
    const living = this.#begin();
    if (this.#manifestUrl === null) return { ok: true, value: living };
    const url = this.#manifestUrl;
    const loaded = await put((api: Api) => api.load(url), living);
    if (!loaded) return this.#current; // it stopped while it loaded: the next one is on its way
    if (loaded.ok) return { ok: true, value: living };
    living.end(); // of no use without its model; `load` is the way on
    return loaded;
  }

  #tell(status: EngineStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}

/** @returns null where it stopped before it answered. */
function put<Api, T>(question: (api: Api) => Promise<Result<T>>, { api, waiting }: Living<Api>): Promise<Result<T> | null> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(null);
    waiting.add(stop);
    // What it throws instead of answering is a bug.
    question(api)
      .then(resolve, (error: unknown) => resolve(failure(`${String(error)}. Reload the page.`)))
      .finally(() => waiting.delete(stop));
  });
}

const failure = (message: string): { readonly ok: false; readonly error: ErrorAnswer } => ({ ok: false, error: { code: 'NOT_READY', message } });
