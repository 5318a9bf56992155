import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { quantizeSq8, writeFaissSq8 } from '../../../shared/artifact/faissSq8.ts';
import { type Faiss, type FaissIndex, type FaissTuning, openFaiss } from '../../../shared/engine/faiss/faissIndex.ts';
import { RowSet } from '../../../shared/engine/rowSet.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { type Hits, MAX_K } from '../../../shared/engine/vectorIndex.ts';
import { Random } from '../../../trainer/random.ts';
import { askFaiss } from '../../support/faissOracle.ts';
import { findPython, needs, repoRoot } from '../../support/tools.ts';

const ROWS = 3000;
const RANK = 32;
const matrix = factors(ROWS, 1);
const queries = Array.from({ length: 50 }, (_, i) => tastes(i + 2));

/** Every kind of index, how far it is tuned, and the recall@10 against the matrix itself that it must reach. */
const KINDS: { factory: string; tuning?: FaissTuning; recall: number }[] = [
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
const FACTORIES = KINDS.map(({ factory }) => factory);

const wasmFile = join(repoRoot, 'shared/engine/faiss/faiss.wasm');
const built = existsSync(wasmFile);
// Its build takes minutes, so that a run which must skip nothing still does without.
const { skip, label } = needs('faiss.wasm: npm run build:faiss', built, false);

describe('openFaiss', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('says how Faiss is built, where it was not', async () => {
    await expect(openFaiss(async () => null)).rejects.toMatchObject({
      code: 'WASM_UNAVAILABLE',
      message: 'Faiss for WebAssembly was not built: npm run build:faiss',
    });
  });
  test('says that this device does not run it, and keeps the cause', async () => {
    await expect(openFaiss(async () => Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', cause: { name: 'CompileError' } });
    vi.stubGlobal('WebAssembly', undefined);
    await expect(openFaiss(async () => Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE' });
  });
});

describe.skipIf(skip)(`Faiss in WebAssembly${label}`, () => {
  let faiss: Faiss;
  const indexes = new Map<string, FaissIndex>();
  const indexOf = (factory: string): FaissIndex => indexes.get(factory)!;

  beforeAll(async () => {
    faiss = await openFaiss(async () => readFileSync(wasmFile));
    for (const { factory, tuning } of KINDS) {
      const index = await faiss.build(factory, matrix, ROWS, RANK);
      index.tune(tuning ?? {});
      indexes.set(factory, index);
    }
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
      expect(Buffer.compare(again.write(), bytes)).toBe(0);
    });

    test('is the same when it is built again', async () => {
      const again = await faiss.build(factory, matrix, ROWS, RANK);
      again.tune(KINDS.find((kind) => kind.factory === factory)!.tuning ?? {});
      expect(Buffer.compare(again.write(), indexOf(factory).write())).toBe(0);
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
    expect(Buffer.compare(indexOf('SQ8').write(), writeFaissSq8(table))).toBe(0);
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

  describe('tunes', () => {
    test('an index to more recall, and its file with it', async () => {
      const index = await faiss.build('IVF32,Flat', matrix, ROWS, RANK);
      const found = (): number => queries.filter((query) => index.search(query, 1).rows[0] === exact(matrix, query, 1).rows[0]).length;
      const atFirst = found();
      index.tune({ nprobe: 32 });
      expect(found()).toBe(queries.length);
      expect(atFirst).toBeLessThan(queries.length);
      const again = await faiss.read(index.write());
      for (const query of queries) expectSame(again.search(query, 10), exact(matrix, query, 10));
    });

    test.each<[string, FaissTuning]>([
      ['Flat', { nprobe: 4 }],
      ['HNSW16,Flat', { nprobe: 4 }],
      ['IVF32,Flat', { efSearch: 64 }],
      ['IVF32,Flat', { kFactor: 2 }],
      ['IVF32,Flat', { nprobe: 0 }],
      ['IVF32,Flat', { nprobe: 1.5 }],
      ['HNSW16,Flat', { efSearch: NaN }],
      ['SQ4,RFlat', { kFactor: 0.5 }],
      ['SQ4,RFlat', { kFactor: Infinity }],
    ])('no %s with %o', (factory, tuning) => {
      const before = indexOf(factory).write();
      expect(() => indexOf(factory).tune(tuning)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
      expect(Buffer.compare(indexOf(factory).write(), before)).toBe(0);
    });
  });

  describe('refuses, and goes on', () => {
    afterEach(() => {
      expectSame(indexOf('Flat').search(queries[0]!, 10), exact(matrix, queries[0]!, 10));
    });

    test.each(['', 'nonsense', 'IVF,Flat', 'IVF32', 'IVF0,Flat', 'IVF99999999999,Flat', 'PQ7', 'PQ16x0', 'HNSW16,PQ8', 'OPQ16,PQ16', 'Flat ', 'SQ8,RFlat,RFlat', 'Flat\0', 'Ｆlat', 'x'.repeat(5000)])(
      'to build %j',
      async (factory) => {
        await expect(faiss.build(factory, matrix, ROWS, RANK)).rejects.toMatchObject({ code: 'BAD_QUERY' });
      },
    );

    test('a matrix that is none', async () => {
      const six = Float32Array.of(1, 2, 3, 4, 5, 6);
      await expect(faiss.build('Flat', six, 2, 4)).rejects.toMatchObject({ code: 'BAD_QUERY' });
      await expect(faiss.build('Flat', six, 6, 0)).rejects.toMatchObject({ code: 'BAD_QUERY' });
      await expect(faiss.build('Flat', six, 1.5, 4)).rejects.toMatchObject({ code: 'BAD_QUERY' });
      for (const value of [NaN, Infinity]) {
        await expect(faiss.build('SQ8', six.with(4, value), 2, 3)).rejects.toMatchObject({ code: 'BAD_QUERY' });
      }
    });

    test('to train on too few rows', async () => {
      const few = matrix.slice(0, 31 * RANK);
      await expect(faiss.build('IVF32,Flat', few, 31, RANK)).rejects.toMatchObject({ code: 'BAD_QUERY', message: expect.stringContaining('32 rows') });
      await expect(faiss.build('PQ16', few, 31, RANK)).rejects.toMatchObject({ code: 'BAD_QUERY', message: expect.stringContaining('256 rows') });
      await expect(faiss.build('SQ8', new Float32Array(), 0, RANK)).rejects.toMatchObject({ code: 'BAD_QUERY' });
    });

    test('a question that is none', () => {
      for (const factory of FACTORIES) {
        const index = indexOf(factory);
        expect(() => index.search(new Float32Array(RANK - 1), 1)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
        expect(() => index.search(queries[0]!.with(3, NaN), 1)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
        expect(() => index.search(queries[0]!, 0)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
        expect(() => index.search(queries[0]!, 1, new RowSet(ROWS + 1))).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
        expect(() => index.search(queries[0]!, 1, undefined, new Float64Array(1))).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
      }
    });

    test('what is no index of Faiss', async () => {
      await expect(faiss.read(new Uint8Array())).rejects.toMatchObject({ code: 'TRUNCATED' });
      await expect(faiss.read(new TextEncoder().encode('<!doctype html>'))).rejects.toMatchObject({ code: 'BAD_MAGIC' });
      await expect(faiss.read(new TextEncoder().encode('IxPT and more'))).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
      await expect(faiss.read(randomBytes(1000, 3))).rejects.toMatchObject({ code: 'BAD_MAGIC' });
    });

    test.each(FACTORIES)('%s that was cut, or goes on', async (factory) => {
      const bytes = indexOf(factory).write();
      for (const length of [1, 4, 12, 33, 60, 100, 300, 1000, Math.floor(bytes.length / 2), bytes.length - 1]) {
        await expect(faiss.read(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({ code: 'TRUNCATED' });
      }
      await expect(faiss.read(Buffer.concat([bytes, Buffer.of(0)]))).rejects.toMatchObject({ code: 'BAD_ARTIFACT' });
    });

    test.each(FACTORIES)('%s with wrong bytes in it, or reads and searches it', async (factory) => {
      const rows = 300;
      const good = (await faiss.build(factory.replace('IVF32', 'IVF4'), matrix.slice(0, rows * RANK), rows, RANK)).write();
      const random = new Random(11);
      for (let i = 0; i < 120; i++) {
        const bytes = good.slice();
        // Half of them near the beginning, where most of the structure is.
        const at = random.integer(i % 2 === 0 ? Math.min(400, good.length) : good.length);
        bytes[at]! ^= 1 << random.integer(8);
        try {
          const index = await faiss.read(bytes);
          const hits = index.search(new Float32Array(index.rank).fill(0.1), Math.min(50, MAX_K));
          for (const row of hits.rows) expect(row).toBeLessThan(index.rows);
        } catch (error) {
          expect(error, `byte ${at}`).toMatchObject({ name: 'FrameRateError' });
          expect(error, `byte ${at}`).not.toHaveProperty('cause'); // a sentence of ours, not a fault of the module
        }
      }
    });

    test('after it was closed', async () => {
      const index = await faiss.build('Flat', matrix, ROWS, RANK);
      index.close();
      index.close();
      expect(() => index.search(queries[0]!, 1)).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
      expect(() => index.write()).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
    });

    test('an index that there is no memory for', async () => {
      const small = await openFaiss(async () => withMemory(readFileSync(wasmFile), 20));
      const unavailable = { code: 'WASM_UNAVAILABLE', message: expect.stringContaining('memory') };
      const large = factors(180_000, 4); // 23 MB
      await expect(small.build('Flat', large, 180_000, RANK)).rejects.toMatchObject(unavailable);
      await expect(small.build('Flat', large.slice(0, 90_000 * RANK), 90_000, RANK)).rejects.toMatchObject(unavailable); // fits once, but not twice
      await expect(small.build('HNSW512', matrix, ROWS, RANK)).rejects.toMatchObject(unavailable);
      const file = (await faiss.build('Flat', large, 180_000, RANK)).write();
      await expect(small.read(file)).rejects.toMatchObject(unavailable);
      expect((await small.build('SQ8', matrix, ROWS, RANK)).search(queries[0]!, 1).rows.length).toBe(1);
    });
  });

  test('an index without rows finds none', async () => {
    const index = await faiss.build('Flat', new Float32Array(), 0, RANK);
    expect(index.search(queries[0]!, 5).rows.length).toBe(0);
    const again = await faiss.read(index.write());
    expect(again.search(queries[0]!, 5, new RowSet(0)).rows.length).toBe(0);
  });

  test('a file without rows is read, of every kind that we write ourselves', async () => {
    const index = await faiss.read(writeFaissSq8(quantizeSq8(new Float32Array(), 0, 4)));
    expect([index.rows, index.search(new Float32Array(4), 5).rows.length]).toEqual([0, 0]);
  });

  const native = needs('Python with faiss-cpu', findPython());

  describe.skipIf(native.skip)(`and native Faiss${native.label}`, () => {
    let folder: string;
    const count = queries.length;
    const k = 20;
    const file = (name: string): string => join(folder, name);
    const save = (name: string, content: Float32Array | Uint8Array): string => {
      writeFileSync(file(name), content);
      return file(name);
    };

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'framerate-faiss-wasm-'));
      save('queries.f32', Float32Array.from(queries.flatMap((query) => [...query])));
      save('matrix.f32', matrix);
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    /** Native Faiss adds in another order: where scores are as good as equal, rows may change places. */
    function expectAgreement(index: FaissIndex, answer: { rows: number[][]; scores: number[][] }): void {
      expect(answer.rows.length).toBe(count);
      for (const [i, query] of queries.entries()) {
        const hits = index.search(query, k);
        expectSame(hits, { rows: Uint32Array.from(answer.rows[i]!), scores: Float64Array.from(answer.scores[i]!) });
      }
    }

    test('it finds the same rows in our files', () => {
      const requests = FACTORIES.map((factory, i) => ({ do: 'search', index: save(`ours${i}.faiss`, indexOf(factory).write()), queries: file('queries.f32'), k }));
      const answers = askFaiss(requests) as { rows: number[][]; scores: number[][] }[];
      for (const [i, factory] of FACTORIES.entries()) expectAgreement(indexOf(factory), answers[i]!);
    });

    test('we read its files, write the same bytes again, and find the same rows', async () => {
      // "np": without a training step that inner products make no use of, and that takes seconds.
      const names = FACTORIES.map((factory) => factory.replace(/PQ16(x4)?/, '$&np'));
      askFaiss(names.map((factory, i) => ({ do: 'other', factory, rank: RANK, add: file('matrix.f32'), out: file(`theirs${i}.faiss`) })));
      const theirs: FaissIndex[] = [];
      for (const [i, { factory, tuning }] of KINDS.entries()) {
        const bytes = readFileSync(file(`theirs${i}.faiss`));
        const index = await faiss.read(bytes);
        theirs.push(index);
        expect(index.description).toBe(factory);
        expect(Buffer.compare(index.write(), bytes), factory).toBe(0);
        index.tune(tuning ?? {}); // releases of Faiss differ in how they walk a graph, which shows where little of it is walked
      }
      const requests = theirs.map((index, i) => ({ do: 'search', index: save(`tuned${i}.faiss`, index.write()), queries: file('queries.f32'), k }));
      const answers = askFaiss(requests) as { rows: number[][]; scores: number[][] }[];
      for (const [i, index] of theirs.entries()) expectAgreement(index, answers[i]!);
    });

    test('its other indexes are refused', async () => {
      const others = ['PCA8,Flat', 'NSG16', 'LSH', 'PQ16x4fs', 'RQ4x6', 'Flat by L2', 'SQ8 by L2', 'IVF4,Flat by L2', 'HNSW8 by L2'];
      const requests = others.map((name, i) => {
        const [factory, l2] = name.split(' by ');
        return { do: 'other', factory, l2: l2 !== undefined || factory === 'LSH', rank: RANK, add: file('matrix.f32'), out: file(`other${i}.faiss`) };
      });
      askFaiss(requests);
      for (const [i, name] of others.entries()) {
        await expect(faiss.read(readFileSync(file(`other${i}.faiss`))), name).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
      }
    });
  });
});

/** Rows in another order only where scores agree to single precision. */
function expectSame(hits: Hits, truth: Hits): void {
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

function exact(rows: Float32Array | Float64Array, query: Float32Array, k: number): Hits {
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
function factors(rows: number, seed: number): Float32Array {
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

/** The module, with less memory to grow into: as much as a small device may have left. */
function withMemory(wasm: Uint8Array, megabytes: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(wasm);
  const [memorySection, hasMost] = [5, 1];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at]!;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      size |= (bytes[++at]! & 127) << shift;
      if (bytes[at]! < 128) break;
    }
    at++;
    if (id === memorySection) {
      expect([...bytes.subarray(at, at + 2)]).toEqual([1, hasMost]);
      const end = at + size; // the section ends with the most pages, in three bytes
      const pages = megabytes * 16;
      bytes.set([(pages & 127) | 128, ((pages >> 7) & 127) | 128, pages >> 14], end - 3);
      return bytes;
    }
    at += size;
  }
  throw new Error('The module has no memory');
}

function randomBytes(length: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.integer(256));
}
