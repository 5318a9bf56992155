import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Recommender } from '../../shared/engine/recommender.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { itemId } from '../../shared/ids.ts';
import type { Rating, Recommendations } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import { openRecommenderFrom } from '../openModel.ts';
import { readPerson } from '../ratings/person.ts';
import { textTable } from '../textTable.ts';

interface Options {
  readonly model: string;
  readonly ratings?: string;
  readonly batch?: string;
  readonly k: number;
}

export async function recommend({ model, ratings, batch, k }: Options): Promise<void> {
  if (ratings !== undefined && batch !== undefined) throw new InputError('--ratings is one person, --batch are many: give one of them.');
  const recommender = await openRecommenderFrom(model);
  if (batch !== undefined) await recommendBatch(recommender, batch, k);
  else printTable(recommender.recommend({ ratings: ratings === undefined ? [] : await readPerson(ratings), k, explain: true }));
}

function printTable({ items, basis, unknown, computeMs }: Recommendations): void {
  if (unknown.length > 0) process.stderr.write(`${unknown.length} rated ids are not in the model and were left out: ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ' …' : ''}\n`);
  if (basis === 'popular') process.stderr.write('No known rating: this is what most people start with.\n');
  const rows = items.map(({ item, because, expected }, i) => {
    const [reason] = because ?? [];
    return [
      String(i + 1).padStart(String(items.length).length),
      item.title + (item.year === null ? '' : ` (${item.year})`),
      item.genres.slice(0, 3).join(', '),
      expected?.toFixed(1) ?? '',
      reason ? `${reason.title} ${Math.round(100 * reason.share)} %` : '',
      String(item.id),
    ];
  });
  const header = ['', 'title', 'genres', 'expected', 'because of', 'id'];
  process.stdout.write(textTable([header, ...rows]));
  process.stderr.write(`${computeMs.toFixed(2)} ms\n`);
}

/** Streams: memory does not grow with the number of people, and answers come in the order of the questions. */
async function recommendBatch(recommender: Recommender, file: string, k: number): Promise<void> {
  const input = file === '-' ? process.stdin : await openFile(file);
  let line = 0;
  let people = 0;
  let skipped = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const { user, ratings } = parsePerson(text, `${file}:${line}`);
    const { items, unknown } = at(`${file}:${line}`, () => recommender.recommend({ ratings, k, expect: false }));
    people++;
    skipped += unknown.length;
    const answer = { user, items: items.map(({ item }) => item.id), scores: items.map(({ score }) => score) };
    if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, 'drain');
  }
  process.stderr.write(`${people} people answered; ${skipped} rated ids are not in the model and were left out.\n`);
}

async function openFile(file: string): Promise<Readable> {
  try {
    return (await open(file)).createReadStream();
  } catch (cause) {
    throw new InputError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FrameRateError) throw new InputError(`${place}: ${error.message}`, { cause: error });
    throw error;
  }
}

function parsePerson(json: string, place: string): { user: unknown; ratings: Rating[] } {
  const wrong = (what: string, cause?: unknown): InputError =>
    new InputError(`${place}: ${what}. A line is {"user": …, "ratings": [[itemId, rating], …]}.`, { cause });
  let person: { user?: unknown; ratings?: unknown };
  try {
    person = JSON.parse(json) as typeof person;
  } catch (cause) {
    throw wrong('this is no JSON', cause);
  }
  if (typeof person !== 'object' || person === null || !Array.isArray(person.ratings)) throw wrong('there is no list "ratings"');
  const ratings = person.ratings.map((pair: unknown, i): Rating => {
    const [id, rating] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if ((typeof id !== 'string' && typeof id !== 'number') || typeof rating !== 'number') throw wrong(`ratings[${i}] is ${JSON.stringify(pair)}`);
    return { item: itemId(id), rating };
  });
  return { user: person.user ?? null, ratings };
}
