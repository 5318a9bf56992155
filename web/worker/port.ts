import type { EngineStatus, LocalRecommenderApi } from '../api.ts';

/** All that is answered once and for all. */
export type Questions = Omit<LocalRecommenderApi, 'watch'>;
type Method = keyof Questions;

/** What the page sends. (Comlink would do for any interface, at ten times the bytes, which count before the first ten films.) */
interface Asked {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** What the worker sends. */
type Told =
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'bug'; readonly id: number; readonly message: string };

/**
 * In the page: puts questions to the recommender in a worker. A promise of these fails by a bug alone.
 * @param onStatus told the status of the recommender, now and at each change.
 */
export function askOver(worker: Worker, onStatus: (status: EngineStatus) => void): Questions {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Told | string>) => {
    if (typeof data === 'string') return; // the lifeline's
    if (data.kind === 'status') return onStatus(data.status);
    const question = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'answer') question?.resolve(data.answer);
    else question?.reject(new Error(data.message));
  });
  const call = (method: Method, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject });
      worker.postMessage({ id: asked, method, args } satisfies Asked);
    });
  return new Proxy({}, { get: (_, method: Method) => (...args: unknown[]) => call(method, args) }) as Questions;
}

/** In the worker: answers what the page asks. */
export function answerWith(service: LocalRecommenderApi): void {
  const tell = (told: Told): void => postMessage(told);
  addEventListener('message', ({ data: { id, method, args } }: MessageEvent<Asked>) => {
    const ask = service[method] as (...args: unknown[]) => Promise<unknown>;
    ask
      .apply(service, [...args])
      .then((answer) => tell({ kind: 'answer', id, answer }))
      .catch((error: unknown) => tell({ kind: 'bug', id, message: String(error) }));
  });
  void service.watch((status) => tell({ kind: 'status', status }));
}
