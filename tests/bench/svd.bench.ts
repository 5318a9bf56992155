/**
 * How long does the SVD of real ratings take, against SciPy's svds on one thread?
 *
 *     node --import tsx tests/bench/svd.bench.ts [--rank 128] [--rounds 3] [--json FILE]
 *
 * Both factorise the same matrix (that of the model, in doubles) in the same run, in turns. SciPy is asked for what ours
 * delivers (a residual of 1e-3) and for what it delivers unasked (all digits). It is installed into .cache/bench once.
 * A processor's seconds count besides those of the clock, since others may use the machine.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { DEFAULT_PARAMETERS, orderByPopularity, scaled, weigh, weightMatrix } from '../../trainer/factorize.ts';
import { readRatings } from '../../trainer/ratings/read.ts';
import type { Csr } from '../../trainer/ratings/sparse.ts';
import { truncatedSvd } from '../../trainer/svd.ts';
import { textTable } from '../../trainer/textTable.ts';
import { realData, repoRoot } from '../support/tools.ts';

const { values: options } = parseArgs({
  options: { rank: { type: 'string', default: '128' }, rounds: { type: 'string', default: '3' }, json: { type: 'string' } },
});
const rank = Number(options.rank);
const TOLERANCE = 1e-3;

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residual: number;
  readonly singularValues: ArrayLike<number>;
}

async function ours(matrix: Csr, threads: number): Promise<Run> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const { residual, singularValues } = await truncatedSvd(matrix, { rank, seed: 1, tolerance: TOLERANCE, threads });
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6, residual, singularValues };
}

/** The Python process that runs SciPy; null where there can be none. */
function openScipy() {
  const venv = join(repoRoot, '.cache/bench');
  const python = join(venv, 'bin/python');
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', venv]);
    execFileSync(python, ['-c', 'import importlib.util, sys; sys.exit(importlib.util.find_spec("scipy") is None)'], { stdio: 'ignore' });
  } catch {
    try {
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'scipy'], { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      return null;
    }
  }
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(python, [join(import.meta.dirname, 'svds.py')], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...one } });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await answers.next();
    if (done) throw new Error('The SciPy process ended.');
    return JSON.parse(value) as T;
  };
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return await next<T>();
  };
  return {
    version: next<{ scipy: string }>(),
    async prepare({ rows, cols, offsets, indices, values }: Csr): Promise<void> {
      const folder = mkdtempSync(join(tmpdir(), 'framerate-bench-'));
      for (const [name, content] of Object.entries({ offsets, indices, values })) writeFileSync(join(folder, name), content);
      await ask({ folder, shape: [rows, cols] });
      rmSync(folder, { recursive: true });
    },
    run: (tolerance: number): Promise<Run> => ask<Run>({ rank, tolerance }),
    close: () => void child.kill(),
  };
}

const scipy = openScipy();
const threads = availableParallelism();
console.log(`CPU ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)} before the start. Node ${process.version}.`);
console.log(scipy ? `SciPy ${(await scipy.version).scipy}, svds (ARPACK), one thread.` : 'Without SciPy: it could not be installed.');

const report: object[] = [];
for (const name of ['ml-latest-small', 'goodbooks-10k-v1'] as const) {
  const folder = realData(name);
  if (!folder) {
    console.log(`Without ${name}: its ratings are not here (FRAMERATE_DATA).`);
    continue;
  }
  const ratings = await readRatings([folder]);
  const weight = weigh(ratings);
  const { itemOfRow, popularity } = orderByPopularity(ratings, weight);
  const matrix = scaled(weightMatrix(ratings, weight, itemOfRow), popularity, { ...DEFAULT_PARAMETERS, rank, seed: 1 });
  await scipy?.prepare(matrix);
  const engines: [string, () => Promise<Run>][] = [['FrameRate, 1 thread', () => ours(matrix, 1)]];
  if (threads > 1) engines.push([`FrameRate, ${threads} threads`, () => ours(matrix, threads)]);
  if (scipy) engines.push([`SciPy, residual ${TOLERANCE}`, () => scipy.run(TOLERANCE)], ['SciPy, all digits', () => scipy.run(0)]);

  const runs = new Map<string, Run[]>(engines.map(([engine]) => [engine, []]));
  for (let round = 0; round < Number(options.rounds); round++) for (const [engine, run] of engines) runs.get(engine)!.push(await run());
  const first = runs.get(engines[0]![0])!;
  const lines = engines.map(([engine]) => {
    const all = runs.get(engine)!;
    const times = (of: 'seconds' | 'cpuSeconds'): number => median(all.map((run, round) => run[of] / first[round]![of]));
    const last = all.at(-1)!;
    const apart = Math.max(...Array.from(last.singularValues, (s, i) => Math.abs(s / first.at(-1)!.singularValues[i]! - 1)));
    return { engine, seconds: median(all.map((run) => run.seconds)), cpuSeconds: median(all.map((run) => run.cpuSeconds)), times: times('seconds'), cpuTimes: times('cpuSeconds'), residual: last.residual, apart };
  });
  report.push({ data: name, rank, entries: matrix.values.length, rows: matrix.rows, cols: matrix.cols, lines });
  console.log(`\n${name}: ${matrix.values.length.toLocaleString('en')} ratings, ${matrix.rows.toLocaleString('en')} × ${matrix.cols.toLocaleString('en')}, rank ${rank}, medians of ${options.rounds}`);
  process.stdout.write(
    textTable([
      ['', 'seconds', 'of a processor', '× ours, 1 thread', 'of a processor', 'worst residual', 'singular values differ by'],
      ...lines.map((line) => [line.engine, line.seconds.toFixed(2), line.cpuSeconds.toFixed(2), line.times.toFixed(2), line.cpuTimes.toFixed(2), line.residual.toExponential(1), line.apart.toExponential(1)]),
    ]),
  );
}
scipy?.close();
if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 2));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
