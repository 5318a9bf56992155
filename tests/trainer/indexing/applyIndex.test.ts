import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { parseSearchText } from '../../../shared/artifact/searchSection.ts';
import { openFaiss } from '../../../shared/engine/faiss/faissIndex.ts';
import { faissUrl } from '../../../shared/engine/faiss/location.ts';
import { train } from '../../../trainer/commands/train.ts';
import { applyIndex } from '../../../trainer/indexing/applyIndex.ts';
import { engines, openRecommenderFrom } from '../../../trainer/openModel.ts';
import { Random } from '../../../trainer/random.ts';
import { Progress } from '../../../trainer/progress.ts';
import { askFaiss } from '../../support/faissOracle.ts';
import { findPython, needs } from '../../support/tools.ts';

let root: string;
let plain: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-apply-'));
  plain = await train({ data: ['sample'], rank: 8, residual: 0, seed: 1, out: join(root, 'plain') });
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(await mkdtemp(join(root, 'models-')), 'films');
  await cp(plain, folder, { recursive: true });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());

const apply = (text: string) => applyIndex(folder, parseSearchText(text), new Progress());
const manifestFile = () => readFile(join(folder, 'manifest.json'), 'utf8');

test('without Faiss the model stays as it was, and the way is said', async () => {
  const before = await manifestFile();
  vi.spyOn(engines, 'readFaiss').mockResolvedValue(null);
  await expect(apply('IVF16,SQ8')).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', message: expect.stringContaining('npm run build:faiss') });
  expect(await manifestFile()).toBe(before);
  expect((await apply('exact')).search).toEqual({ engine: 'exact' }); // which it is already, so that nothing is needed
});

const { skip, label } = needs('faiss.wasm: npm run build:faiss', existsSync(faissUrl), false);
describe.skipIf(skip)(`with Faiss${label}`, () => {
  test('an index comes, another takes its place, and exact is the model as it was', async () => {
    const before = await manifestFile();
    await apply('IVF16,SQ8,nprobe=3');
    expect((await openRecommenderFrom(folder)).index.engine).toBe('Faiss IVF16,SQ8 (WebAssembly)');
    await apply('HNSW16,SQ8');
    expect((await openRecommenderFrom(folder)).index.engine).toBe('Faiss HNSW16,SQ8 (WebAssembly)');
    await apply('exact');
    expect((await openRecommenderFrom(folder)).index.engine).toBe('WebAssembly SIMD');
    expect({ ...JSON.parse(await manifestFile()), name: 'plain' }).toEqual(JSON.parse(before));
  });

  const native = needs('Python with faiss-cpu', findPython());
  test.skipIf(native.skip)(`native Faiss reads what is published, knobs included, and finds the same rows${native.label}`, async () => {
    const random = new Random(3);
    const queries = Array.from({ length: 20 }, () => Float32Array.from({ length: 8 }, () => random.normal()));
    const queriesFile = join(root, 'queries.f32');
    await writeFile(queriesFile, Buffer.concat(queries.map((query) => new Uint8Array(query.buffer))));
    const faiss = await openFaiss(() => engines.readFaiss());
    for (const text of ['Flat', 'SQ8', 'SQ6', 'SQ4', 'SQfp16', 'PQ4', 'IVF16,Flat,nprobe=3', 'IVF16,SQ8,nprobe=3', 'IVF16,SQ4,nprobe=3', 'IVF16,PQ4,nprobe=3', 'HNSW16,efSearch=200', 'HNSW16,SQ8,efSearch=200']) {
      const { files } = await apply(text);
      const path = join(folder, files.find(({ role }) => role === 'search')!.path);
      const [answer] = askFaiss([{ do: 'search', index: path, queries: queriesFile, k: 5 }]) as [{ rows: number[][]; scores: number[][] }];
      const index = await faiss.read(await readFile(path));
      for (const [i, query] of queries.entries()) {
        const { rows, scores } = index.search(query, 5);
        for (const [place, row] of rows.entries()) {
          expect(answer.scores[i]![place], text).toBeCloseTo(scores[place]!, 4);
          const gap = Math.min(...[...scores].map((score, other) => (other === place ? Infinity : Math.abs(score - scores[place]!))));
          if (gap > 1e-4 && place < 4) expect(answer.rows[i]![place], text).toBe(row); // where scores are as good as equal, rows may change places
        }
      }
    }
  });

  test('a model whose residual looks at every item anyway is told so', async () => {
    await rm(folder, { recursive: true });
    await cp(inject('sampleModel'), folder, { recursive: true });
    await expect(apply('IVF16,SQ8')).rejects.toThrow(/--residual 0/);
  });

  test.each(['IVF16,SQ7', 'IVF751,SQ8', 'PQ3', 'nonsense'])('%s is refused, and the model stays as it was', async (text) => {
    const before = await manifestFile();
    await expect(apply(text)).rejects.toMatchObject({ code: 'BAD_QUERY' });
    expect(await manifestFile()).toBe(before);
  });
});
