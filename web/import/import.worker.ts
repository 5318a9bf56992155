import { expose } from 'comlink';
import type { Columns, ReadFile } from './imported.ts';
import { readRatings } from './readFile.ts';

/** What the page asks of this worker. */
export interface FileReaderApi {
  read(file: File, columns?: Columns): Promise<ReadFile>;
}

expose({ read: async (file, columns) => readRatings(file.name, new Uint8Array(await file.arrayBuffer()), columns) } satisfies FileReaderApi);
