import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { loadModel } from '../../../shared/artifact/load.ts';
import { fileOf } from '../../../shared/artifact/manifest.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { faissUrl } from '../../../shared/engine/faiss/location.ts';
import { indexModel } from '../../../trainer/commands/indexModel.ts';
import { candidatesFor } from '../../../trainer/indexing/candidates.ts';
import { answersOf, measure } from '../../../trainer/indexing/measure.ts';
import { imaginePeople } from '../../../trainer/indexing/people.ts';
import { plot } from '../../../trainer/indexing/plot.ts';
import { chooseSearch, isBest, readTuning, type TunedSearch, type Tuning } from '../../../trainer/indexing/tuning.ts';
import { openModel } from '../../../trainer/openModel.ts';
import { memorySource, tinyItems, tinyModel } from '../../support/tinyModel.ts';
import { needs } from '../../support/tools.ts';

const measured = (search: string, recall: number, medianMicros: number): TunedSearch => ({ search, recall, medianMicros, p99Micros: medianMicros * 2, bytes: 1, buildSeconds: 0, best: false });
const tuningOf = (...all: TunedSearch[]): Tuning => ({ format: 'framerate-tuning', factors: 'f', items: 3e6, rank: 64, k: 10, queries: 9, machine: 'm', measured: all });

describe('imagined people', () => {
  test('are the same each time, differ from one another, and have rated some', async () => {
    const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(300) })));
    const exact = new ExactIndex(model.factors);
    const people = imaginePeople(model, exact, 14);
    expect(imaginePeople(model, exact, 14)).toEqual(people);
    expect(new Set(people.map(({ query }) => query.join())).size).toBe(14);
    for (const { rated } of people) expect(rated.words.some((word) => word !== 0)).toBe(true);
  });

  test('are there for the smallest catalogue', async () => {
    const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(1) })));
    expect(imaginePeople(model, new ExactIndex(model.factors), 3)).toHaveLength(3);
  });
});

test('an exact index has recall 1, and one that finds nothing 0', async () => {
  const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(300) })));
  const exact = new ExactIndex(model.factors);
  const questions = imaginePeople(model, exact, 20);
  const truth = answersOf(exact, questions, 10);
  const { recall, medianMicros, p99Micros } = measure(exact, questions, truth, 10);
  expect(recall).toBe(1);
  expect(p99Micros).toBeGreaterThanOrEqual(medianMicros);
  const blind = { rows: 300, rank: 6, engine: 'blind', search: () => ({ rows: new Uint32Array(), scores: new Float64Array() }) };
  expect(measure(blind, questions, truth, 10).recall).toBe(0);
});

test('the frontier: for each that is not on it there is a better one that is', () => {
  const one = fc.record({ recall: fc.integer({ min: 0, max: 5 }), medianMicros: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), (points) => {
      const all = points.map(({ recall, medianMicros }, i) => measured(String(i), recall, medianMicros));
      const frontier = all.filter((point) => isBest(point, all));
      expect(frontier.length).toBeGreaterThan(0);
      for (const point of all) {
        if (frontier.includes(point)) continue;
        expect(frontier.some((best) => best.recall >= point.recall && best.medianMicros <= point.medianMicros)).toBe(true);
      }
    }),
  );
});

test('the plot shows each, the best in capitals', () => {
  const text = plot([{ ...measured('exact', 1, 40), best: true }, measured('IVF16,SQ8,nprobe=1,kFactor=2', 0.5, 10), { ...measured('PQ16,kFactor=4', 0.9, 20), best: true }, measured('HNSW16,SQ8,efSearch=3,kFactor=2', 0.7, 30), measured('Flat,kFactor=1', 1, 90)]);
  const picture = text.split('└')[0]!;
  for (const letter of 'XcPgf') expect(picture).toContain(letter);
  expect(text).toMatch(/1\.00 │.*X/);
  expect(text).toMatch(/10 µs.*90 µs/);
});

describe('what a catalogue is searched with', () => {
  test.each([0, 750, 2_000_000])('%d items: every row', (items) => {
    expect(chooseSearch(items, tuningOf(measured('Flat,kFactor=1', 1, 1))).search).toEqual({ engine: 'exact' });
  });
  test('more: the fastest that finds enough, of those that were measured', () => {
    const tuning = tuningOf(measured('exact', 1, 1), measured('IVF64,SQ8,nprobe=1,kFactor=2', 0.7, 2), measured('IVF64,SQ8,nprobe=9,kFactor=2', 0.96, 5), measured('Flat,kFactor=1', 1, 90));
    expect(chooseSearch(3e6, tuning).search).toMatchObject({ factory: 'IVF64,SQ8', nprobe: 9 });
  });
  test('more, and nothing measured: cells', () => {
    expect(chooseSearch(3e6, null).search).toMatchObject({ factory: 'IVF8192,SQ8', nprobe: 512 });
  });
});

test.each([[0, 64], [100, 7], [750, 64], [10_000, 64], [2_000_000, 128]])('candidates for %d × %d are indexes, whose knobs fit', (rows, rank) => {
  for (const { factory, settings } of candidatesFor(rows, rank)) {
    expect(settings.length).toBeGreaterThan(0);
    const cells = /^IVF(\d+)/.exec(factory)?.[1];
    if (cells) for (const { nprobe } of settings) expect(nprobe).toBeLessThanOrEqual(Number(cells));
    const parts = /PQ(\d+)$/.exec(factory)?.[1];
    if (parts) expect(rank % Number(parts)).toBe(0);
  }
});

const { skip, label } = needs('faiss.wasm: npm run build:faiss', existsSync(faissUrl), false);
describe.skipIf(skip)(`framerate index --tune${label}`, () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-tune-'));
    folder = join(root, 'models', 'films');
    await cp(inject('sampleModel'), folder, { recursive: true });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  });

  test('prints a table and a plot, and keeps what it measured beside the model', async () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await indexModel({ model: folder, tune: true, queries: 20 });
    const printed = out.mock.calls.map(([text]) => String(text)).join('');
    expect(printed).toMatch(/search +recall@10 +median µs +p99 µs/);
    const { manifest } = await openModel(folder);
    const tuning = (await readTuning(folder, fileOf(manifest, 'index').sha256))!;
    expect(tuning.items).toBe(750);
    const exact = tuning.measured.find(({ search }) => search === 'exact')!;
    expect(exact).toMatchObject({ recall: 1, bytes: fileOf(manifest, 'index').bytes });
    for (const one of tuning.measured) {
      expect(printed).toContain(one.search);
      expect(one.recall).toBeGreaterThan(0);
      expect(one.bytes).toBeGreaterThanOrEqual(exact.bytes);
    }
    const cells = tuning.measured.filter(({ search }) => search.startsWith('IVF') && search.includes('SQ8')).map(({ recall }) => recall);
    expect(cells.at(-1)).toBe(Math.max(...cells)); // the most cells visited, the most found
    expect(await readTuning(folder, 'of other factors')).toBeNull();
    await writeFile(join(folder, 'tuning.json'), 'half');
    expect(await readTuning(folder, tuning.factors)).toBeNull();
  });

  test('writes elsewhere if it should, and says what is missing', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const out = join(root, 'measured.json');
    await indexModel({ model: folder, tune: true, queries: 10, out });
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ format: 'framerate-tuning' });
    await expect(indexModel({ model: folder, tune: true, queries: 10, out: join(root, 'no', 'where.json') })).rejects.toThrow(/cannot be written/);
    await expect(indexModel({ model: folder, queries: 10 })).rejects.toThrow(/--tune.*--apply/);
  });
});
