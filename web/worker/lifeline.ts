/**
 * How a page learns of the end of a worker. No event tells of one that is killed or out of memory; but the lock that it
 * holds as long as it lives is free then. There are no locks where the page came over plain HTTP from elsewhere, or is
 * sandboxed; then the page learns of errors alone.
 */

let named = 0;

/** A worker's name, unlike that of any other of this origin, whichever tab it is in: the lock that it holds is called so. */
export const nameWorker = (): string => `framerate-${performance.timeOrigin}-${Math.random()}-${named++}`;

/** In the worker: holds the lock for life. */
export function holdLifeline(): void {
  navigator.locks
    ?.request(self.name, () => {
      postMessage(self.name);
      return new Promise<never>(() => undefined);
    })
    .catch(() => undefined);
}

/**
 * In the page: when a worker called `name` does not answer any more.
 * @param end nobody wants to know any more.
 * @returns why, in half a sentence.
 */
export function endOf(worker: Worker, name: string, end: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    // A script that does not load, and whatever nobody caught.
    worker.addEventListener('error', (event) => resolve(event.message || 'its script did not load'));
    worker.addEventListener('message', ({ data }) => {
      if (data !== name) return;
      navigator.locks.request(name, { signal: end }, () => resolve('it was closed, or memory is short')).catch(() => undefined);
    });
  });
}
