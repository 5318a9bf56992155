/**
 * How fast is the kernel, against brute force in plain JavaScript and native Faiss (flat and SQ8, one thread), and how
 * far from reading the codes once?
 *
 *     node --import tsx tests/bench/kernel.bench.ts [--large] [--json FILE]
 *
 * All engines answer the same queries over the same vectors in the same run, in turns, one query at a time.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import asc from 'assemblyscript/asc';
import { quantizeSq8, type Sq8Table, writeFaissSq8 } from '../../shared/artifact/faissSq8.ts';
import { ExactIndex } from '../../shared/engine/exactIndex.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import type { VectorIndex } from '../../shared/engine/vectorIndex.ts';
import { Random } from '../../trainer/random.ts';
import { findPython, repoRoot } from '../support/tools.ts';

const RANK = 64;
const K = 10;
const ROUNDS = 15;
const QUERIES = 40; // a round, each engine

const { values: options } = parseArgs({ options: { large: { type: 'boolean', default: false }, json: { type: 'string' } } });
const wasm = readFileSync(join(repoRoot, 'shared/engine/kernel/kernel.wasm'));

/** One engine's turn: microseconds of each query and, where it has any, the rows it found. */
interface Turn {
  readonly micros: readonly number[];
  readonly rows?: readonly (readonly number[])[];
}

interface Line {
  readonly rows: number;
  readonly engine: string;
  readonly medianMicros: number;
  /** What a busy machine disturbs least. */
  readonly p10Micros: number;
  readonly p99Micros: number;
  /** Its median over the kernel's, round by round; the median of that. */
  readonly timesKernel: number;
  readonly recallAt10?: number;
}

const faiss = await openFaiss();
const facts = {
  cpu: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
  load: loadavg()[0]!.toFixed(1),
  node: `${process.version}, V8 ${process.versions.v8}`,
  faiss: faiss ? await faiss.ask<{ faiss: string; options: string }>({ do: 'version' }) : undefined,
  kernelBytes: { raw: wasm.length, brotli: brotliCompressSync(wasm).length },
};
console.log(`CPU ${facts.cpu}, load ${facts.load} before the start. Node ${facts.node}.`);
console.log(facts.faiss ? `Faiss ${facts.faiss.faiss} (${facts.faiss.options}), one thread.` : 'Without Faiss: there is no Python with faiss-cpu (npm run pretest).');
console.log(`kernel.wasm: ${facts.kernelBytes.raw} bytes, brotli ${facts.kernelBytes.brotli}.`);
console.log(`${RANK} dimensions, k = ${K}, ${ROUNDS} rounds of ${QUERIES} queries.\n`);

const lines: Line[] = [];
for (const rows of [10_000, 60_000, 100_000, ...(options.large ? [1_000_000] : [])]) lines.push(...(await measure(rows)));
faiss?.close();
console.log(toMarkdown(lines));
if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...facts, rank: RANK, k: K, lines }, null, 2)}\n`);

async function measure(rows: number): Promise<Line[]> {
  const random = new Random(rows);
  const vectors = makeVectors(rows, random);
  const queries = makeQueries(vectors, rows, random);
  const table = quantizeSq8(vectors, rows, RANK);
  const kernel = await KernelIndex.open(table, wasm);
  const exact = new ExactIndex(table);
  await faiss?.prepare(vectors, queries, writeFaissSq8(table));
  const readOnce = await openReader(table);

  const engines: Record<string, () => Turn | Promise<Turn>> = {
    'FrameRate kernel': () => ask(kernel, queries),
    ...(faiss && {
      'Faiss native, flat': () => faiss.ask<Turn>({ do: 'measure', engine: 'flat', k: K }),
      'Faiss native, SQ8': () => faiss.ask<Turn>({ do: 'measure', engine: 'sq8', k: K }),
    }),
    'plain JavaScript': () => ask(exact, queries.slice(0, Math.ceil((QUERIES * 10_000) / rows))),
    'reading the codes once': () => ({ micros: queries.map(readOnce) }),
  };
  const names = Object.keys(engines);
  const turns = new Map<string, Turn[]>(names.map((name) => [name, []]));
  // Two rounds to warm up: V8 compiles what is hot a second time.
  for (let round = -2; round < ROUNDS; round++) {
    for (const name of names) {
      const turn = await engines[name]!();
      if (round >= 0) turns.get(name)!.push(turn);
    }
  }

  const found = (name: string) => turns.get(name)?.[0]?.rows;
  const identical = found('plain JavaScript')!.every((answer, i) => answer.join() === found('FrameRate kernel')![i]!.join());
  if (!identical) throw new Error(`The kernel's answers differ from plain JavaScript's at ${rows} rows.`);

  const kernelTurns = turns.get('FrameRate kernel')!;
  return names.map((engine) => {
    const micros = turns.get(engine)!.flatMap((turn) => turn.micros);
    const answers = found(engine);
    const truth = found('Faiss native, flat');
    return {
      rows,
      engine,
      medianMicros: quantile(micros, 0.5),
      p10Micros: quantile(micros, 0.1),
      p99Micros: quantile(micros, 0.99),
      timesKernel: quantile(turns.get(engine)!.map((turn, i) => quantile(turn.micros, 0.5) / quantile(kernelTurns[i]!.micros, 0.5)), 0.5),
      ...(answers && truth && { recallAt10: recall(answers, truth) }),
    };
  });
}

function ask(index: VectorIndex, queries: readonly Float32Array[]): Turn {
  const micros: number[] = [];
  const rows: number[][] = [];
  for (const query of queries) {
    const start = performance.now();
    const hits = index.search(query, K);
    micros.push((performance.now() - start) * 1000);
    rows.push([...hits.rows]);
  }
  return { micros, rows };
}

/** Item vectors as training makes them: fading dimensions, norms that follow popularity, most popular first. */
function makeVectors(rows: number, random: Random): Float32Array {
  const norms = Float64Array.from({ length: rows }, () => Math.exp(0.8 * random.normal())).sort().reverse();
  const vectors = new Float32Array(rows * RANK);
  for (let i = 0, row = 0; row < rows; row++) {
    for (let d = 0; d < RANK; d++, i++) vectors[i] = (norms[row]! * random.normal()) / Math.sqrt(1 + d);
  }
  return vectors;
}

/** People: weighted sums of 10 to 20 rows, popular ones more often. */
function makeQueries(vectors: Float32Array, rows: number, random: Random): Float32Array[] {
  return Array.from({ length: QUERIES }, () => {
    const query = new Float32Array(RANK);
    const ratings = 10 + random.integer(11);
    for (let i = 0; i < ratings; i++) {
      const row = Math.floor(rows * random.uniform() ** 2);
      const weight = (1 + random.integer(5)) / 4;
      for (let d = 0; d < RANK; d++) query[d]! += weight * vectors[row * RANK + d]!;
    }
    return query;
  });
}

/** The floor: a loop that does nothing but read the codes, 64 bytes a step. @returns a run of it, in microseconds. */
async function openReader(table: Sq8Table): Promise<() => number> {
  const source = `export function read(at: usize, end: usize): i64 {
    let a = i64x2.splat(0), b = a, c = a, d = a;
    for (; at < end; at += 64) {
      a = v128.xor(a, v128.load(at)); b = v128.xor(b, v128.load(at, 16));
      c = v128.xor(c, v128.load(at, 32)); d = v128.xor(d, v128.load(at, 48));
    }
    const all = v128.xor(v128.xor(a, b), v128.xor(c, d));
    return i64x2.extract_lane(all, 0) ^ i64x2.extract_lane(all, 1);
  }`;
  const pages = Math.ceil(table.codes.length / 65_536) + 1;
  const built = await asc.compileString(source, { optimizeLevel: 3, runtime: 'stub', enable: ['simd'], initialMemory: pages });
  if (!built.binary) throw new Error(String(built.stderr));
  const { instance } = await WebAssembly.instantiate(built.binary as Uint8Array<ArrayBuffer>);
  const { memory, read } = instance.exports as unknown as { memory: WebAssembly.Memory; read(at: number, end: number): bigint };
  const at = 1024;
  new Uint8Array(memory.buffer).set(table.codes, at);
  return () => {
    const start = performance.now();
    read(at, at + table.codes.length);
    return (performance.now() - start) * 1000;
  };
}

/** The Python process that runs Faiss; undefined where there is none. */
async function openFaiss() {
  const python = findPython();
  if (!python) return;
  const folder = mkdtempSync(join(tmpdir(), 'framerate-bench-'));
  const child = spawn(python, [join(repoRoot, 'tests/fixtures/faiss_oracle.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error('The Faiss process ended.');
    return JSON.parse(value) as T;
  };
  return {
    ask,
    async prepare(vectors: Float32Array, queries: readonly Float32Array[], index: Uint8Array): Promise<void> {
      const files = { vectors: join(folder, 'vectors.f32'), queries: join(folder, 'queries.f32'), index: join(folder, 'sq8.faiss') };
      writeFileSync(files.vectors, vectors);
      writeFileSync(files.queries, Float32Array.from(queries.flatMap((query) => [...query])));
      writeFileSync(files.index, index);
      await ask({ do: 'prepare', rank: RANK, ...files });
    },
    close(): void {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

function recall(answers: Turn['rows'] & {}, truth: Turn['rows'] & {}): number {
  const shares = answers.map((rows, i) => rows.filter((row) => truth[i]!.includes(row)).length / truth[i]!.length);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function toMarkdown(all: readonly Line[]): string {
  const head = ['rows', 'engine', 'median µs', 'p10 µs', 'p99 µs', '× kernel', 'recall@10'];
  const body = all.map(({ rows, engine, medianMicros, p10Micros, p99Micros, timesKernel, recallAt10 }) => [
    rows.toLocaleString('en'),
    engine,
    medianMicros.toFixed(0),
    p10Micros.toFixed(0),
    p99Micros.toFixed(0),
    timesKernel.toFixed(2),
    recallAt10?.toFixed(3) ?? '',
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
