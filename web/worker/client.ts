import { proxy, wrap, type Remote } from 'comlink';
import type { Result } from '../../shared/errors.ts';
import type { LocalRecommenderApi } from '../api.ts';

/** A recommender in a worker of its own: the page stays free while it loads and searches. */
export function startWorker(): LocalRecommenderApi {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'framerate' });
  const remote: Remote<LocalRecommenderApi> = wrap<LocalRecommenderApi>(worker);
  // A worker whose script does not load or that dies answers nothing, ever: then every question gets this.
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(`The worker stopped: ${event.message || 'its script did not load'}.`)));
  });
  broken.catch(() => undefined); // reported through the questions that race with it
  const ask = <T>(question: Promise<Result<T>>): Promise<Result<T>> =>
    Promise.race([question, broken]).catch((error: unknown) => ({
      ok: false,
      error: { code: 'NOT_READY', message: `${String(error instanceof Error ? error.message : error)} Reload the page.` },
    }));
  return {
    load: (manifestUrl) => ask(remote.load(manifestUrl)),
    watch: (listener) => remote.watch(proxy(listener)),
    recommend: (query) => ask(remote.recommend(query)),
    similar: (query) => ask(remote.similar(query)),
    item: (id) => ask(remote.item(id)),
    findItems: (text, limit) => ask(remote.findItems(text, limit)),
    map: () => ask(remote.map()),
    onboarding: (limit) => ask(remote.onboarding(limit)),
  };
}
