import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Recommender } from '../../shared/engine/recommender.ts';
import { FrameRateError } from '../../shared/errors.ts';
import type { Recommendations, RecommendQuery } from '../../shared/query.ts';
import { parseBatchLine } from '../batchLine.ts';
import { InputError } from '../inputError.ts';
import { openRecommenderFrom } from '../openModel.ts';
import { readPerson } from '../ratings/person.ts';
import { textTable } from '../textTable.ts';

interface Options {
  readonly model: string;
  readonly ratings?: string;
  readonly batch?: string;
  readonly k: number;
  readonly variety?: number;
  readonly popularity?: number;
}

/** What holds for everybody who is asked about. */
type Wishes = Pick<RecommendQuery, 'k' | 'variety' | 'popularity'>;

export async function recommend({ model, ratings, batch, ...wishes }: Options): Promise<void> {
  if (ratings !== undefined && batch !== undefined) throw new InputError('--ratings is one person, --batch are many: give one of them.');
  const recommender = await openRecommenderFrom(model);
  if (batch !== undefined) await recommendBatch(recommender, batch, wishes);
  else printTable(await recommender.ask({ ratings: ratings === undefined ? [] : await readPerson(ratings), ...wishes, explain: true }));
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
      reason && reason.share > 0 ? `${reason.title} ${Math.round(100 * reason.share)} %` : '',
      String(item.id),
    ];
  });
  const header = ['', 'title', 'genres', 'expected', 'because of', 'id'];
  process.stdout.write(textTable([header, ...rows]));
  process.stderr.write(`${computeMs.toFixed(2)} ms\n`);
}

/** Streams: memory does not grow with the number of people, and answers come in the order of the questions. */
async function recommendBatch(recommender: Recommender, file: string, wishes: Wishes): Promise<void> {
  const input = file === '-' ? process.stdin : await openFile(file);
  let line = 0;
  let people = 0;
  let skipped = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const { user, query } = parseBatchLine(text, `${file}:${line}`);
    const { items, unknown } = await at(`${file}:${line}`, () => recommender.ask({ ...wishes, ...query, expect: false }));
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

async function at<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FrameRateError) throw new InputError(`${place}: ${error.message}`, { cause: error });
    throw error;
  }
}
