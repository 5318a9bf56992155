import { createEngine } from 'virtual:framerate-engine';
import type { EngineStatus } from '../../api.ts';
import type { MortalRecommender } from '../../worker/keepAlive.ts';
import { endOf, nameWorker } from '../../worker/lifeline.ts';
import { apiOver, type Asked, type Call, type Told, type WidgetApi } from './port.ts';

/** Where the questions go. */
interface Place {
  readonly call: Call;
  /** Resolves, with why, when no answer will come any more. */
  readonly stopped: Promise<string>;
}

type Listener = (status: EngineStatus) => void;

/** A recommender in a worker of its own, or in the page itself where its policy forbids that. */
export function startEngine(): MortalRecommender<WidgetApi> {
  const listeners: Listener[] = [];
  const tell: Listener = (status) => {
    for (const listener of listeners) listener(status);
  };
  const end = new AbortController();
  const place = startInWorker(tell, end.signal).then((worker) => worker ?? startInPage(tell));
  return {
    api: apiOver((method, args) => place.then(({ call }) => call(method, args))),
    watch: (listener) => void listeners.push(listener),
    stopped: place.then(({ stopped }) => stopped),
    end: () => end.abort(),
  };
}

function startInPage(tell: Listener): Place {
  const service = createEngine().openService();
  void service.watch(tell);
  return {
    call: ((method, args) => (service[method] as (...args: unknown[]) => unknown).apply(service, args)) as Call,
    stopped: new Promise(() => undefined),
  };
}

/** @returns null where the page does not allow it. */
function startInWorker(tell: Listener, end: AbortSignal): Promise<Place | null> {
  const name = nameWorker();
  // A script from another origin is nobody's worker; a blob is of this page.
  const script = URL.createObjectURL(new Blob([`(${createEngine})().serve()`], { type: 'text/javascript' }));
  let worker: Worker;
  try {
    worker = new Worker(script, { name });
  } catch {
    URL.revokeObjectURL(script);
    return Promise.resolve(null);
  }
  end.addEventListener('abort', () => worker.terminate());
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  const call = ((method, args) =>
    new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject });
      worker.postMessage({ id: asked, method, args } satisfies Asked);
    })) as Call;

  return new Promise((resolve) => {
    const stopped = endOf(worker, name, end);
    void stopped.then(() => resolve(null)); // before it gave a sign of life
    worker.addEventListener('message', ({ data }: MessageEvent<Told | string>) => {
      if (typeof data === 'string') return; // for endOf
      if (data.kind === 'status') {
        URL.revokeObjectURL(script);
        resolve({ call, stopped });
        return tell(data.status);
      }
      const question = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.kind === 'answer') question?.resolve(data.answer);
      else question?.reject(new Error(data.message));
    });
  });
}
