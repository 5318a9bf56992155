import { proxy, wrap } from 'comlink';
import type { LocalRecommenderApi } from '../api.ts';
import { keepAlive, type MortalRecommender } from './keepAlive.ts';

/** A recommender in a worker of its own, started again if it dies: the page stays free while it loads and searches. */
export const startWorker = (): LocalRecommenderApi => keepAlive(spawn);

let spawned = 0;

function spawn(): MortalRecommender {
  // Unlike that of any other worker of this origin, whichever tab it is in: the lock that it holds is called so.
  const name = `framerate-${performance.timeOrigin}-${Math.random()}-${spawned++}`;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
  const remote = wrap<LocalRecommenderApi>(worker);
  const end = new AbortController();
  const stopped = new Promise<string>((resolve) => {
    // A script that does not load, and whatever nobody caught.
    worker.addEventListener('error', (event) => resolve(event.message || 'its script did not load'));
    // No event tells of a worker that is killed or out of memory. But the lock that it holds as long as it lives is free then.
    worker.addEventListener('message', ({ data }) => {
      if (data !== name) return;
      navigator.locks.request(name, { signal: end.signal }, () => resolve('it was closed, or memory is short')).catch(() => undefined);
    });
  });
  return {
    api: remote,
    watch: (listener) => void remote.watch(proxy(listener)),
    stopped,
    end: () => {
      end.abort();
      worker.terminate();
    },
  };
}
