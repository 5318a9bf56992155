import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../shared/artifact/digest.ts';
import { toHalves } from '../../../shared/artifact/faissFp16.ts';
import { loadMap, loadModel } from '../../../shared/artifact/load.ts';
import { MODEL_KINDS } from '../../../shared/artifact/manifest.ts';
import { writeResidualTable } from '../../../shared/artifact/residualFile.ts';
import { FrameRateError, type ErrorCode } from '../../../shared/errors.ts';
import { residualOf } from '../../support/residual.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { memorySource, tinyItems, tinyModel, type Files } from '../../support/tinyModel.ts';

/** Parameters of a kind that the tiny model is not of. */
const IALS = { kind: 'ials', rank: 6, unobservedWeight: 0.1, regularization: 0.01, frequencyExponent: 1, epochs: 3, seed: 1 };

const codeOf = async (files: Files): Promise<ErrorCode | 'whole'> => {
  try {
    await loadModel(memorySource(files));
    return 'whole';
  } catch (error) {
    if (error instanceof FrameRateError) return error.code;
    throw error;
  }
};

const edit = (files: Files, path: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Files =>
  new Map(files).set(path, change(files.get(path)!.slice()));

type Json = Record<string, unknown>;

const editManifest = (files: Files, change: (manifest: Json & { files: Json[]; model: Json; counts: Json; ratingScale: Json }) => void): Files =>
  edit(files, 'manifest.json', (bytes) => {
    const manifest = JSON.parse(new TextDecoder().decode(bytes));
    change(manifest);
    return new TextEncoder().encode(JSON.stringify(manifest));
  });

/** Replaces a file and makes the manifest vouch for it: what a broken publisher could do. */
const republish = async (files: Files, path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Files> => {
  const sha256 = await sha256Hex(bytes);
  return editManifest(new Map(files).set(path, bytes), (manifest) => {
    Object.assign(manifest.files.find((file) => file['path'] === path)!, { sha256, bytes: bytes.byteLength });
  });
};

/** Adds a residual of so many rows to a model. */
const withResidual = async (files: Files, rows: number): Promise<Files> => {
  const bytes = writeResidualTable(residualOf(rows, [{ row: 0, target: 1, value: 100 }], new Float32Array(rows).fill(0.5)));
  const sha256 = await sha256Hex(bytes);
  return editManifest(new Map(files).set('residual.bin', bytes), ({ files: list }) => list.push({ role: 'residual', path: 'residual.bin', bytes: bytes.byteLength, sha256 }));
};

describe('what a model may have', () => {
  const load = (files: Files) => loadModel(memorySource(files));

  test('an onboarding list and stars come with the model, a map when it is asked for', async () => {
    const source = memorySource(await tinyModel({ extras: true }));
    const { manifest, onboarding, stars } = await loadModel(source);
    expect(onboarding!.asked.slice(0, 3)).toEqual([39, 36, 33]);
    expect(stars!.rows).toBe(40);
    expect((await loadMap(source, manifest)).regions).toEqual([{ label: 'Drama', x: 0, y: 0, items: 40 }]);
  });

  test('a model without them is whole, and says that it has no map', async () => {
    const source = memorySource(await tinyModel());
    const model = await loadModel(source);
    expect(model).toMatchObject({ onboarding: null, stars: null });
    await expect(loadMap(source, model.manifest)).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('the map is not fetched with the model, nor counted as its bytes', async () => {
    const files = await tinyModel({ extras: true });
    const seen: [number, number][] = [];
    const read: string[] = [];
    await loadModel({ read: (path, onBytes) => (read.push(path), memorySource(files).read(path, onBytes)) }, (...progress) => seen.push(progress));
    expect(read.sort()).toEqual(['catalog.bin', 'foldIn.bin', 'index.bin', 'manifest.json', 'onboarding.bin', 'stars.bin']);
    expect(seen.at(-1)![0]).toBe(seen.at(-1)![1]);
  });

  test('damaged, or of another model, they are refused', async () => {
    const files = await tinyModel({ extras: true });
    const larger = await tinyModel({ items: tinyItems(41), extras: true });
    for (const path of ['onboarding.bin', 'stars.bin', 'map.bin']) {
      const check = async (damaged: Files): Promise<unknown> => (path === 'map.bin' ? loadMap(memorySource(damaged), (await load(damaged)).manifest) : load(damaged));
      await expect(check(edit(files, path, (bytes) => bytes.map((byte, at) => (at === 20 ? ~byte : byte)))), path).rejects.toThrow(expect.objectContaining({ code: 'BAD_DIGEST' }));
      await expect(check(await republish(files, path, larger.get(path)!)), path).rejects.toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
    }
  });
});

describe('loadModel', () => {
  test('a whole model comes back as it was published', async () => {
    const items = tinyItems(40);
    const model = await loadModel(memorySource(await tinyModel({ items })));
    expect(model.catalog.items).toEqual(items);
    expect(model.factors).toMatchObject({ rows: 40, rank: 6 });
    expect(model.foldIn.popularity[0]).toBe(50);
  });

  test('a residual is read with the model, and refused where it is damaged or of a larger one', async () => {
    const files = await withResidual(await tinyModel(), 40);
    expect((await loadModel(memorySource(files))).residual).toMatchObject({ rows: 40, targets: Uint16Array.of(1) });
    expect((await loadModel(memorySource(await tinyModel()))).residual).toBeNull();
    expect(await codeOf(await withResidual(await tinyModel(), 41))).toBe('BAD_ARTIFACT');
    expect(await codeOf(edit(files, 'residual.bin', (bytes) => bytes.fill(1, 20, 21)))).toBe('BAD_DIGEST');
    expect(await codeOf(edit(files, 'residual.bin', (bytes) => bytes.slice(0, -1)))).toBe('TRUNCATED');
    files.delete('residual.bin');
    expect(await codeOf(files)).toBe('NOT_FOUND');
  });

  test('factors of 16 or 32 bits are read as such', async () => {
    const floats = (matrix: Float64Array, rows: number, rank: number) => ({ rows, rank, values: Float32Array.from(matrix) });
    const { factors: flat } = await loadModel(memorySource(await tinyModel({ store: floats })));
    const { factors: halves } = await loadModel(memorySource(await tinyModel({ store: toHalves })));
    const { factors: codes } = await loadModel(memorySource(await tinyModel()));
    expect([Object.keys(flat), Object.keys(halves), Object.keys(codes)]).toEqual([['rows', 'rank', 'values'], ['rows', 'rank', 'halves'], ['rows', 'rank', 'min', 'range', 'codes']]);
    const [exact, half, coded] = [flat, halves, codes].map((table) => {
      const row = new Float64Array(6);
      decodeRow(table, 39, row);
      return row;
    });
    expect(Math.max(...exact!.map((value, d) => Math.abs(value - half![d]!)))).toBeLessThan(2 ** -10);
    expect(Math.max(...exact!.map((value, d) => Math.abs(value - coded![d]!)))).toBeLessThan(0.02);
  });

  test('a book from before our era keeps its year', async () => {
    const items = tinyItems(3).map((item) => ({ ...item, year: -500 }));
    expect((await loadModel(memorySource(await tinyModel({ items })))).catalog.items).toEqual(items);
  });

  test('a model of before there were others is searched exactly', async () => {
    const model = await loadModel(memorySource(editManifest(await tinyModel(), (manifest) => delete manifest['search'])));
    expect(model.manifest.search).toEqual({ engine: 'exact' });
  });

  test('an empty catalogue and one item are models too', async () => {
    for (const count of [0, 1]) expect(await codeOf(await tinyModel({ items: tinyItems(count) }))).toBe('whole');
  });

  test('progress ends at the sum of all files', async () => {
    const files = await tinyModel();
    const seen: [number, number][] = [];
    await loadModel(memorySource(files), (received, total) => seen.push([received, total]));
    const total = [...files].filter(([path]) => path !== 'manifest.json').reduce((sum, [, bytes]) => sum + bytes.byteLength, 0);
    expect(seen.at(-1)).toEqual([total, total]);
  });

  test('any single altered byte of any file is found', async () => {
    const files = await tinyModel();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('index.bin', 'foldIn.bin', 'catalog.bin'), fc.nat(), fc.integer({ min: 1, max: 255 }), async (path, at, flip) => {
        const damaged = edit(files, path, (bytes) => {
          bytes[at % bytes.length]! ^= flip;
          return bytes;
        });
        expect(await codeOf(damaged)).toBe('BAD_DIGEST');
      }),
    );
  });

  test('any truncation of any file is found', async () => {
    const files = await tinyModel();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('index.bin', 'foldIn.bin', 'catalog.bin'), fc.nat(), async (path, at) => {
        expect(await codeOf(edit(files, path, (bytes) => bytes.slice(0, at % bytes.length)))).toBe('TRUNCATED');
      }),
    );
  });

  test('truncated files that the manifest vouches for are found by their own lengths', async () => {
    const files = await tinyModel();
    for (const path of ['index.bin', 'foldIn.bin', 'catalog.bin']) {
      const whole = files.get(path)!;
      for (let length = 0; length < whole.length; length += 1 + (whole.length >> 6)) {
        expect(await codeOf(await republish(files, path, whole.slice(0, length))), `${path} cut to ${length}`).toMatch(/TRUNCATED|BAD_ARTIFACT/);
      }
    }
  });

  test.each<[string, (manifest: Parameters<Parameters<typeof editManifest>[1]>[0]) => void, ErrorCode]>([
    ['another format', (m) => (m['format'] = 'something'), 'BAD_MANIFEST'],
    ['a newer version', (m) => (m['schemaVersion'] = 3), 'UNSUPPORTED_VERSION'],
    ['no version', (m) => delete m['schemaVersion'], 'BAD_MANIFEST'],
    ['a residual of no entries', (m) => (m.model['residual'] = { perItem: 0, rows: 9, userExponent: 0, theta: 0, lambda: 1, weight: 1, fullFrom: 1 }), 'BAD_MANIFEST'],
    ['a residual that is no object', (m) => (m.model['residual'] = 8), 'BAD_MANIFEST'],
    ['another kind of model', (m) => (m.model['kind'] = 'gpt'), 'BAD_MANIFEST'],
    ['a kind whose parameters are not there', (m) => (m.model['kind'] = 'ials'), 'BAD_MANIFEST'],
    ['a regularisation of nothing', (m) => (m.model = { ...IALS, regularization: 0 }), 'BAD_MANIFEST'],
    ['epochs that are no number', (m) => (m.model = { ...IALS, epochs: 'many' }), 'BAD_MANIFEST'],
    ['no rank', (m) => delete m.model['rank'], 'BAD_MANIFEST'],
    ['a rank that is no number', (m) => (m.model['rank'] = '6'), 'BAD_MANIFEST'],
    ['a rank that the files do not have', (m) => (m.model['rank'] = 7), 'BAD_ARTIFACT'],
    ['a count that the files do not have', (m) => (m.counts['items'] = 41), 'BAD_ARTIFACT'],
    ['a scale upside down', (m) => (m.ratingScale['min'] = 6), 'BAD_MANIFEST'],
    ['a file outside of the folder', (m) => (m.files[0]!['path'] = '../secret'), 'BAD_MANIFEST'],
    ['an absolute file', (m) => (m.files[0]!['path'] = '/etc/passwd'), 'BAD_MANIFEST'],
    ['a file that is not there', (m) => (m.files[0]!['path'] = 'elsewhere.bin'), 'NOT_FOUND'],
    ['no index', (m) => m.files.shift(), 'BAD_MANIFEST'],
    ['two indexes', (m) => m.files.push(m.files[0]!), 'BAD_MANIFEST'],
    ['an unknown role', (m) => (m.files[0]!['role'] = 'poem'), 'BAD_MANIFEST'],
    ['no files at all', (m) => (m.files = {} as never), 'BAD_MANIFEST'],
    ['a search that is none', (m) => (m['search'] = { engine: 'oracle' }), 'BAD_MANIFEST'],
    ['a knob that is none', (m) => (m['search'] = { engine: 'faiss', factory: 'IVF4,SQ8', nprobe: 1.5, kFactor: 2 }), 'BAD_MANIFEST'],
    ['a search by Faiss without a file', (m) => (m['search'] = { engine: 'faiss', factory: 'IVF4,SQ8', nprobe: 2, kFactor: 2 }), 'BAD_MANIFEST'],
    ['a search file that nobody asks for', (m) => m.files.push({ ...m.files[0]!, role: 'search' }), 'BAD_MANIFEST'],
    ['a digest in capitals', (m) => (m.files[0]!['sha256'] = 'A'.repeat(64)), 'BAD_MANIFEST'],
  ])('a manifest with %s is refused', async (_, change, code) => {
    expect(await codeOf(editManifest(await tinyModel(), change))).toBe(code);
  });

  test.each(MODEL_KINDS)('a model of kind %s is whole, and says which release can read it', async (kind) => {
    const files = await tinyModel({ kind });
    const { manifest, foldIn } = await loadModel(memorySource(files));
    expect(manifest.model.kind).toBe(kind);
    expect('gram' in foldIn).toBe(kind === 'ials');
    // Releases of before read on what they know, and say of the others that they are newer.
    expect(manifest.schemaVersion).toBe(kind === 'ssvd' ? 1 : 2);
    for (let length = 0; length < files.get('foldIn.bin')!.length; length += 7) {
      expect(await codeOf(await republish(files, 'foldIn.bin', files.get('foldIn.bin')!.slice(0, length)))).toMatch(/TRUNCATED|BAD_MAGIC|BAD_ARTIFACT/);
    }
  });

  test('a manifest that is no JSON, or no object, is refused', async () => {
    const files = await tinyModel();
    for (const text of ['', '<!doctype html>', '[]', 'null', '3']) {
      expect(await codeOf(edit(files, 'manifest.json', () => new TextEncoder().encode(text))), text).toBe('BAD_MANIFEST');
    }
  });

  test('files of two models do not mix', async () => {
    const [small, large] = [await tinyModel({ items: tinyItems(40) }), await tinyModel({ items: tinyItems(41) })];
    for (const path of ['index.bin', 'foldIn.bin', 'catalog.bin']) {
      expect(await codeOf(await republish(small, path, large.get(path)!)), path).toBe('BAD_ARTIFACT');
    }
  });

  test('a fold-in file of another kind, of a newer version or with NaN is refused', async () => {
    const files = await tinyModel();
    const original = files.get('foldIn.bin')!;
    const changed = async (offset: number, value: number): Promise<ErrorCode | 'whole'> => {
      const bytes = original.slice();
      new DataView(bytes.buffer).setUint32(offset, value, true);
      return codeOf(await republish(files, 'foldIn.bin', bytes));
    };
    expect(await changed(0, 0)).toBe('BAD_MAGIC');
    expect(await changed(4, 2)).toBe('UNSUPPORTED_VERSION');
    expect(await changed(16, 0x7fc00000)).toBe('BAD_ARTIFACT'); // the first float: NaN
  });
});
