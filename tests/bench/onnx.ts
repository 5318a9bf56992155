import * as ort from 'onnxruntime-web/wasm';
import { loadModel, type Model } from '../../shared/artifact/load.ts';
import { FoldIn } from '../../shared/engine/foldIn.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import { itemRow } from '../../shared/ids.ts';
import { exportOnnx } from '../../shared/onnx/exportModel.ts';
import { Random } from '../../trainer/random.ts';
import { memorySource, tinyItems, tinyModel } from '../support/tinyModel.ts';
import { quantile } from '../../web/lab/compare.ts';
import type { Bench } from './bench.ts';
import { filesOnDisk } from './enginesOnDisk.ts';
import type { OnnxSession } from '../../shared/onnx/runtime.ts';

const RANK = 64;
const RATINGS = 20;
const WARM_UP = 50;

export const onnx: Bench = {
  name: 'onnx',
  question: 'What does the exported ONNX model cost beside our own engine, from ratings to ten items?',
  async run({ quick, say }) {
    const { InferenceSession } = await filesOnDisk.openOnnx();
    const rounds = quick ? 100 : 400;
    const lines: (string | number)[][] = [];
    for (const items of quick ? [10_000] : [10_000, 60_000]) {
      say(`${items.toLocaleString('en')} items`);
      lines.push(...(await measure(items, rounds)));
    }
    return [
      {
        title: `A question of ${RATINGS} ratings: fold-in and search, rank ${RANK}`,
        columns: ['items', 'engine', 'bytes an item', 'opened in ms', 'median ms', 'p99 ms'],
        lines,
        notes: [`Both asked in turn, on one thread, ${rounds} questions over random factors.`],
      },
    ];

    async function measure(items: number, rounds: number): Promise<(string | number)[][]> {
      const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(items), rank: RANK })));
      const file = exportOnnx(model);
      let begun = performance.now();
      const index = await KernelIndex.open(model.factors, await filesOnDisk.readKernel());
      const kernelOpened = performance.now() - begun;
      begun = performance.now();
      const session = await InferenceSession.create(file);
      const onnxOpened = performance.now() - begun;

      const random = new Random(items);
      const times = { kernel: [] as number[], onnx: [] as number[] };
      for (let round = 0; round < WARM_UP + rounds; round++) {
        const rows = [...new Set(Array.from({ length: RATINGS }, () => random.integer(items)))];
        const weights = rows.map(() => (1 + random.integer(5)) / 4);
        const time = async (engine: keyof typeof times, ask: () => number[] | Promise<number[]>): Promise<string> => {
          const start = performance.now();
          const found = await ask();
          if (round >= WARM_UP) times[engine].push(performance.now() - start);
          return found.join();
        };
        const ours = await time('kernel', () => askKernel(model, index, rows, weights));
        const theirs = await time('onnx', () => askOnnx(session, rows, weights));
        if (ours !== theirs) throw new Error(`They find other items: ${ours} and ${theirs}.`);
      }
      await session.release();
      const indexBytes = model.manifest.files.filter(({ role }) => role !== 'catalog').reduce((sum, { bytes }) => sum + bytes, 0);
      return [
        [items, 'ours: fold-in, kernel', indexBytes / items, kernelOpened, quantile(times.kernel, 0.5), quantile(times.kernel, 0.99)],
        [items, 'onnxruntime-web, WASM', file.byteLength / items, onnxOpened, quantile(times.onnx, 0.5), quantile(times.onnx, 0.99)],
      ];
    }
  },
};

function askKernel(model: Model, index: KernelIndex, rows: readonly number[], weights: readonly number[]): number[] {
  const query = new FoldIn(model).personOf(rows.map((row, i) => ({ row: itemRow(row), weight: weights[i]! })));
  return [...index.search(query, 10, RowSet.of(index.rows, rows)).rows];
}

async function askOnnx(session: OnnxSession, rows: readonly number[], weights: readonly number[]): Promise<number[]> {
  const { topRows } = await session.run({
    rows: new ort.Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length]),
    weights: new ort.Tensor('float32', Float32Array.from(weights), [rows.length]),
    k: new ort.Tensor('int64', [10n], [1]),
  });
  return Array.from(topRows!.data as BigInt64Array, Number);
}
