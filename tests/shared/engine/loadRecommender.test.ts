import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { codesStart, quantizeSq8, readFaissSq8, writeFaissSq8 } from '../../../shared/artifact/faissSq8.ts';
import { toHalves } from '../../../shared/artifact/faissFp16.ts';
import { loadModel, type ArtifactSource } from '../../../shared/artifact/load.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { KernelRoom } from '../../../shared/engine/kernelIndex.ts';
import { kernelUrl } from '../../../shared/engine/kernel/location.ts';
import { loadRecommender } from '../../../shared/engine/open.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { decodeRow, scoreRow, toCodeQuery } from '../../../shared/engine/scoring.ts';
import { Random } from '../../../trainer/random.ts';
import { memorySource, tinyItems, tinyModel, type Files } from '../../support/tinyModel.ts';

const wasm = readFileSync(kernelUrl);
const engines = { readKernel: () => Promise.resolve(wasm), readFaiss: () => Promise.resolve(null) };
const question = { ratings: tinyItems(5).map(({ id }, i) => ({ item: id, rating: 1 + (i % 5) })), k: 40, explain: true };

/** As the browser's sources: writes a file to where it is wanted, and tells. */
function roomySource(files: Files, told: (path: string, roomy: boolean) => void = () => undefined): ArtifactSource {
  const { read } = memorySource(files);
  return {
    async read(path, onBytes, room) {
      const bytes = await read(path, onBytes);
      told(path, room !== undefined);
      if (room?.byteLength !== bytes.byteLength) return bytes.slice();
      room.set(bytes);
      return room;
    },
  };
}

describe('a model that is opened while it is loaded', () => {
  test.each([1, 6, 16, 17, 64])('answers as one that was loaded before, at rank %i', async (rank) => {
    const files = await tinyModel({ items: tinyItems(300), rank });
    const model = await loadModel(memorySource(files));
    const expected = new Recommender(model, new ExactIndex(model.factors));
    for (const source of [memorySource(files), roomySource(files)]) {
      const recommender = await loadRecommender(source, engines);
      expect(recommender.index.engine).toBe('WebAssembly SIMD');
      expect(recommender.recommend(question).items).toEqual(expected.recommend(question).items);
      expect(recommender.similar({ item: tinyItems(1)[0]!.id })).toEqual(expected.similar({ item: tinyItems(1)[0]!.id }));
    }
  });

  test('has its codes in the memory of the kernel alone: the factors are read to there, and first', async () => {
    const told: [string, boolean][] = [];
    const { model } = await loadRecommender(roomySource(await tinyModel(), (...read) => told.push(read)), engines);
    expect(told.filter(([, roomy]) => roomy)).toEqual([['index.bin', true]]);
    expect('startOf' in model.factors).toBe(true);
  });

  test('a file that was read elsewhere is nowhere any more', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const read: WeakRef<Uint8Array>[] = [];
    const files = await tinyModel();
    const recommender = await loadRecommender(
      {
        read: async (path, onBytes) => {
          const bytes = (await memorySource(files).read(path, onBytes)).slice();
          if (path === 'index.bin') read.push(new WeakRef(bytes));
          return bytes;
        },
      },
      engines,
    );
    // Collected once nothing is on its way any more.
    await vi.waitFor(async () => {
      await new Promise((next) => setImmediate(next));
      collect();
      expect(read.map((file) => file.deref())).toEqual([undefined]);
    });
    expect(recommender.recommend(question).items).toHaveLength(35);
  });

  test('wider factors, and a place without WebAssembly, keep the file', async () => {
    const files = await tinyModel({ store: toHalves });
    const wide = await loadRecommender(roomySource(files), engines);
    expect('halves' in wide.model.factors).toBe(true);
    const plain = await loadRecommender(roomySource(await tinyModel()), { ...engines, readKernel: () => Promise.resolve(new Uint8Array()) });
    expect(plain.index.engine).toBe('plain JavaScript');
    expect('codes' in plain.model.factors).toBe(true);
  });

  test('altered codes are found before they are searched', async () => {
    const files = await tinyModel();
    files.set('index.bin', files.get('index.bin')!.map((byte, at) => (at === 200 ? byte ^ 1 : byte)));
    await expect(loadRecommender(roomySource(files), engines)).rejects.toMatchObject({ code: 'BAD_DIGEST' });
  });
});

describe('codes that were read to where the kernel scans them', () => {
  const shape = fc.record({ rows: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 240, max: 800 })), rank: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(48, 64, 100, 1000)) });

  test('are found as brute force finds them, and every row is decoded and scored to the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer(), async ({ rows, rank }, seed) => {
        const random = new Random(seed);
        const matrix = new Float64Array(rows * rank);
        random.fillNormal(matrix);
        const table = quantizeSq8(matrix, rows, rank);
        const room = await KernelRoom.reserve(table, wasm);
        const file = room.forFile(codesStart(rank));
        file.set(writeFaissSq8(table));
        const index = room.open(readFaissSq8(file));
        const query = Float32Array.from({ length: rank }, () => random.normal());
        const expected = new ExactIndex(table).search(query, 10);
        expect(index.search(query, 10)).toEqual(expected);
        const [held, plain] = [index.factors, table].map((factors) => {
          const decoded = new Float64Array(rows * rank);
          for (let row = 0; row < rows; row++) decodeRow(factors, row, decoded.subarray(row * rank, (row + 1) * rank));
          const scores = Float64Array.from({ length: rows }, (_, row) => scoreRow(factors, toCodeQuery(factors, query), row));
          return Buffer.concat([decoded, scores].map(({ buffer }) => Buffer.from(buffer)));
        });
        expect(held!.equals(plain!)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
