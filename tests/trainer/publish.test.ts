import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXACT, type SearchSection } from '../../shared/artifact/searchSection.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import { writeAtomically } from '../../trainer/atomicFile.ts';
import { DEFAULT_PARAMETERS, factorize } from '../../trainer/factorize.ts';
import { openModel, readKernel } from '../../trainer/openModel.ts';
import { publish, republish } from '../../trainer/publish.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';

const ratings = sampleRatings();
const trained = (seed: number) => factorize(ratings, { ...DEFAULT_PARAMETERS, rank: 4, seed });
const recipe = 'a'.repeat(64);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-publish-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('publish', () => {
  test('what is published loads, and says what it was trained on', async () => {
    const manifest = await publish(join(root, 'films'), ratings, await trained(1), recipe);
    const model = await openModel(join(root, 'films'));
    expect(model.manifest).toEqual(manifest);
    expect(manifest).toMatchObject({ name: 'films', recipe, counts: { items: ratings.items.length, users: ratings.userIds.length, ratings: ratings.rating.length } });
    const popularity = [...model.foldIn.popularity];
    expect(popularity).toEqual(popularity.toSorted((a, b) => b - a));
  });

  test.each([
    ['SQfp16', 2 * 4],
    ['Flat', 4 * 4],
  ] as const)('factors are kept as %s, where that is asked for, and find the same films', async (store, bytesAnItem) => {
    const coded = await publish(join(root, 'coded'), ratings, await trained(1), recipe);
    const wider = await publish(join(root, 'wider'), ratings, await factorize(ratings, { ...DEFAULT_PARAMETERS, rank: 4, seed: 1, store }), recipe);
    expect([coded.model.store, wider.model.store]).toEqual([undefined, store]);
    const sizeOf = (manifest: typeof coded) => manifest.files.find((file) => file.role === 'index')!.bytes;
    expect(sizeOf(wider) - bytesAnItem * ratings.items.length).toBeLessThan(100);
    expect(sizeOf(coded)).toBeLessThan(sizeOf(wider));
    const tens = await Promise.all(
      ['coded', 'wider'].map(async (name) => {
        const model = await openModel(join(root, name));
        const index = await KernelIndex.open(model.factors, await readKernel());
        const { items } = new Recommender(model, index).recommend({ ratings: model.catalog.items.slice(0, 5).map(({ id }) => ({ item: id, rating: 5 })), k: 10 });
        return items.map(({ item }) => item.id);
      }),
    );
    expect(tens[1]!.filter((id) => tens[0]!.includes(id)).length).toBeGreaterThanOrEqual(8); // 8 bits are nearly the same
  });

  test('the same model twice leaves the same bytes', async () => {
    const folder = join(root, 'films');
    const contents = async () => Promise.all((await readdir(folder)).sort().map(async (name) => [name, await readFile(join(folder, name), 'latin1')]));
    await publish(folder, ratings, await trained(1), recipe);
    const first = await contents();
    await publish(folder, ratings, await trained(1), recipe);
    expect(await contents()).toEqual(first);
  });

  test('the files of the model before stay for its readers, those of the one before that go, and leftovers of a crash too', async () => {
    const folder = join(root, 'films');
    const one = await publish(folder, ratings, await trained(1), recipe);
    const two = await publish(folder, ratings, await trained(2), recipe);
    const factors = (manifest: typeof one) => manifest.files.find((file) => file.role === 'index')!.path;
    expect(await readdir(folder)).toEqual(expect.arrayContaining([factors(one), factors(two)]));
    await writeFile(join(folder, '.writing-1-index'), 'half');
    await writeFile(join(folder, 'notes.txt'), 'not ours');
    await publish(folder, ratings, await trained(3), recipe);
    const left = await readdir(folder);
    expect(left).not.toContain(factors(one));
    expect(left).toContain(factors(two));
    expect(left).not.toContain('.writing-1-index');
    expect(left).toContain('notes.txt');
  });

  test('an optional file comes and goes, the rest stays, and the model has another name each time', async () => {
    const folder = join(root, 'films');
    const plain = await publish(folder, ratings, await trained(1), recipe);
    const content = Uint8Array.of(1, 2, 3);
    const search: SearchSection = { engine: 'faiss', factory: 'IVF4,SQ8', nprobe: 2, kFactor: 2 };
    const indexed = await republish(folder, { files: { search: content }, search });
    expect(indexed).toEqual({ ...plain, search, modelId: indexed.modelId, files: [...plain.files, expect.objectContaining({ role: 'search', bytes: 3 })] });
    const tuned = await republish(folder, { files: {}, search: { ...search, nprobe: 3 } });
    expect(tuned.files).toEqual(indexed.files);
    expect(new Set([plain, indexed, tuned].map(({ modelId }) => modelId)).size).toBe(3);
    expect(await republish(folder, { files: { search: null }, search: EXACT })).toEqual(plain);
  });

  test('what no reader takes does not replace the model', async () => {
    const folder = join(root, 'films');
    const plain = await publish(folder, ratings, await trained(1), recipe);
    await expect(republish(folder, { files: { search: Uint8Array.of(1) } })).rejects.toMatchObject({ code: 'BAD_MANIFEST' });
    await expect(republish(join(root, 'nowhere'), { files: {} })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await openModel(folder)).manifest).toEqual(plain);
  });

  test('the list of models names each, and the newest as the default', async () => {
    await publish(join(root, 'b'), ratings, await trained(1), recipe);
    await publish(join(root, 'a'), ratings, await trained(1), recipe);
    expect(JSON.parse(await readFile(join(root, 'index.json'), 'utf8'))).toEqual({
      default: 'a',
      models: [{ name: 'a', manifest: 'a/manifest.json' }, { name: 'b', manifest: 'b/manifest.json' }],
    });
  });
});

test('a write that fails leaves the file before as it was, and nothing else', async () => {
  const file = join(root, 'file');
  await writeAtomically(file, 'before');
  await expect(writeAtomically(file, { not: 'writable' } as never)).rejects.toThrow();
  expect(await readFile(file, 'utf8')).toBe('before');
  expect(await readdir(root)).toEqual(['file']);
});

describe('factorize', () => {
  test('rows come in order of popularity and the residual noise rises to 1', async () => {
    const { foldIn, svd } = await trained(1);
    expect([...foldIn.noise]).toEqual([...foldIn.noise].toSorted((a, b) => a - b));
    expect(foldIn.noise.at(-1)).toBe(1);
    expect(svd.residual).toBeLessThan(1e-3);
  });
});
