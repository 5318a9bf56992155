import type { EngineStatus, LocalRecommenderApi } from '../api.ts';
import { keepAlive, type MortalRecommender } from './keepAlive.ts';
import { endOf, nameWorker } from './lifeline.ts';
import { askOver } from './port.ts';

/** A recommender in a worker of its own, started again if it dies: the page stays free while it loads and searches. */
export const startWorker = (): LocalRecommenderApi => keepAlive(spawn);

function spawn(): MortalRecommender {
  const name = nameWorker();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
  const listeners: ((status: EngineStatus) => void)[] = [];
  const end = new AbortController();
  return {
    api: askOver(worker, (status) => {
      for (const listener of listeners) listener(status);
    }),
    watch: (listener) => void listeners.push(listener),
    stopped: endOf(worker, name, end.signal),
    end: () => {
      end.abort();
      worker.terminate();
    },
  };
}
