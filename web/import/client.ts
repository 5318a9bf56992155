import { wrap } from 'comlink';
import type { Columns, ReadFile } from './imported.ts';
import type { FileReaderApi } from './import.worker.ts';

/** Reads a file in a worker of its own, that ends with it: the page stays free, however large it is. */
export async function readInWorker(file: File, columns?: Columns): Promise<ReadFile> {
  const worker = new Worker(new URL('./import.worker.ts', import.meta.url), { type: 'module', name: 'framerate-import' });
  try {
    const broken = new Promise<ReadFile>((resolve) => worker.addEventListener('error', () => resolve({ kind: 'refused', why: 'broken' })));
    return await Promise.race([wrap<FileReaderApi>(worker).read(file, columns), broken]);
  } catch {
    return { kind: 'refused', why: 'broken' }; // it cannot be read at all, e.g. it was moved meanwhile
  } finally {
    worker.terminate();
  }
}
