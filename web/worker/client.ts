import { proxy, wrap } from 'comlink';
import type { LocalRecommenderApi } from '../api.ts';
import { keepAlive, type MortalRecommender } from './keepAlive.ts';
import { endOf, nameWorker } from './lifeline.ts';

/** A recommender in a worker of its own, started again if it dies: the page stays free while it loads and searches. */
export const startWorker = (): LocalRecommenderApi => keepAlive(spawn);

function spawn(): MortalRecommender {
  const name = nameWorker();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
  const remote = wrap<LocalRecommenderApi>(worker);
  const end = new AbortController();
  return {
    api: remote,
    watch: (listener) => void remote.watch(proxy(listener)),
    stopped: endOf(worker, name, end.signal),
    end: () => {
      end.abort();
      worker.terminate();
    },
  };
}
