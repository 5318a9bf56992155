import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { DEFAULT_PARAMETERS, prepare, scaled } from '../../trainer/factorize.ts';
import { readRatings } from '../../trainer/ratings/read.ts';
import type { Csr } from '../../trainer/ratings/sparse.ts';
import { truncatedSvd } from '../../trainer/svd.ts';
import { realData, repoRoot } from '../support/tools.ts';
import type { Bench } from './bench.ts';
import { installOnce } from './installOnce.ts';
import { shapeOf, writeMovieLens } from './movieLensShape.ts';

const RANK = 128;
/** A part of MovieLens 32M that is a million ratings. */
const MILLION = 1 / 32;
/** What ours is asked for where `train` asks for nothing else. */
const TOLERANCE = 1e-3;
const PACKAGES = ['scipy==1.17.1', 'numpy>=1.26,<3'];
const venv = join(repoRoot, '.cache/bench/scipy');

interface Run {
  readonly seconds: number;
  /** Of a processor: others may use the machine. */
  readonly cpuSeconds: number;
  /** The worst ‖AᵀA v − s² v‖ / s². */
  readonly residual: number;
  readonly singularValues: ArrayLike<number>;
}

/** Both factorise the same matrix, that of a model, in turns. */
export const svd: Bench = {
  name: 'svd',
  question: "How long does the SVD of a million ratings take, beside SciPy's svds?",
  async run({ quick, say }) {
    const scipy = await openScipy();
    const threads = availableParallelism();
    const rounds = quick ? 1 : 5;
    const notes = [
      `Rank ${RANK}, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds, in each of which all take their turn`}; × ours is that of each round. Ours stops where the worst residual ‖AᵀA v − s² v‖ / s² is below ${TOLERANCE}, far below what changes a ranking, and was asked for 1e-9 as well.`,
      scipy ? `SciPy ${scipy.version}: svds (ARPACK) in double precision on one thread, which finds all digits whatever it is asked for.` : 'SciPy took no part: it could not be installed.',
    ];
    const lines: (string | number | null)[][] = [];
    const absences: string[] = [];
    for (const { name, open } of quick ? DATA.slice(0, 1) : DATA) {
      say(name);
      const matrix = await open();
      if (!matrix) {
        absences.push(`Without ${name}: its ratings are not here (FRAMERATE_DATA).`);
        continue;
      }
      await scipy?.prepare(matrix);
      const engines: readonly (readonly [string, () => Promise<Run>])[] = [
        ['ours, 1 thread', () => ours(matrix, 1, TOLERANCE)],
        ...(threads > 1 ? ([[`ours, ${threads} threads`, () => ours(matrix, threads, TOLERANCE)]] as const) : []),
        ...(scipy ? ([["SciPy's svds, 1 thread", () => scipy.run()]] as const) : []),
        ['ours, 1 thread, to 1e-9', () => ours(matrix, 1, 1e-9)],
      ];
      lines.push(...(await inTurns(engines, rounds)).map((line) => [name, matrix.values.length, `${matrix.rows.toLocaleString('en')} × ${matrix.cols.toLocaleString('en')}`, ...line]));
    }
    scipy?.close();
    return [{ title: 'Truncated SVD', columns: ['ratings', 'how many', 'people × items', 'engine', 'seconds', 'of a processor', '× ours', 'of a processor, ×', 'worst residual', 'singular values differ by'], lines, notes, absences }];
  },
};

const DATA: readonly { readonly name: string; open(): Promise<Csr | null> }[] = [
  {
    name: "made up, MovieLens's shape",
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'framerate-bench-'));
      await writeMovieLens(folder, shapeOf(MILLION), 1);
      const matrix = await matrixOf(folder);
      rmSync(folder, { recursive: true });
      return matrix;
    },
  },
  {
    name: 'goodbooks-10k',
    async open() {
      const folder = realData('goodbooks-10k-v1');
      return folder === null ? null : await matrixOf(folder);
    },
  },
];

async function matrixOf(folder: string): Promise<Csr> {
  const { weights, popularity } = prepare(await readRatings([folder]));
  return scaled(weights, popularity, { ...DEFAULT_PARAMETERS, rank: RANK, seed: 1 });
}

/** One line for each: seconds, of a processor, both against the first, residual, and how far the values are from the first's. */
async function inTurns(engines: readonly (readonly [string, () => Promise<Run>])[], rounds: number): Promise<(string | number)[][]> {
  const runs: Run[][] = engines.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [i, [, run]] of engines.entries()) runs[i]!.push(await run());
  const [first] = runs as [Run[]];
  return engines.map(([engine], i) => {
    const all = runs[i]!;
    const times = (of: 'seconds' | 'cpuSeconds'): number => median(all.map((run, round) => run[of] / first[round]![of]));
    const apart = Math.max(...Array.from(all[0]!.singularValues, (s, k) => Math.abs(s / first[0]!.singularValues[k]! - 1)));
    return [engine, median(all.map(({ seconds }) => seconds)), median(all.map(({ cpuSeconds }) => cpuSeconds)), times('seconds'), times('cpuSeconds'), all[0]!.residual.toExponential(0), i === 0 ? '' : apart.toExponential(0)];
  });
}

async function ours(matrix: Csr, threads: number, tolerance: number): Promise<Run> {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const { residual, singularValues } = await truncatedSvd(matrix, { rank: RANK, seed: 1, tolerance, threads });
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6, residual, singularValues };
}

interface Scipy {
  readonly version: string;
  prepare(matrix: Csr): Promise<void>;
  run(): Promise<Run>;
  close(): void;
}

/** The Python process that runs SciPy; null where there can be none. */
async function openScipy(): Promise<Scipy | null> {
  const python = join(venv, 'bin/python');
  const execute = promisify(execFile);
  try {
    await installOnce(venv, PACKAGES.join(' '), async () => {
      await execute('python3', ['-m', 'venv', venv]);
      await execute(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
    });
  } catch {
    return null;
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
  const { scipy } = await next<{ scipy: string }>();
  return {
    version: scipy,
    async prepare({ rows, cols, offsets, indices, values }) {
      const folder = mkdtempSync(join(tmpdir(), 'framerate-bench-'));
      for (const [name, content] of Object.entries({ offsets, indices, values })) writeFileSync(join(folder, name), content);
      await ask({ folder, shape: [rows, cols] });
      rmSync(folder, { recursive: true });
    },
    run: () => ask({ rank: RANK, tolerance: 0 }),
    close: () => void child.kill(),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
