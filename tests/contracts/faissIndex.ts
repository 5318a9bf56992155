import { beforeAll, describe, expect, test } from 'vitest';
import { quantizeSq8, writeFaissSq8 } from '../../shared/artifact/faissSq8.ts';
import { type Faiss, type FaissIndex, type FaissTuning, type FaissWasm, openFaiss } from '../../shared/engine/faiss/faissIndex.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { type Hits, MAX_K } from '../../shared/engine/vectorIndex.ts';
import { Random } from '../../trainer/random.ts';

export const ROWS = 3000;
export const RANK = 32;
export const matrix = factors(ROWS, 1);
export const queries = Array.from({ length: 50 }, (_, i) => tastes(i + 2));

/** Every kind of index, how far it is tuned, and the recall@10 against the matrix itself that it must reach. */
export const KINDS: { factory: string; tuning?: FaissTuning; recall: number }[] = [
  { factory: 'Flat', recall: 1 },
  { factory: 'SQ8', recall: 0.98 },
  { factory: 'SQ6', recall: 0.93 },
  { factory: 'SQ4', recall: 0.75 },
  { factory: 'SQfp16', recall: 0.99 },
  { factory: 'PQ16', recall: 0.75 },
  { factory: 'PQ16x4', recall: 0.45 },
  { factory: 'IVF32,Flat', tuning: { nprobe: 12 }, recall: 0.9 },
  { factory: 'IVF32,SQ8', tuning: { nprobe: 12 }, recall: 0.9 },
  { factory: 'IVF32,PQ16', tuning: { nprobe: 12 }, recall: 0.7 },
  { factory: 'HNSW16,Flat', tuning: { efSearch: 128 }, recall: 0.9 },
  { factory: 'HNSW16,SQ8', tuning: { efSearch: 128 }, recall: 0.9 },
  { factory: 'SQ4,RFlat', tuning: { kFactor: 4 }, recall: 0.99 },
  { factory: 'PQ16x4,RFlat', tuning: { kFactor: 10 }, recall: 0.95 },
  { factory: 'IVF32,SQ4,Refine(SQ8)', tuning: { kFactor: 4, nprobe: 12 }, recall: 0.9 },
];
export const FACTORIES = KINDS.map(({ factory }) => factory);

/** Each kind, built over `matrix` and tuned, by its factory string. */
export async function buildKinds(faiss: Faiss): Promise<ReadonlyMap<string, FaissIndex>> {
  const indexes = new Map<string, FaissIndex>();
  for (const { factory, tuning } of KINDS) {
    const index = await faiss.build(factory, matrix, ROWS, RANK);
    index.tune(tuning ?? {});
    indexes.set(factory, index);
  }
  return indexes;
}

/** What Faiss in WebAssembly finds, in each of its kinds, wherever it runs: within the tolerance of that kind. */
export function describeFaissIndexes(load: () => Promise<FaissWasm>): void {
  describe('VectorIndex: Faiss', () => {
    let faiss: Faiss;
    let indexes: ReadonlyMap<string, FaissIndex>;
    const indexOf = (factory: string): FaissIndex => indexes.get(factory)!;

    beforeAll(async () => {
      faiss = await openFaiss(load);
      indexes = await buildKinds(faiss);
    });

    describe.each(KINDS)('$factory', ({ factory, recall }) => {
      test('knows what it is', () => {
        const { rows, rank, description, engine } = indexOf(factory);
        expect({ rows, rank, description, engine }).toEqual({ rows: ROWS, rank: RANK, description: factory, engine: `Faiss ${factory} (WebAssembly)` });
      });

      test(`finds ${recall * 100} % of the 10 best, best first`, () => {
        let found = 0;
        for (const query of queries) {
          const hits = indexOf(factory).search(query, 10);
          const truth = new Set(exact(matrix, query, 10).rows);
          found += [...hits.rows].filter((row) => truth.has(row)).length;
          expect([...hits.scores]).toEqual([...hits.scores].sort((a, b) => b - a));
          expect(new Set(hits.rows).size).toBe(10);
        }
        expect(found / (queries.length * 10)).toBeGreaterThanOrEqual(recall);
      });

      test('is the same after it was written and read', async () => {
        const bytes = indexOf(factory).write();
        const again = await faiss.read(bytes);
        expect(again.description).toBe(factory);
        for (const query of queries) expect(again.search(query, 20)).toEqual(indexOf(factory).search(query, 20));
        expect(again.write()).toEqual(bytes);
      });

      test('is the same when it is built again', async () => {
        const again = await faiss.build(factory, matrix, ROWS, RANK);
        again.tune(KINDS.find((kind) => kind.factory === factory)!.tuning ?? {});
        expect(again.write()).toEqual(indexOf(factory).write());
      });

      test('never returns an excluded row, and finds as many as without', () => {
        for (const query of queries.slice(0, 20)) {
          const best = indexOf(factory).search(query, 500);
          const excluded = RowSet.of(ROWS, best.rows.filter((_, i) => i % 5 !== 4));
          const hits = indexOf(factory).search(query, 10, excluded);
          expect(hits.rows.length).toBe(10);
          expect([...hits.rows].filter((row) => excluded.has(row))).toEqual([]);
        }
      });

      test('finds the few that are left, wherever they are', () => {
        const left = [7, 700, 1400, 2100, 2999];
        const excluded = new RowSet(ROWS);
        for (let row = 0; row < ROWS; row++) if (!left.includes(row)) excluded.add(row);
        expect([...indexOf(factory).search(queries[0]!, 10, excluded).rows].sort((a, b) => a - b)).toEqual(left);
        for (const row of left) excluded.add(row);
        expect(indexOf(factory).search(queries[0]!, 10, excluded).rows.length).toBe(0);
      });

      test('finds as many as are asked for', () => {
        expect(new Set(indexOf(factory).search(queries[0]!, MAX_K).rows).size).toBe(MAX_K);
      });

      test('an answer stays as it was when the next question is asked', () => {
        const first = indexOf(factory).search(queries[0]!, 3);
        const kept = [...first.rows];
        indexOf(factory).search(queries[1]!, 3);
        expect([...first.rows]).toEqual(kept);
        expect(first.scores.buffer.byteLength).toBe(first.scores.byteLength); // a view of a larger memory would be cloned whole
      });
    });

    test('Flat is exact, with excluded rows, too', () => {
      for (const query of queries) {
        const best = exact(matrix, query, 200);
        expectSame(indexOf('Flat').search(query, 200), best);
        const odd = (_: number, i: number): boolean => i % 2 === 1;
        const left = { rows: best.rows.filter(odd), scores: best.scores.filter(odd) };
        expectSame(indexOf('Flat').search(query, 100, RowSet.of(ROWS, best.rows.filter((_, i) => i % 2 === 0))), left);
      }
    });

    test('SQ8 is exact over what its codes stand for, and its file is the one that we write', () => {
      const table = quantizeSq8(matrix, ROWS, RANK);
      const row = new Float64Array(RANK);
      const decoded = new Float64Array(ROWS * RANK);
      for (let i = 0; i < ROWS; i++) {
        decodeRow(table, i, row);
        decoded.set(row, i * RANK);
      }
      for (const query of queries) expectSame(indexOf('SQ8').search(query, 100), exact(decoded, query, 100));
      expect(indexOf('SQ8').write()).toEqual(writeFaissSq8(table));
    });

    test('a refined index scores by what it refines with', () => {
      const query = queries[0]!;
      const hits = indexOf('PQ16x4,RFlat').search(query, 10);
      for (const [i, row] of hits.rows.entries()) {
        expect(hits.scores[i]).toBeCloseTo(dot(matrix, row, query), 4);
      }
    });

    test('equal scores come by row', async () => {
      const twins = new Float32Array(40 * 2).fill(1);
      for (const factory of ['Flat', 'SQ8', 'IVF2,Flat', 'HNSW8']) {
        const index = await faiss.build(factory, twins, 40, 2);
        expect([...index.search(Float32Array.of(1, 2), 40).rows]).toEqual(Array.from({ length: 40 }, (_, row) => row));
      }
    });
  });
}

/** Rows in another order only where scores agree to single precision. */
export function expectSame(hits: Hits, truth: Hits): void {
  expect(hits.rows.length).toBe(truth.rows.length);
  for (const [i, row] of truth.rows.entries()) {
    const score = truth.scores[i]!;
    const tolerance = 2e-5 * Math.max(1, Math.abs(score));
    expect(Math.abs(hits.scores[i]! - score)).toBeLessThanOrEqual(tolerance);
    if (hits.rows[i] === row) continue;
    const at = hits.rows.indexOf(row); // −1 where it just did not make it
    expect(Math.abs((at < 0 ? hits.scores.at(-1)! : hits.scores[at]!) - score)).toBeLessThanOrEqual(2 * tolerance);
  }
}

export function exact(rows: Float32Array | Float64Array, query: Float32Array, k: number): Hits {
  const scores = Float64Array.from({ length: rows.length / RANK }, (_, row) => dot(rows, row, query));
  const best = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
  return { rows: best, scores: Float64Array.from(best, (row) => scores[row]!) };
}

function dot(rows: Float32Array | Float64Array, row: number, query: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < RANK; d++) sum += rows[row * RANK + d]! * query[d]!;
  return sum;
}

/** Like the item factors of an SVD: dimensions matter less and less, and rows of the popular are longer. */
export function factors(rows: number, seed: number): Float32Array {
  const random = new Random(seed);
  const values = new Float32Array(rows * RANK);
  for (let row = 0; row < rows; row++) {
    const norm = 0.2 + 1.8 * random.uniform() ** 3;
    for (let d = 0; d < RANK; d++) values[row * RANK + d] = (norm * random.normal()) / Math.sqrt(1 + d);
  }
  return values;
}

/** What somebody likes: some rows' sum, and a little of everything. */
function tastes(seed: number): Float32Array {
  const random = new Random(seed);
  const query = Float32Array.from({ length: RANK }, () => 0.2 * random.normal());
  for (let i = 0; i < 5; i++) {
    const row = random.integer(ROWS);
    for (let d = 0; d < RANK; d++) query[d]! += matrix[row * RANK + d]!;
  }
  return query;
}
