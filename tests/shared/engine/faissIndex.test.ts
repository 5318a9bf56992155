import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { quantizeSq8, writeFaissSq8 } from '../../../shared/artifact/faissSq8.ts';
import { type Faiss, type FaissIndex, type FaissTuning, openFaiss } from '../../../shared/engine/faiss/faissIndex.ts';
import { RowSet } from '../../../shared/engine/rowSet.ts';
import { MAX_K } from '../../../shared/engine/vectorIndex.ts';
import { Random } from '../../../trainer/random.ts';
import { buildKinds, describeFaissIndexes, exact, expectSame, FACTORIES, factors, KINDS, matrix, queries, RANK, ROWS } from '../../contracts/faissIndex.ts';
import { askFaiss } from '../../support/faissOracle.ts';
import { findPython, needs, repoRoot } from '../../support/tools.ts';

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

describe.skipIf(skip)(`Faiss in WebAssembly${label}`, () => describeFaissIndexes(async () => readFileSync(wasmFile)));

describe.skipIf(skip)(`Faiss in WebAssembly${label}`, () => {
  let faiss: Faiss;
  let indexes: ReadonlyMap<string, FaissIndex>;
  const indexOf = (factory: string): FaissIndex => indexes.get(factory)!;

  beforeAll(async () => {
    faiss = await openFaiss(async () => readFileSync(wasmFile));
    indexes = await buildKinds(faiss);
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
      const noMemory = { code: 'OUT_OF_MEMORY', message: expect.stringContaining('memory') };
      const large = factors(180_000, 4); // 23 MB
      await expect(small.build('Flat', large, 180_000, RANK)).rejects.toMatchObject(noMemory);
      await expect(small.build('Flat', large.slice(0, 90_000 * RANK), 90_000, RANK)).rejects.toMatchObject(noMemory); // fits once, but not twice
      await expect(small.build('HNSW512', matrix, ROWS, RANK)).rejects.toMatchObject(noMemory);
      const file = (await faiss.build('Flat', large, 180_000, RANK)).write();
      await expect(small.read(file)).rejects.toMatchObject(noMemory);
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
