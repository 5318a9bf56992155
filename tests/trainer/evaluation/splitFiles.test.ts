import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { itemId } from '../../../shared/ids.ts';
import type { Rating } from '../../../shared/query.ts';
import type { EvaluationResult } from '../../../trainer/evaluation/run.ts';
import { splitUsers, type Split } from '../../../trainer/evaluation/split.ts';
import { readPeople, writeSplit } from '../../../trainer/evaluation/splitFiles.ts';
import { readRatings } from '../../../trainer/ratings/read.ts';
import type { Ratings } from '../../../trainer/ratings/ratings.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';
import { tinyItems } from '../../support/tinyModel.ts';
import { findOnPath, needs, repoRoot } from '../../support/tools.ts';
import { scratchFolder, triples } from '../ratings/scratch.ts';

const { path, write } = scratchFolder();
const RANK = '16';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function framerate(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), ...args], { cwd: path('.') });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

const fine = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await framerate(...args);
  expect(code, err).toBe(0);
  return out;
};

/** Ratings whose ids are text, as awkward as a CSV can hold. */
function awkward(): Ratings {
  const sample = sampleRatings();
  return {
    ...sample,
    userIds: sample.userIds.map((id) => `person "${id}", of x`),
    items: sample.items.map((item) => ({ ...item, id: itemId(`${item.id};é 𝄞`) })),
    rating: sample.rating.map((rating) => Math.fround(rating / 3)),
    scale: { min: 0, max: 2 },
  };
}

const lines = (ratings: Ratings): string[] => triples(ratings).map((triple) => JSON.stringify(triple)).sort();

describe('a split as files', () => {
  test.each([
    ['the sample', sampleRatings()],
    ['awkward ids, ratings and scale', awkward()],
  ])('reads back what was written: %s', async (name, ratings) => {
    const folder = path(`whole ${name}`);
    const positiveFrom = ratings.scale.max * 0.7;
    const split = splitUsers(ratings, { fold: 3, positiveFrom });
    await writeSplit(folder, split, { fold: 3, positiveFrom });
    expect((await readdir(folder)).sort()).toEqual(['split.json', 'test.jsonl', 'train.csv', 'val.jsonl']);
    expect(await readPeople(join(folder, 'test.jsonl'))).toEqual(split.test);
    expect(await readPeople(join(folder, 'val.jsonl'))).toEqual(split.validation);
    expect(lines(await readRatings([join(folder, 'train.csv')]))).toEqual(lines(split.train));
  });

  test('a line of test.jsonl is as documented, and everything is there', async () => {
    const split = splitUsers(sampleRatings(), { fold: 0, positiveFrom: 4 });
    await writeSplit(path('documented'), split, { fold: 0, positiveFrom: 4 });
    const [user] = split.test;
    const pair = ({ item, rating }: Rating) => [item, rating];
    expect(JSON.parse((await readFile(path('documented/test.jsonl'), 'utf8')).split('\n')[0]!)).toEqual({
      user: user!.id,
      in: user!.positives.map(({ item }) => item),
      inr: user!.positives.map(({ rating }) => rating),
      low: user!.low.map(pair),
      tg: user!.targets,
    });
  });

  test('a folder that cannot be made is said', async () => {
    const file = await write('a file', '');
    await expect(writeSplit(join(file, 'below'), splitUsers(sampleRatings(), { fold: 0, positiveFrom: 4 }), { fold: 0, positiveFrom: 4 })).rejects.toThrow(/cannot be written/);
  });
});

describe('split, train, recommend --batch, score', () => {
  let evaluated: EvaluationResult;
  beforeAll(async () => {
    await fine('evaluate', '--data', 'sample', '--fold', '2', '--rank', RANK, '--json', 'evaluated.json');
    await fine('split', '--data', 'sample', '--fold', '2', '--out', 'split');
    await fine('train', '--data', 'split/train.csv', '--rank', RANK, '--out', 'models/split');
    evaluated = JSON.parse(await readFile(path('evaluated.json'), 'utf8')) as EvaluationResult;
  }, 120_000);
  const group = (result: EvaluationResult, kind: string) => result.settings[0]!.groups.find((one) => one.kind === kind)!;

  test('is evaluate, to the last digit, and the targets are never needed', async () => {
    const lines = (await readFile(path('split/test.jsonl'), 'utf8')).trim().split('\n');
    const questions = lines.map((line) => JSON.stringify({ ...(JSON.parse(line) as object), tg: undefined }));
    await write('questions.jsonl', questions.join('\n'));
    const answers = await fine('recommend', '--model', 'models/split', '--batch', 'questions.jsonl', '-k', '100');
    expect(await fine('recommend', '--model', 'models/split', '--batch', 'split/test.jsonl', '-k', '100')).toBe(answers);
    await write('answers.jsonl', answers.trim().split('\n').toReversed().join('\n')); // people in any order
    await fine('score', '--split', 'split', '--answers', 'answers.jsonl', '--rank', RANK, '--json', 'scored.json');
    const scored = JSON.parse(await readFile(path('scored.json'), 'utf8')) as EvaluationResult;
    for (const kind of ['all', 'few']) {
      const numbers = group(evaluated, kind).rows.map(({ ranker: _, detail: __, ...rest }) => rest);
      expect(group(scored, kind).rows.map(({ ranker: _, detail: __, ...rest }) => rest)).toEqual(numbers);
    }
    expect(scored.dataset.licence).toBe(evaluated.dataset.licence);
  }, 120_000);

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['somebody without an answer', (lines) => lines.slice(1), /has no answer for user/],
    ['a second answer', (lines) => [...lines, lines[0]!], /bad.jsonl:\d+: a second answer/],
    ['an unknown item', (lines) => [lines[0]!.replace('"items":[', '"items":["nothing like it",'), ...lines.slice(1)], /bad.jsonl:1: item "nothing like it" is not in train.csv/],
    ['an item twice', (lines) => [lines[0]!.replace(/"items":\[(\d+)/, '"items":[$1,$1'), ...lines.slice(1)], /comes twice/],
    ['somebody who was not asked', (lines) => [...lines, '{"user": "ann", "items": []}'], /nobody was asked about user ann/],
    ['no JSON', () => ['hello'], /bad.jsonl:1: this is no JSON/],
    ['no list', () => ['{"user": 1}'], /bad.jsonl:1: a line is/],
  ])('refuses %s', async (_, change, message) => {
    const lines = (await readFile(path('answers.jsonl'), 'utf8')).trim().split('\n');
    await write('bad.jsonl', change(lines).join('\n'));
    const { code, err } = await framerate('score', '--split', 'split', '--answers', 'bad.jsonl', '--no-baselines');
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('a folder without a split is said', async () => {
    const { code, err } = await framerate('score', '--split', 'models', '--answers', 'x');
    expect([code, err]).toEqual([1, expect.stringMatching(/models holds no split/)]);
  });
});

describe('the protocol in another language', () => {
  const python = findOnPath('python3');
  const { skip, label } = needs('Python', python);
  test.skipIf(skip)(`a few lines of Python make the same split${label}`, async () => {
    const sample = sampleRatings();
    const cases: [string, Ratings][] = [['numbers', sample], ['text', awkward()]];
    for (const [name, ratings] of cases) {
      const positiveFrom = name === 'numbers' ? 4 : 1.3;
      const rows = triples(ratings).map((triple) => JSON.stringify(triple));
      await writeFile(path(`${name}.jsonl`), rows.join('\n'));
      const split = splitUsers(ratings, { fold: 7, positiveFrom });
      const { status, stdout, stderr } = spawnSync(python!, [join(repoRoot, 'tests/fixtures/split_oracle.py'), path(`${name}.jsonl`), '7', String(positiveFrom)], { encoding: 'utf8', maxBuffer: 1e9 });
      expect(status, stderr).toBe(0);
      const found = JSON.parse(stdout) as ReturnType<typeof facts>;
      expect({ ...found, train: found.train.sort() }).toEqual(facts(split));
    }
  });

  const facts = ({ train, validation, test: asked }: Split) => {
    const people = (users: Split['test']) => users.map(({ id, positives, low, targets }) => ({ user: id, in: positives.map(({ item }) => item), low: low.map(({ item }) => item), tg: targets }));
    return { train: triples(train).map(([user, item]) => [user, item]).sort(), validation: people(validation), test: people(asked) };
  };
});

test('the protocol for golden ids, whoever computes it', () => {
  const items = tinyItems(10);
  const people = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe'];
  const pairs = people.flatMap((_, user) => items.map((__, item): [number, number] => [user, item]));
  const ratings: Ratings = {
    ...sampleRatings(),
    userIds: people,
    items,
    user: Uint32Array.from(pairs, ([user]) => user),
    item: Uint32Array.from(pairs, ([, item]) => item),
    rating: Float32Array.from(pairs, () => 5),
  };
  const { test: asked, validation } = splitUsers(ratings, { fold: 0, positiveFrom: 4 });
  expect({ asked: asked.map(({ id }) => id), validation: validation.map(({ id }) => id), targets: asked[0]!.targets }).toEqual(GOLDEN);
});
const GOLDEN = { asked: ['eve'], validation: ['ida'], targets: [37, 47] };
