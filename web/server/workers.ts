import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** A worker that ends sooner than this after its start is broken, and is not started for ever. */
const SOON_MS = 5000;
const TRIES = 3;

type FromWorker = { readonly kind: 'ready'; readonly greeting: string } | { readonly kind: 'askMetrics'; readonly question: number };
type ToWorker = { readonly kind: 'metrics'; readonly question: number; readonly text: string };

/**
 * Runs this program `count` times over; the processes share the ports. One that dies is started again.
 * @param onReady called once, when all of them answer, with the greeting of the last.
 * @param onHopeless called when they die as soon as they are started.
 * @returns a function that stops them all, once they have answered what was asked.
 */
export function startWorkers(count: number, onReady: (greeting: string) => void, onHopeless: () => void): () => Promise<void> {
  const aggregator = new AggregatorRegistry();
  let stopping = false;
  let ready = 0;
  let quickDeaths = 0;

  const start = (): void => {
    const begun = Date.now();
    const worker = cluster.fork();
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready' && ++ready === count) onReady(message.greeting);
      if (message.kind === 'askMetrics') void tellMetrics(worker, message.question);
    });
    worker.on('exit', (code) => {
      if (stopping) return;
      if (Date.now() - begun < SOON_MS && ++quickDeaths >= TRIES) return onHopeless();
      process.stderr.write(`A worker ended (${code}); another takes its place.\n`);
      start();
    });
  };
  const tellMetrics = async (worker: Worker, question: number): Promise<void> => {
    const answer: ToWorker = { kind: 'metrics', question, text: await aggregator.clusterMetrics() };
    if (worker.isConnected()) worker.send(answer);
  };

  for (let i = 0; i < count; i++) start();
  return async () => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map((worker) => {
        const ended = once(worker, 'exit');
        worker.kill('SIGTERM');
        return ended;
      }),
    );
  };
}

/** A worker's side: what all processes have measured together. */
export function readAllMetrics({ registry }: Metrics): () => Promise<string> {
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry(); // listens, from now on, for the first process's questions
  const waiting = new Map<number, (text: string) => void>();
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'metrics') return;
    waiting.get(message.question)?.(message.text);
    waiting.delete(message.question);
  });
  let questions = 0;
  return () =>
    new Promise((resolve) => {
      const question = questions++;
      waiting.set(question, resolve);
      tellPrimary({ kind: 'askMetrics', question });
    });
}

export const tellPrimary = (message: FromWorker): void => void process.send!(message);
