import { itemId } from '../shared/ids.ts';
import type { Rating, RecommendQuery } from '../shared/query.ts';
import { InputError } from './inputError.ts';

/** What a line of a batch asks for; what it leaves out is what holds for all of the batch. */
export interface BatchLine {
  /** Comes back with the answer, as it is. */
  readonly user: unknown;
  readonly query: Pick<RecommendQuery, 'ratings' | 'variety' | 'popularity'>;
}

/**
 * Reads `{"user": …, "ratings": [[id, rating], …]}`, which may hold `variety` and `popularity`, too; or a person of
 * `framerate split`, `{"user": …, "in": [ids], "inr": [ratings], "low": [[id, rating], …]}`. Other fields, such as the
 * targets of a split, are not looked at.
 * @param place where the line is, for messages.
 * @throws {InputError}
 */
export function parseBatchLine(json: string, place: string): BatchLine {
  const wrong = (what: string, cause?: unknown): InputError =>
    new InputError(`${place}: ${what}. A line is {"user": …, "ratings": [[itemId, rating], …]}.`, { cause });
  let line: Readonly<Record<string, unknown>>;
  try {
    line = JSON.parse(json) as typeof line;
  } catch (cause) {
    throw wrong('this is no JSON', cause);
  }
  const list = (key: string): unknown[] => {
    const value = line[key];
    if (!Array.isArray(value)) throw wrong(`there is no list "${key}"`);
    return value as unknown[];
  };
  const rating = (id: unknown, value: unknown, at: string, shown: unknown): Rating => {
    if ((typeof id !== 'string' && typeof id !== 'number') || typeof value !== 'number') throw wrong(`${at} is ${JSON.stringify(shown)}`);
    return { item: itemId(id), rating: value };
  };
  const pairs = (key: string): Rating[] =>
    list(key).map((pair, i) => {
      const [id, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return rating(id, value, `${key}[${i}]`, pair);
    });
  const dial = (key: 'variety' | 'popularity'): { [name in typeof key]?: number } => {
    const value = line[key];
    if (value === undefined) return {};
    if (typeof value !== 'number') throw wrong(`${key} is ${JSON.stringify(value)}, no number`);
    return { [key]: value };
  };
  if (typeof line !== 'object' || line === null) throw wrong('there is no list "ratings"');
  const ofSplit = line['ratings'] === undefined && line['in'] !== undefined;
  const ratings = ofSplit ? [...list('in').map((id, i) => rating(id, list('inr')[i], `in[${i}]`, id)), ...pairs('low')] : pairs('ratings');
  return { user: line['user'] ?? null, query: { ratings, ...dial('variety'), ...dial('popularity') } };
}
