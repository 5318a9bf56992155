// A member of the crew (crew.ts): all that it does is in the kernels. Plain JavaScript, so that no loader is needed.
import { workerData } from 'node:worker_threads';

const { module, memory, failed } = workerData;
try {
  new WebAssembly.Instance(module, { env: { memory } }).exports.work();
} catch (error) {
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, failed.flag, 1);
  Atomics.notify(words, failed.waitedFor);
  throw error;
}
