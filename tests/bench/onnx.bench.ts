import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { formatBytes } from '../../shared/artifact/format.ts';
import { loadModel, type Model } from '../../shared/artifact/load.ts';
import { foldIn } from '../../shared/engine/foldIn.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import { itemRow } from '../../shared/ids.ts';
import { exportOnnx } from '../../shared/onnx/exportModel.ts';
import { Random } from '../../trainer/random.ts';
import { memorySource, tinyItems, tinyModel } from '../support/tinyModel.ts';
import { repoRoot } from '../support/tools.ts';

/**
 * What does the exported model cost beside our own engine? One question is 20 ratings in, ten items out: fold-in and
 * search. Both are asked in turn, on one thread; random factors of rank 64. Build the kernel first.
 */
const RANK = 64;
const RATINGS = 20;
const ROUNDS = 400;
const WARM_UP = 50;

ort.env.wasm.numThreads = 1;
const wasm = new Uint8Array(await readFile(join(repoRoot, 'shared/engine/kernel/kernel.wasm')));
const ms = (value: number): string => value.toFixed(value < 10 ? 3 : 0);

let begun = performance.now();
await (await ort.InferenceSession.create(exportOnnx(await loadModel(memorySource(await tinyModel()))))).release();
process.stdout.write(`onnxruntime-web starts in ${ms(performance.now() - begun)} ms; not counted below\n\n`);

process.stdout.write('| items | engine | bytes | bytes an item | opened in ms | median ms | p99 ms |\n|---:|---|---:|---:|---:|---:|---:|\n');
for (const items of [10_000, 60_000]) {
  const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(items), rank: RANK })));
  const file = exportOnnx(model);
  const opened = { kernel: 0, onnx: 0 };
  begun = performance.now();
  const index = await KernelIndex.open(model.factors, wasm);
  opened.kernel = performance.now() - begun;
  begun = performance.now();
  const session = await ort.InferenceSession.create(file);
  opened.onnx = performance.now() - begun;

  const random = new Random(items);
  const times = { kernel: [] as number[], onnx: [] as number[] };
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const rows = [...new Set(Array.from({ length: RATINGS }, () => random.integer(items)))];
    const weights = rows.map(() => (1 + random.integer(5)) / 4);
    const measure = async (engine: keyof typeof times, ask: () => number[] | Promise<number[]>): Promise<string> => {
      const start = performance.now();
      const found = await ask();
      if (round >= WARM_UP) times[engine].push(performance.now() - start);
      return found.join();
    };
    const ours = await measure('kernel', () => askKernel(model, index, rows, weights));
    const theirs = await measure('onnx', () => askOnnx(session, rows, weights));
    if (ours !== theirs) process.stdout.write(`other items: ${ours} and ${theirs}\n`);
  }
  const indexBytes = model.manifest.files.filter(({ role }) => role !== 'catalog').reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [engine, name, bytes] of [['kernel', 'ours: fold-in, kernel', indexBytes], ['onnx', 'onnxruntime-web, WASM', file.byteLength]] as const) {
    const sorted = times[engine].sort((a, b) => a - b);
    const at = (share: number): string => ms(sorted[Math.floor(share * (ROUNDS - 1))]!);
    process.stdout.write(`| ${items.toLocaleString('en')} | ${name} | ${formatBytes(bytes)} | ${(bytes / items).toFixed(1)} | ${ms(opened[engine])} | ${at(0.5)} | ${at(0.99)} |\n`);
  }
  await session.release();
}

function askKernel({ factors, foldIn: table, manifest }: Model, index: KernelIndex, rows: readonly number[], weights: readonly number[]): number[] {
  const query = foldIn(factors, table, manifest.model, rows.map((row, i) => ({ row: itemRow(row), weight: weights[i]! })));
  return [...index.search(query, 10, RowSet.of(index.rows, rows)).rows];
}

async function askOnnx(session: ort.InferenceSession, rows: readonly number[], weights: readonly number[]): Promise<number[]> {
  const { topRows } = await session.run({
    rows: new ort.Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length]),
    weights: new ort.Tensor('float32', Float32Array.from(weights), [rows.length]),
    k: new ort.Tensor('int64', [10n], [1]),
  });
  return Array.from(topRows!.data as BigInt64Array, Number);
}
