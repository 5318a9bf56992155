import { existsSync } from 'node:fs';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { itemId } from '../../shared/ids.ts';
import type { Rating, RatingScale } from '../../shared/query.ts';
import { writeAtomically } from '../atomicFile.ts';
import { parseBatchLine } from '../batchLine.ts';
import { InputError } from '../inputError.ts';
import type { Dataset, Ratings } from '../ratings/ratings.ts';
import type { HeldOutUser, Split, SplitOptions } from './split.ts';

/** The files of a split, for any program: who trains, whom to choose parameters on, whom to ask. */
export const SPLIT_FILES = { train: 'train.csv', validation: 'val.jsonl', test: 'test.jsonl', origin: 'split.json' } as const;

/** What the rows alone do not say. Kept beside them, so that a model of train.csv is the one that `evaluate` trains. */
export interface SplitOrigin extends SplitOptions {
  readonly format: 'framerate-split';
  readonly schemaVersion: 1;
  readonly scale: RatingScale;
  readonly dataset: Dataset;
}

/** So many lines are put together before they are written. */
const LINES = 4096;

/** Writes a split, piece by piece; each file is there whole or not at all, and split.json last. @throws {InputError} */
export async function writeSplit(folder: string, { train, validation, test }: Split, { fold, positiveFrom }: SplitOptions): Promise<void> {
  const origin: SplitOrigin = { format: 'framerate-split', schemaVersion: 1, fold, positiveFrom, scale: train.scale, dataset: { ...train.dataset, name: `${train.dataset.name}-fold-${fold}` } };
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomically(join(folder, SPLIT_FILES.train), inPieces(trainLines(train)));
    await writeAtomically(join(folder, SPLIT_FILES.validation), inPieces(peopleLines(validation)));
    await writeAtomically(join(folder, SPLIT_FILES.test), inPieces(peopleLines(test)));
    await writeAtomically(join(folder, SPLIT_FILES.origin), `${JSON.stringify(origin, null, 2)}\n`);
  } catch (cause) {
    throw new InputError(`The split cannot be written to ${folder}: ${(cause as Error).message}`, { cause });
  }
}

/** Quoted where a reader would else see something different. */
const cell = (id: string | number): string => (typeof id === 'string' && /[",;|\s]|^$/.test(id) ? `"${id.replaceAll('"', '""')}"` : String(id));

function* trainLines({ userIds, items, user, item, rating }: Ratings): Generator<string> {
  yield 'user,item,rating\n';
  for (let i = 0; i < rating.length; i++) yield `${cell(userIds[user[i]!]!)},${cell(items[item[i]!]!.id)},${rating[i]}\n`;
}

function* peopleLines(users: readonly HeldOutUser[]): Generator<string> {
  for (const { id, positives, low, targets } of users) {
    const line = { user: id, in: positives.map(({ item }) => item), inr: positives.map(({ rating }) => rating), low: low.map(({ item, rating }) => [item, rating]), tg: targets };
    yield `${JSON.stringify(line)}\n`;
  }
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(line);
    if (piece.length === LINES) {
      yield piece.join('');
      piece = [];
    }
  }
  yield piece.join('');
}

/** What split.json says of ratings that are the train.csv of a split, or its folder; null where they are something else. */
export async function readSplitOrigin(path: string): Promise<SplitOrigin | null> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (!isFolder && basename(path) !== SPLIT_FILES.train) return null;
  const file = join(isFolder ? path : dirname(path), SPLIT_FILES.origin);
  if (!existsSync(file)) return null;
  let origin: Partial<SplitOrigin>;
  try {
    origin = JSON.parse(await readFile(file, 'utf8')) as Partial<SplitOrigin>;
  } catch (cause) {
    throw new InputError(`${file} is no JSON. Split again, or take it away.`, { cause });
  }
  if (origin.format !== 'framerate-split' || origin.schemaVersion !== 1) throw new InputError(`${file} was not written by this release's \`framerate split\`. Split again, or take it away.`);
  return origin as SplitOrigin;
}

/** The people of val.jsonl or test.jsonl. @throws {InputError} with file and line. */
export async function readPeople(path: string): Promise<HeldOutUser[]> {
  const people: HeldOutUser[] = [];
  for await (const { text, place } of linesOf(path)) {
    const { user, query } = parseBatchLine(text, place);
    const { in: told, tg } = JSON.parse(text) as { in?: unknown; tg?: unknown };
    if ((typeof user !== 'string' && typeof user !== 'number') || !Array.isArray(told) || !Array.isArray(tg) || tg.length === 0) {
      throw new InputError(`${place}: this is nobody of a split: {"user": …, "in": [ids], "inr": [ratings], "low": [[id, rating], …], "tg": [ids]}`);
    }
    const positives: readonly Rating[] = query.ratings.slice(0, told.length);
    people.push({ id: user, positives, low: query.ratings.slice(told.length), targets: (tg as (string | number)[]).map(itemId) });
  }
  return people;
}

/** Lines that hold something. @throws {InputError} where the file cannot be read. */
export async function* linesOf(path: string): AsyncGenerator<{ readonly text: string; readonly place: string }> {
  const file = await open(path).catch((cause: unknown) => {
    throw new InputError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  let line = 0;
  for await (const text of createInterface({ input: file.createReadStream(), crlfDelay: Infinity })) {
    line++;
    if (text.trim() !== '') yield { text, place: `${path}:${line}` };
  }
}
