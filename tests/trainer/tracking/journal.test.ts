import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromFigure, toFigure } from '../../../trainer/tracking/events.ts';
import { artifactFile, RunJournal } from '../../../trainer/tracking/journal.ts';
import { batchesOf, LIMITS } from '../../../trainer/tracking/mlflow/batches.ts';
import { findRun, listRuns, readRun } from '../../../trainer/tracking/runRecord.ts';
import { readSent, writeEvents, writeLink } from '../../../trainer/tracking/sent.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-runs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const begin = (time = Date.UTC(2026, 0, 31, 23, 59, 59)): RunJournal => RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'X', time });

describe('a journal', () => {
  test('says again what it was told', async () => {
    const journal = begin();
    expect(journal.id).toMatch(/^20260131-235959-[0-9a-f]{4}$/);
    journal.append({ type: 'params', params: { rank: '8' } });
    journal.append({ type: 'tags', tags: { a: 'b' } });
    for (const step of [2, 1]) journal.append({ type: 'metric', key: 'loss', value: toFigure(step === 2 ? NaN : 0.5), standardError: 0.1, step, time: 1 });
    await journal.write('plots/a.svg', '<svg/>');
    await writeFile(join(root, 'elsewhere.bin'), 'model');
    await journal.keep('model/index.bin', join(root, 'elsewhere.bin'));
    await rm(join(root, 'elsewhere.bin'));
    journal.end('FINISHED');
    const run = readRun(journal.folder);
    expect(run).toMatchObject({ id: journal.id, status: 'FINISHED', artifacts: ['plots/a.svg', 'model/index.bin'] });
    expect([...run.params, ...run.tags]).toEqual([['rank', '8'], ['a', 'b']]);
    expect(run.metrics.get('loss')!.map(({ step, value, standardError }) => [step, value, standardError])).toEqual([[1, 0.5, 0.1], [2, NaN, 0.1]]);
    expect(await readFile(artifactFile(journal.folder, 'model/index.bin'), 'utf8')).toBe('model');
  });

  test('cut anywhere is read up to there, and gone on with', async () => {
    const journal = begin();
    journal.append({ type: 'params', params: { rank: '8', 'a "key"': 'zwölf\n' } });
    journal.append({ type: 'metric', key: 'loss', value: 1, step: 0, time: 1 });
    const path = join(journal.folder, 'journal.jsonl');
    const whole = await readFile(path);
    const first = whole.indexOf('\n') + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: whole.length }), async (end) => {
        await writeFile(path, whole.subarray(0, end));
        const complete = whole.subarray(0, end).toString('latin1').split('\n').length - 1;
        expect(readRun(journal.folder).events).toHaveLength(complete);
        RunJournal.resume(journal.folder).end('FINISHED');
        const run = readRun(journal.folder);
        expect(run.events).toHaveLength(complete + 2);
        expect(run.status).toBe('FINISHED');
      }),
      { numRuns: 40 },
    );
  });

  test.each<[string, string, RegExp]>([
    ['nothing', '', /is no journal of a run/],
    ['something else', '{"type":"params"}\n', /is no journal of a run/],
    ['of a newer release', '{"type":"begin","format":"framerate-run","schemaVersion":2}\n', /is of version 2; this FrameRate reads 1/],
  ])('that is %s is a sentence', async (_, content, message) => {
    const journal = begin();
    await writeFile(join(journal.folder, 'journal.jsonl'), content);
    expect(() => readRun(journal.folder)).toThrow(message);
  });

  test('with a broken line in it says which', async () => {
    const journal = begin();
    await appendFile(join(journal.folder, 'journal.jsonl'), '{"type":"par\n{"type":"tags","tags":{}}\n');
    expect(() => readRun(journal.folder)).toThrow(/journal\.jsonl, line 2 is no JSON/);
  });

  test('that cannot be kept says where', async () => {
    await writeFile(join(root, 'file'), '');
    expect(() => RunJournal.begin(join(root, 'file'), { kind: 'train', name: 'x', experiment: 'X' })).toThrow(/No run can be kept in .*file.*--runs/);
  });
});

describe('runs', () => {
  test('are found by a part of their id, and the last one by that word', async () => {
    const [one, two] = [begin(Date.UTC(2026, 1, 1)), begin(Date.UTC(2026, 1, 2))];
    const runs = await listRuns(root);
    expect(runs.map(({ id }) => id)).toEqual([one.id, two.id]);
    expect(findRun(runs, 'last').id).toBe(two.id);
    expect(findRun(runs, '20260201').id).toBe(one.id);
    expect(() => findRun(runs, '2026')).toThrow(/a part of 2 runs/);
    expect(() => findRun(runs, 'x')).toThrow(/no run x/);
    expect(await listRuns(join(root, 'nowhere'))).toEqual([]);
    expect(() => findRun([], 'last')).toThrow(/no runs here yet/);
  });
});

test('what was sent is known by server, whatever was cut', async () => {
  const link = { experimentId: '1', runId: 'r', artifactUri: 'mlflow-artifacts:/1/r/artifacts' };
  expect(readSent(root, 'a')).toEqual({ link: null, events: 0 });
  writeLink(root, 'a', link);
  writeEvents(root, 'a', 5);
  await appendFile(join(root, 'sent.jsonl'), '{"server":"a","ev');
  writeEvents(root, 'b', 9);
  writeEvents(root, 'a', 7);
  expect(readSent(root, 'a')).toEqual({ link, events: 7 });
  expect(readSent(root, 'b')).toEqual({ link: null, events: 9 });
});

test('numbers survive JSON, all of them', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(fromFigure(JSON.parse(JSON.stringify(toFigure(value))) as ReturnType<typeof toFigure>)).toBe(value === 0 ? 0 : value); // JSON has one zero
    }),
  );
});

test('requests hold all, in order, and each within the limits of MLflow', () => {
  const text = fc.string({ unit: 'binary', maxLength: 7000 });
  const pairs = fc.array(fc.record({ key: fc.string({ maxLength: 20 }), value: fc.oneof({ weight: 20, arbitrary: fc.string({ maxLength: 9 }) }, { weight: 1, arbitrary: text }) }), { maxLength: 350 });
  const metrics = fc.integer({ min: 0, max: 3000 }).map((count) => Array.from({ length: count }, (_, step) => ({ key: 'k'.repeat(step % 250), value: step, timestamp: 0, step })));
  fc.assert(
    fc.property(metrics, pairs, pairs, (allMetrics, params, tags) => {
      const batches = batchesOf({ metrics: allMetrics, params, tags });
      for (const batch of batches) {
        expect(batch.metrics.length).toBeLessThanOrEqual(LIMITS.metrics);
        expect(batch.params.length).toBeLessThanOrEqual(LIMITS.params);
        expect(batch.tags.length).toBeLessThanOrEqual(LIMITS.tags);
        const together = batch.metrics.length + batch.params.length + batch.tags.length;
        expect(together).toBeGreaterThan(0);
        expect(together).toBeLessThanOrEqual(LIMITS.together);
        expect(Buffer.byteLength(JSON.stringify({ run_id: 'r'.repeat(32), ...batch }))).toBeLessThanOrEqual(LIMITS.bytes);
        for (const { value } of batch.params) expect(value.length).toBeLessThanOrEqual(LIMITS.param);
        for (const { value } of batch.tags) expect(value.length).toBeLessThanOrEqual(LIMITS.tag);
      }
      expect(batches.flatMap((batch) => batch.metrics)).toEqual(allMetrics);
      expect(batches.flatMap((batch) => batch.params).map(({ key }) => key)).toEqual(params.map(({ key }) => key));
      expect(batches.flatMap((batch) => batch.tags).map(({ value }, i) => value.slice(0, 4000) === tags[i]!.value.slice(0, 4000)).every(Boolean)).toBe(true);
    }),
    { numRuns: 25 },
  );
});
