import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseManifest } from '../../shared/artifact/manifest.ts';
import { repoRoot } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'framerate-cli-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function framerate(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), ...args], { cwd: scratch });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined).end(input); // a program that ends early closes its input
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

const write = async (name: string, content: string): Promise<string> => {
  await writeFile(join(scratch, name), content);
  return name;
};

/** Two tastes: even people like even items. Header names, separators and ids vary by test. */
const ratingsTable = (separator = ',', header: string | null = 'userId,movieId,rating,timestamp'): string => {
  const lines = header === null ? [] : [header.replaceAll(',', separator)];
  for (let user = 1; user <= 40; user++) {
    for (let item = 1; item <= 30; item++) if ((user * 7 + item * 3) % 5 !== 0 && (user + item) % 2 === 0) lines.push([user, item, 3 + (item % 3), 1000 + user].join(separator));
  }
  return `${lines.join('\n')}\n`;
};

describe('framerate', () => {
  test.each([[], ['train'], ['evaluate'], ['split'], ['score'], ['report'], ['recommend'], ['export'], ['inspect'], ['index'], ['verify'], ['serve'], ['site'], ['start']])('%s --help explains itself', async (...command) => {
    const { code, out } = await framerate([...command, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: framerate/);
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['dance'], /unknown command 'dance'/],
    ['an unknown option', ['train', '--rnak', '3'], /unknown option '--rnak'/],
    ['a rank that is no number', ['train', '--rank', 'many'], /whole number from 1 to 1024/],
    ['a kind that is none', ['train', '--model', 'gpt'], /one of ssvd, puresvd, popularity, ials/],
    ['a kind that cannot be published', ['train', '--model', 'ease'], /no factors to publish.*evaluate --model ease/],
    ['a residual of a kind that has none', ['train', '--data', 'sample', '--model', 'ials', '--residual', '8'], /--residual goes with --model ssvd/],
    ['a memory below nothing', ['train', '--memory', '-1'], /gigabytes above 0/],
    ['a liking that is no number', ['evaluate', '--data', 'sample', '--positive-from', 'good'], /--positive-from.*It is a number/],
    ['no model', ['recommend'], /--model/],
    ['a model that is not there', ['inspect', '--model', 'nowhere'], /There is no model in nowhere/],
    ['a file that is not there', ['train', '--data', 'nowhere.csv'], /nowhere\.csv/],
    ['serving nothing', ['serve', '--model', 'nowhere'], /nowhere/],
  ])('%s is a sentence, not a stack', async (_, args, message) => {
    const { code, err } = await framerate(args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('train', () => {
  test('ratings alone, without titles, and the same input gives the same bytes', async () => {
    const data = await write('plain.csv', ratingsTable());
    const runs = await Promise.all(['one', 'two'].map((name) => framerate(['train', '--data', data, '--rank', '4', '--out', `models/${name}`])));
    for (const { code, err } of runs) expect(code, err).toBe(0);
    const [one, two] = await Promise.all(['one', 'two'].map(async (name) => {
      const folder = join(scratch, 'models', name);
      return Promise.all((await readdir(folder)).sort().map(async (file) => [file, (await readFile(join(folder, file), 'latin1')).replaceAll(`"name": "${name}"`, '"name": ""')]));
    }));
    expect(one).toEqual(two);
    const { out } = await framerate(['recommend', '--model', 'models/one', '-k', '3']);
    expect(out.trim().split('\n')).toHaveLength(4);
  });

  test('an up-to-date model is not trained again; another seed trains it', async () => {
    const data = await write('again.csv', ratingsTable());
    const args = ['train', '--data', data, '--rank', '4', '--out', 'models/again'];
    await framerate(args);
    expect((await framerate(args)).err).toMatch('up to date');
    expect((await framerate([...args, '--seed', '2'])).err).not.toMatch('up to date');
    expect((await framerate(['verify', '--model', 'models/again'])).code).toBe(0);
  });

  test('how good such a model is for people that it has not seen comes with it, unless nobody wants to know', async () => {
    const args = ['train', '--data', 'sample', '--rank', '8', '--out', 'models/measured'];
    const { code, out, err } = await framerate(args);
    expect(code, err).toBe(0);
    expect(out).toMatch(/NDCG@10[^]*popularity[^]*PureSVD[^]*ssvd/);
    expect(err).toMatch(/the published model is trained on everybody/);
    const folder = join(scratch, 'models/measured');
    const measured = JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8')) as { settings: { groups: { people: number; rows: { measures: Record<string, unknown> }[] }[] }[] };
    const [all] = measured.settings[0]!.groups;
    const { evaluation } = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
    expect(evaluation!.people).toBe(all!.people);
    expect(evaluation!.metrics['NDCG@10']).toEqual(all!.rows.at(-1)!.measures['NDCG@10']);
    expect((await framerate(['verify', '--model', 'models/measured'])).code).toBe(0);

    await framerate([...args, '--seed', '2', '--no-evaluate']);
    expect(await readdir(folder)).not.toContain('evaluation.json'); // it was of another model
    expect(parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8')).evaluation).toBeUndefined();
  });

  test('who took what, without ratings, with --implicit', async () => {
    const rows = ratingsTable().trim().split('\n').slice(1).map((line) => line.split(',').slice(0, 2).join(','));
    const data = await write('taken.csv', `user,item\n${rows.join('\n')}\n`);
    expect((await framerate(['train', '--data', data, '--out', 'models/taken'])).err).toMatch(/at least 3 columns/);
    const { code, err } = await framerate(['train', '--data', data, '--implicit', '--rank', '4', '--no-evaluate', '--out', 'models/taken']);
    expect(code, err).toBe(0);
    expect(parseManifest(await readFile(join(scratch, 'models/taken/manifest.json'), 'utf8')).ratingScale).toEqual({ min: 1, max: 5 });
    expect((await framerate(['verify', '--model', 'models/taken'])).code).toBe(0);
    const plays = await write('plays.csv', `user,item,plays\n${rows.map((row, i) => `${row},${i + 1}`).join('\n')}\n`);
    const counted = await framerate(['evaluate', '--data', plays, '--implicit', '--rank', '4', '--binary']);
    expect(counted.code, counted.err).toBe(0);
    const [b, a] = counted.out.split('Setting A');
    expect(/ssvd .*/.exec(a!)![0]).toBe(/ssvd .*/.exec(b!)![0]); // all count alike either way
  });

  test('too few people to ask are no failure', async () => {
    const data = await write('few.csv', 'user,item,rating\n1,1,5\n1,2,4\n2,1,5\n2,2,3\n');
    const { code, err } = await framerate(['train', '--data', data, '--out', 'models/few']);
    expect(code, err).toBe(0);
    expect(err).toMatch(/Not evaluated\. Fold 0 has 0 people to ask/);
  });

  test('any header names, with --columns', async () => {
    const data = await write('odd.tsv', ratingsTable('\t', 'wer,was,wie,wann'));
    const refused = await framerate(['train', '--data', data, '--out', 'models/odd']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/wer.*was.*wie.*wann/s);
    expect((await readdir(scratch)).includes('models') && (await readdir(join(scratch, 'models'))).includes('odd')).toBe(false);
    const taken = await framerate(['train', '--data', data, '--columns', 'user=wer,item=was,rating=wie', '--rank', '4', '--out', 'models/odd']);
    expect(taken.code, taken.err).toBe(0);
  });

  test('a rank above what the ratings have is lowered, and that is said', async () => {
    const data = await write('small.csv', ratingsTable());
    const { code, err } = await framerate(['train', '--data', data, '--out', 'models/small']);
    expect(code, err).toBe(0);
    expect(err).toMatch(/only \d+ dimensions/);
  });
});

describe('recommend', () => {
  test('one person, as a table', async () => {
    const ratings = await write('mine.csv', 'item,rating\n1,5\n2,4.5\n424242,3\n');
    const { code, out, err } = await framerate(['recommend', '--model', inject('sampleModel'), '--ratings', ratings]);
    expect(code, err).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(11);
    expect(err).toMatch(/1 rated ids are not in the model.*424242/);
  });

  test('many people, in order, numbers stay numbers', async () => {
    const people = [
      { user: 'ann', ratings: [[1, 5]] },
      { user: 7, ratings: [] },
      { user: null, ratings: [[2, 4], ['no such', 3]] },
    ];
    const { code, out, err } = await framerate(['recommend', '--model', inject('sampleModel'), '--batch', '-', '-k', '100'], `${people.map((person) => JSON.stringify(person)).join('\n')}\n\n`);
    expect(code, err).toBe(0);
    const answers = out.trim().split('\n').map((line) => JSON.parse(line) as { user: unknown; items: unknown[]; scores: number[] });
    expect(answers.map(({ user }) => user)).toEqual(['ann', 7, null]);
    for (const { items, scores } of answers) {
      expect(items).toHaveLength(100);
      expect(items.every((id) => typeof id === 'number')).toBe(true);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
    expect(answers[0]!.items).not.toContain(1);
    expect(err).toMatch(/3 people answered; 1 rated ids/);
  });

  test('a batch of many people streams: the answers come while questions are still being asked', async () => {
    const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), 'recommend', '--model', inject('sampleModel'), '--batch', '-'], { cwd: scratch });
    child.stdin.write('{"user": 1, "ratings": []}\n');
    const first = await new Promise<string>((done) => child.stdout.setEncoding('utf8').once('data', done));
    expect(JSON.parse(first)).toMatchObject({ user: 1 });
    child.stdin.end();
    await new Promise((done) => child.on('close', done));
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{"user": 1, "ratings": []}\nhello\n', /-:2: this is no JSON/],
    ['a dial that is no number', '{"user": 1, "ratings": [], "variety": "much"}\n', /-:1: variety is "much", no number/],
    ['a dial turned too far', '{"user": 1, "ratings": [], "popularity": 2}\n', /-:1: popularity is 2; it goes from -1 to 1/],
    ['no ratings', '{"user": 1}\n', /-:1: there is no list "ratings"/],
    ['a pair that is none', '{"user": 1, "ratings": [[3]]}\n', /-:1: ratings\[0\] is \[3\]/],
    ['a rating out of range', '{"user": 1, "ratings": [[3, 11]]}\n', /-:1: A rating is 11/],
  ])('a line with %s is named', async (_, input, message) => {
    const { code, err } = await framerate(['recommend', '--model', inject('sampleModel'), '--batch', '-'], input);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('a batch file that is not there is a sentence', async () => {
    const { code, err } = await framerate(['recommend', '--model', inject('sampleModel'), '--batch', 'nobody.jsonl']);
    expect(code).toBe(1);
    expect(err).toMatch(/nobody\.jsonl cannot be read/);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('inspect and verify', () => {
  test('tell what a model is, and whether it is whole', async () => {
    const inspected = await framerate(['inspect', '--model', inject('sampleModel')]);
    expect(inspected.out).toMatch(/rank 64/);
    expect(JSON.parse((await framerate(['inspect', '--model', inject('sampleModel'), '--json'])).out)).toMatchObject({ format: 'framerate-model' });
    expect((await framerate(['verify', '--model', inject('sampleModel')])).out).toMatch(/is whole/);
  });

  test('an altered file is found', async () => {
    const folder = join(scratch, 'altered');
    await cp(inject('sampleModel'), folder, { recursive: true });
    const index = (await readdir(folder)).find((name) => name.startsWith('index-'))!;
    const bytes = await readFile(join(folder, index));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(folder, index), bytes);
    const { code, err } = await framerate(['verify', '--model', folder]);
    expect(code).toBe(1);
    expect(err).toMatch(/SHA-256 differs/);
  });
});
