import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findPython, repoRoot } from './tools.ts';

/** Puts requests to native Faiss, through tests/fixtures/faiss_oracle.py, which says what they are; one answer each. */
export function askFaiss(requests: readonly object[]): unknown[] {
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  // One thread: on a busy machine the threads of OpenMP wait for one another, and a second becomes a minute.
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const { status, stdout, stderr } = spawnSync(findPython()!, [join(repoRoot, 'tests/fixtures/faiss_oracle.py')], { input, env, encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`faiss_oracle.py failed:\n${stderr}`);
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}
