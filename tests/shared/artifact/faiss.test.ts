import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFactorTable, writeFactorTable, type FactorTable } from '../../../shared/artifact/factorTable.ts';
import { toHalves } from '../../../shared/artifact/faissFp16.ts';
import { quantizeSq8, readFaissSq8, writeFaissSq8 } from '../../../shared/artifact/faissSq8.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { Random } from '../../../trainer/random.ts';
import { askFaiss } from '../../support/faissOracle.ts';
import { findPython, needs } from '../../support/tools.ts';

const { skip, label } = needs('Python with faiss-cpu', findPython());

describe.skipIf(skip)(`Faiss in Python${label}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'framerate-faiss-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const save = (name: string, content: Float32Array | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const load = (name: string): Uint8Array => readFileSync(join(folder, name));

  test('reads our file, and writes the same bytes again', () => {
    const cases = [[0, 4], [1, 1], [3, 5], [200, 64], [50, 200]] as const;
    const ours = cases.map(([rows, rank]) => writeFaissSq8(quantizeSq8(gaussian(rows * rank, rows + rank), rows, rank)));
    const requests = ours.map((file, i) => ({ do: 'rewrite', index: save(`ours${i}.faiss`, file), out: join(folder, `theirs${i}.faiss`) }));
    for (const [i, answer] of askFaiss(requests).entries()) {
      const [rows, rank] = cases[i]!;
      expect(answer).toEqual({ type: 'IndexScalarQuantizer', rows, rank, inner_product: true });
      expect(Buffer.compare(load(`theirs${i}.faiss`), ours[i]!)).toBe(0);
    }
  });

  test('makes the same file of the same matrix, byte for byte', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e6), max: Math.fround(1e6) });
    const shape = fc.record({ rows: fc.integer({ min: 1, max: 40 }), rank: fc.integer({ min: 1, max: 80 }), seed: fc.nat() });
    const random = fc.sample(shape, { numRuns: 20, seed: 1 }).map(({ rows, rank, seed }) => ({ rows, rank, matrix: gaussian(rows * rank, seed) }));
    const odd = fc
      .sample(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(float, { minLength: 90, maxLength: 90 })), { numRuns: 20, seed: 2 })
      .map(([rank, values]) => ({ rank, rows: Math.floor(90 / rank), matrix: Float32Array.from(values.slice(0, Math.floor(90 / rank) * rank)) }));
    const large = { rows: 3000, rank: 64, matrix: gaussian(3000 * 64, 3) };
    const constant = { rows: 4, rank: 3, matrix: new Float32Array(12).fill(0.1) };
    const cases = [...random, ...odd, large, constant];
    const requests = cases.map(({ rank, matrix }, i) => {
      const add = save(`matrix${i}.f32`, matrix);
      return { do: 'quantize', rank, train: add, add, out: join(folder, `theirs${i}.faiss`) };
    });
    askFaiss(requests);
    for (const [i, { rows, rank, matrix }] of cases.entries()) {
      expect(Buffer.compare(writeFaissSq8(quantizeSq8(matrix, rows, rank)), load(`theirs${i}.faiss`)), `case ${i}: ${rows} × ${rank}`).toBe(0);
    }
  });

  const FLOATS: [string, (matrix: Float32Array, rows: number, rank: number) => FactorTable][] = [
    ['Flat', (values, rows, rank) => ({ rows, rank, values })],
    ['SQfp16', toHalves],
  ];

  test.each(FLOATS)('makes the same %s file of the same matrix, byte for byte, and reads ours', (factory, store) => {
    const cases = [[1, 1], [3, 5], [200, 64]].map(([rows, rank]) => ({ rows: rows!, rank: rank!, matrix: gaussian(rows! * rank!, rows!) }));
    // Near and between the numbers that 16 bits have, and where they lie closest.
    cases.push({ rows: 100, rank: 10, matrix: gaussian(1000, 2).map((value, i) => value * 2 ** -(i % 30)) });
    // Halfway between two of these Faiss's builds differ: with a last bit set, nothing is.
    for (const { matrix } of cases) new Uint32Array(matrix.buffer).forEach((bits, i, all) => (all[i] = bits | 1));
    askFaiss(cases.map(({ rank, matrix }, i) => ({ do: 'other', rank, factory, add: save(`floats${i}.f32`, matrix), out: join(folder, `floats${i}.faiss`) })));
    for (const [i, { rows, rank, matrix }] of cases.entries()) {
      const ours = writeFactorTable(store(matrix, rows, rank));
      expect(Buffer.compare(ours, load(`floats${i}.faiss`)), `${rows} × ${rank}`).toBe(0);
      expect(askFaiss([{ do: 'rewrite', index: save('ours.faiss', ours), out: join(folder, 'again.faiss') }])).toMatchObject([{ rows, rank, inner_product: true }]);
      expect(Buffer.compare(load('again.faiss'), ours)).toBe(0);
    }
  });

  test.each(FLOATS)('finds what we find in its own %s file', (factory) => {
    const [rows, rank, queries, k] = [3000, 48, 20, 20];
    const out = join(folder, 'theirs.faiss');
    askFaiss([{ do: 'other', rank, factory, add: save('add.f32', gaussian(rows * rank, 11)), out }]);
    expectSameAnswers(readFactorTable(load('theirs.faiss')), gaussian(queries * rank, 12), k, out);
  });

  test('finds what we find in the same file', () => {
    const [rows, rank, queries, k] = [5000, 64, 50, 20];
    const table = quantizeSq8(gaussian(rows * rank, 4), rows, rank);
    expectSameAnswers(table, gaussian(queries * rank, 5), k, save('ours.faiss', writeFaissSq8(table)));
  });

  test('writes a file that we read, of rows beyond the range that it was trained on, too', () => {
    const [rows, rank, queries, k] = [1000, 24, 20, 10];
    const train = save('train.f32', gaussian(100 * rank, 6));
    const add = save('add.f32', gaussian(rows * rank, 7));
    const out = join(folder, 'theirs.faiss');
    askFaiss([{ do: 'quantize', rank, train, add, out }]);
    const table = readFaissSq8(load('theirs.faiss'));
    expect([table.rows, table.rank]).toEqual([rows, rank]);
    expectSameAnswers(table, gaussian(queries * rank, 8), k, out);
  });

  test('writes other indexes, which are refused', () => {
    const add = save('add.f32', gaussian(800, 9));
    const factories = ['IVF4,SQ8', 'HNSW4', 'SQbf16', 'SQ4', 'SQ8 by L2', 'Flat by L2', 'SQfp16 by L2'];
    askFaiss(
      factories.map((name, i) => {
        const [factory, l2] = name.split(' by ');
        return { do: 'other', rank: 4, factory, l2: l2 !== undefined, add, out: join(folder, `other${i}.faiss`) };
      }),
    );
    for (const [i, name] of factories.entries()) {
      expect(() => readFactorTable(load(`other${i}.faiss`)), name).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }));
    }
  });

  /** Faiss adds up in floats, so scores agree to 1e-5, and rows may change places where scores do. */
  function expectSameAnswers(table: FactorTable, queries: Float32Array, k: number, index: string): void {
    const [answer] = askFaiss([{ do: 'search', index, queries: save('queries.f32', queries), k }]) as [{ rows: number[][]; scores: number[][] }];
    const exact = new ExactIndex(table);
    for (const [i, rows] of answer.rows.entries()) {
      const query = queries.subarray(i * table.rank, (i + 1) * table.rank);
      const hits = exact.search(query, k);
      const all = exact.search(query, 1000);
      const ourScore = new Map(Array.from(all.rows, (row, j) => [row, all.scores[j]!]));
      for (const [j, row] of rows.entries()) {
        const tolerance = 1e-5 * Math.abs(hits.scores[j]!);
        expect(Math.abs(answer.scores[i]![j]! - hits.scores[j]!)).toBeLessThanOrEqual(tolerance);
        if (row !== hits.rows[j]) expect(Math.abs((ourScore.get(row) ?? Infinity) - hits.scores[j]!)).toBeLessThanOrEqual(tolerance);
      }
    }
  }
});

function gaussian(length: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => random.normal());
}
