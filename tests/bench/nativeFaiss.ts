import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeFaissSq8 } from '../../shared/artifact/faissSq8.ts';
import type { Contestant, Turn } from '../../web/lab/compare.ts';
import { findPython, repoRoot } from '../support/tools.ts';
import { K, type SearchSet } from './vectors.ts';

export interface NativeFaiss {
  /** pip's release, and what it was compiled for. */
  readonly version: string;
  /** Flat and SQ8 over the set, one thread. @param excluded rows that they leave out. */
  contestants(set: SearchSet, excluded?: readonly number[]): Promise<Contestant[]>;
  close(): void;
}

export const NO_FAISS = 'Native Faiss took no part: there is no Python with faiss-cpu here (npm run pretest installs it).';

/** Python with faiss-cpu in a process of its own; null where there is none. */
export async function openNativeFaiss(): Promise<NativeFaiss | null> {
  const python = findPython();
  if (!python) return null;
  const folder = mkdtempSync(join(tmpdir(), 'framerate-bench-'));
  const child = spawn(python, [join(repoRoot, 'tests/fixtures/faiss_oracle.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error('The process of native Faiss ended.');
    return JSON.parse(value) as T;
  };
  const { faiss, options } = await ask<{ faiss: string; options: string }>({ do: 'version' });
  return {
    version: `faiss-cpu ${faiss} (${options})`,
    async contestants(set, excluded) {
      const files = { vectors: join(folder, 'vectors.f32'), queries: join(folder, 'queries.f32'), index: join(folder, 'sq8.faiss') };
      writeFileSync(files.vectors, set.matrix);
      writeFileSync(files.queries, Float32Array.from(set.queries.flatMap((query) => [...query])));
      writeFileSync(files.index, writeFaissSq8(set.table));
      await ask({ do: 'prepare', rank: set.rank, ...files, ...(excluded && { excluded, rows: set.rows }) });
      return (['flat', 'sq8'] as const).map((engine) => ({
        name: engine === 'flat' ? 'Faiss native, Flat' : 'Faiss native, SQ8',
        turn: (queries) => ask<Turn>({ do: 'measure', engine, k: K, count: queries.length }),
      }));
    },
    close() {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
