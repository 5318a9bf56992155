import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { firstRows, type FactorTable } from '../../../shared/artifact/factorTable.ts';
import { quantizeSq8 } from '../../../shared/artifact/faissSq8.ts';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import { parseSearchText, type FaissSection } from '../../../shared/artifact/searchSection.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { openFaiss, type Faiss } from '../../../shared/engine/faiss/faissIndex.ts';
import { openFaissSearch } from '../../../shared/engine/faiss/faissSearch.ts';
import { faissUrl } from '../../../shared/engine/faiss/location.ts';
import { openRecommender } from '../../../shared/engine/open.ts';
import { RowSet } from '../../../shared/engine/rowSet.ts';
import { MAX_K } from '../../../shared/engine/vectorIndex.ts';
import { buildSearch, decodeRows } from '../../../trainer/indexing/buildSearch.ts';
import { readKernel } from '../../../trainer/openModel.ts';
import { Random } from '../../../trainer/random.ts';
import { memorySource, tinyItems, tinyModel } from '../../support/tinyModel.ts';
import { needs } from '../../support/tools.ts';

const section = (text: string): FaissSection => parseSearchText(text) as FaissSection;

describe('a model that carries an index of Faiss’s, where Faiss was not built', () => {
  test('says how to build it, and does not answer with another engine', async () => {
    const model = await loadModel(memorySource(await tinyModel()));
    const indexed: Model = { ...model, manifest: { ...model.manifest, search: section('IVF4,SQ8') }, searchFile: new Uint8Array(8) };
    await expect(openRecommender(indexed, { readKernel, readFaiss: () => Promise.resolve(null) })).rejects.toMatchObject({
      code: 'WASM_UNAVAILABLE',
      message: expect.stringContaining('npm run build:faiss'),
    });
  });

  test('asks for Faiss only then', async () => {
    const model = await loadModel(memorySource(await tinyModel()));
    const { index } = await openRecommender(model, { readKernel, readFaiss: () => Promise.reject(new Error('Faiss was asked for')) });
    expect(index.engine).toBe('WebAssembly SIMD');
  });
});

const { skip, label } = needs('faiss.wasm: npm run build:faiss', existsSync(faissUrl), false);
describe.skipIf(skip)(`Faiss proposes, the factors decide${label}`, () => {
  const [rows, rank] = [4000, 16];
  const random = new Random(5);
  const table = quantizeSq8(Float32Array.from({ length: rows * rank }, () => random.normal()), rows, rank);
  const query = (): Float32Array => Float32Array.from({ length: rank }, () => random.normal());
  const matrix = decodeRows(table);
  const readFaiss = () => Promise.resolve(readFileSync(faissUrl));
  let faiss: Faiss;
  beforeAll(async () => {
    faiss = await openFaiss(readFaiss);
  });

  test.each(['Flat', 'SQ8', 'IVF16,SQ8,nprobe=16', 'HNSW32,efSearch=2000'])('%s, looking everywhere, is the exact search to the last bit', async (text) => {
    const { search } = await buildSearch(faiss, table, matrix, section(text));
    const exact = new ExactIndex(table);
    for (let i = 0; i < 30; i++) {
      const asked = query();
      const excluded = RowSet.of(rows, exact.search(asked, 50).rows.filter((_, place) => place % 3 === 0));
      expect(search.search(asked, 20, excluded)).toEqual(exact.search(asked, 20, excluded));
    }
  });

  test('a bonus for the first rows counts as in the exact search, to the last bit', async () => {
    const { file, section: wanted } = await buildSearch(faiss, table, matrix, section('IVF16,SQ8,nprobe=16'));
    const exact = new ExactIndex(table);
    for (const covered of [1, 33, 500]) {
      const head = new ExactIndex(firstRows(table, covered));
      const search = await openFaissSearch(table, wanted, file, head, readFaiss);
      for (let i = 0; i < 10; i++) {
        const asked = query();
        const bonus = Float64Array.from({ length: covered }, () => 3 * random.normal());
        const excluded = RowSet.of(rows, exact.search(asked, 30, undefined, bonus).rows.filter((_, place) => place % 2 === 0));
        expect(search.search(asked, 20, excluded, bonus)).toEqual(exact.search(asked, 20, excluded, bonus));
        expect(search.search(asked, 20, undefined, bonus)).toEqual(exact.search(asked, 20, undefined, bonus));
        expect(search.search(asked, 20, excluded)).toEqual(exact.search(asked, 20, excluded));
      }
      expect(() => search.search(query(), 3, undefined, new Float64Array(covered + 1))).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
    }
  });

  test('a rough index loses rows, but never gives a wrong score or order; a larger kFactor loses fewer', async () => {
    const exact = new ExactIndex(table);
    const lost = async (kFactor: number): Promise<number> => {
      const { search } = await buildSearch(faiss, table, matrix, section(`IVF16,PQ4,nprobe=6,kFactor=${kFactor}`));
      let missing = 0;
      for (let i = 0; i < 40; i++) {
        const asked = query();
        const truth = exact.search(asked, MAX_K);
        const scoreOf = new Map(Array.from(truth.rows, (row, place) => [row, truth.scores[place]!]));
        const { rows: found, scores } = search.search(asked, 10);
        expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
        found.forEach((row, place) => scoreOf.has(row) && expect(scores[place]).toBe(scoreOf.get(row)));
        missing += [...truth.rows.subarray(0, 10)].filter((row) => !found.includes(row)).length;
      }
      return missing;
    };
    const [rough, refined] = [await lost(1), await lost(20)];
    expect(rough).toBeGreaterThan(refined);
  });

  test('asks for as many as there may be', async () => {
    const { search } = await buildSearch(faiss, table, matrix, section('IVF16,SQ8,nprobe=1,kFactor=50'));
    expect(search.search(query(), MAX_K).rows).toHaveLength(MAX_K);
    expect(() => search.search(query(), MAX_K + 1)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
  });

  test('a file that is not what the manifest says is refused', async () => {
    const wanted = section('IVF16,SQ8,nprobe=4');
    const { file } = await buildSearch(faiss, table, matrix, wanted);
    const open = (factors: FactorTable, said: FaissSection, bytes: Uint8Array) => openFaissSearch(factors, said, bytes, null, readFaiss);
    await expect(open(table, section('IVF16,SQ6,nprobe=4'), file)).rejects.toMatchObject({ code: 'BAD_ARTIFACT', message: expect.stringContaining('IVF16,SQ8') });
    await expect(open({ ...table, rows: rows - 1 }, wanted, file)).rejects.toMatchObject({ code: 'BAD_ARTIFACT' });
    await expect(open(table, { ...wanted, efSearch: 3 }, file)).rejects.toMatchObject({ code: 'BAD_ARTIFACT', message: expect.stringContaining('efSearch') });
    await expect(open(table, wanted, file.subarray(0, 1000))).rejects.toMatchObject({ code: 'TRUNCATED' });
    await expect(open(table, wanted, new Uint8Array(100))).rejects.toMatchObject({ code: 'BAD_MAGIC' });
  });

  test('a model lets go of the file once Faiss has read it', async () => {
    const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(100) })));
    const { file, section: search } = await buildSearch(faiss, model.factors, decodeRows(model.factors), section('IVF4,SQ8,nprobe=4'));
    const indexed: Model = { ...model, manifest: { ...model.manifest, search }, searchFile: file };
    const recommender = await openRecommender(indexed, { readKernel: () => Promise.reject(new Error('The kernel was asked for')), readFaiss });
    expect(recommender.model.searchFile).toBeNull();
    expect(recommender.index.engine).toBe('Faiss IVF4,SQ8 (WebAssembly)');
    const ratings = [{ item: model.catalog.items[3]!.id, rating: 5 }];
    const { items } = recommender.recommend({ ratings, explain: true });
    expect(items).toHaveLength(10);
    expect(recommender.similar({ item: model.catalog.items[3]!.id })).toHaveLength(10);
  });
});
