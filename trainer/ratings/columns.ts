import { InputError } from '../inputError.ts';

/** Which column is what: a column's name, or `#1`, `#2` … by its place. What is left out is recognised by its name. */
export interface Columns {
  readonly user?: string | undefined;
  readonly item?: string | undefined;
  readonly rating?: string | undefined;
  readonly time?: string | undefined;
}

export type Role = keyof Columns;

/** Places of the columns, from 0. */
export interface Places {
  readonly user: number;
  readonly item: number;
  /** Null where every row counts alike. */
  readonly rating: number | null;
  readonly time: number | null;
}

const ROLES: readonly Role[] = ['user', 'item', 'rating', 'time'];

/** Names that datasets in the wild use, as normaliseName() leaves them; of several that occur the first here counts. */
const SYNONYMS: Record<Role, readonly string[]> = {
  user: ['userid', 'user', 'uid', 'reviewerid', 'customerid', 'memberid', 'accountid', 'profileid', 'personid', 'raterid', 'visitorid', 'authorid', 'username', 'reviewer', 'customer', 'member', 'profilename', 'usr'],
  item: [
    ...['itemid', 'item', 'movieid', 'movie', 'filmid', 'film', 'bookid', 'book', 'isbn', 'parentasin', 'asin', 'productid', 'product', 'gameid', 'game', 'appid', 'animeid', 'anime', 'artistid', 'artist'],
    ...['songid', 'song', 'trackid', 'track', 'albumid', 'showid', 'seriesid', 'businessid', 'recipeid', 'jokeid', 'contentid', 'mediaid', 'articleid', 'imdbid', 'tmdbid', 'mid', 'iid', 'itm', 'title'],
  ],
  rating: ['rating', 'ratings', 'score', 'stars', 'star', 'starrating', 'overall', 'bookrating', 'userrating', 'yourrating', 'reviewscore', 'reviewrating', 'reviewoverall', 'userscore', 'rate', 'points', 'grade', 'preference', 'value'],
  time: ['timestamp', 'unixreviewtime', 'time', 'unixtime', 'datetime', 'date', 'reviewtime', 'reviewdate', 'ratedat', 'daterated', 'ratingdate', 'createdat', 'updatedat', 'dateadded', 'tstamp', 'ts', 'submissiondate'],
};

/** "User-ID", "user_id" and RecBole's "user_id:token" are all "userid". */
export const normaliseName = (name: string): string =>
  name
    .replace(/:(token|float)(_seq)?$/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Place of the first synonym that occurs, or -1. */
export function findByName(names: readonly string[], synonyms: readonly string[]): number {
  const normalised = names.map(normaliseName);
  const known = synonyms.find((synonym) => normalised.includes(synonym));
  return known === undefined ? -1 : normalised.indexOf(known);
}

/** Whether a first row is one of names: nothing in it is a number, or a name was asked for, or several are known. */
export function isHeader(row: readonly string[], synonyms: readonly string[], asked: readonly string[] = []): boolean {
  const names = row.map(normaliseName);
  const known = new Set(synonyms);
  const wanted = new Set(asked.filter((name) => placeOf(name) === null).map(normaliseName));
  return !row.some(isNumber) || names.some((name) => wanted.has(name)) || names.filter((name) => known.has(name)).length > 1;
}

export const isNumber = (cell: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell.trim());

export const hasRatingsHeader = (row: readonly string[], columns: Columns): boolean =>
  isHeader(row, Object.values(SYNONYMS).flat(), Object.values(columns).filter((name) => name !== undefined));

/** The `n - 1` of `#n`. */
function placeOf(name: string): number | null {
  return /^#[1-9]\d*$/.test(name) ? Number(name.slice(1)) - 1 : null;
}

export interface Heading {
  /** What messages call the file. */
  readonly path: string;
  /** Null where the file has no header. */
  readonly names: readonly string[] | null;
  readonly width: number;
  /** First rows of text files, below the header. */
  readonly sample: readonly (readonly string[])[];
}

/**
 * @param implicit the rows count, not their numbers: no rating is looked for.
 * @throws {InputError} where a column is missing or named twice; it says what there is, and what to write.
 */
export function findPlaces(heading: Heading, columns: Columns, implicit = false): Places {
  const found = new Map<Role, number>();
  const roles = ROLES.filter((role) => !(implicit && role === 'rating'));
  for (const role of roles) {
    const name = columns[role];
    const place = name === undefined ? findByName(heading.names ?? [], SYNONYMS[role]) : placeByName(heading, role, name);
    if (place >= 0) found.set(role, place);
  }
  if (heading.names === null && found.size === 0) usualOrder(heading, implicit).forEach((role, place) => found.set(role, place));
  const missing = roles.filter((role) => role !== 'time' && !found.has(role));
  if (missing.length > 0) throw new InputError(missingColumns(heading, found, missing));
  const [user, item] = [found.get('user')!, found.get('item')!];
  const rating = implicit ? null : found.get('rating')!;
  const time = found.get('time') ?? null;
  if (new Set(found.values()).size < found.size) {
    throw new InputError(`${heading.path}: ${describePlaces(heading, found)} takes one column for two things. It has: ${describeColumns(heading)}.`);
  }
  return { user, item, rating, time };
}

/** Columns of a table of one person's ratings: `user` is null where there is none, as there may be. @throws {InputError} */
export function findPersonPlaces(heading: Heading): { user: number | null; item: number; rating: number } {
  const byName = (role: Role): number | null => {
    const place = findByName(heading.names ?? [], SYNONYMS[role]);
    return place < 0 ? null : place;
  };
  const [item, rating] = heading.names === null ? [0, 1] : [byName('item'), byName('rating')];
  if (item === null || rating === null || heading.width < 2) {
    throw new InputError(`${heading.path} has no columns "item" and "rating". It has: ${describeColumns(heading)}. Name them in its first line, or leave that line out.`);
  }
  return { user: byName('user'), item, rating };
}

function placeByName({ path, names, width, sample }: Heading, role: Role, name: string): number {
  const exact = names?.indexOf(name) ?? -1;
  if (exact >= 0) return exact;
  const alike = names?.findIndex((other) => normaliseName(other) === normaliseName(name) && normaliseName(name) !== '') ?? -1;
  if (alike >= 0) return alike;
  const place = placeOf(name);
  if (place !== null && place < width) return place;
  throw new InputError(`${path} has no column "${name}" for the ${role}. It has: ${describeColumns({ path, names, width, sample })}.`);
}

/** What files without a header mean (ml-100k's u.data, ml-1m's ratings.dat): user, item, rating and maybe time. */
function usualOrder({ width, sample }: Heading, implicit: boolean): Role[] {
  if (implicit) return width === 2 ? ['user', 'item'] : [];
  const numeric = (place: number): boolean => sample.length > 0 && sample.every((row) => isNumber(row[place] ?? ''));
  if (width === 3 && numeric(2)) return ['user', 'item', 'rating'];
  if (width === 4 && numeric(2) && sample.every((row) => isNumber(row[3]!) || /^\d{4}-\d\d/.test(row[3]!))) return [...ROLES];
  return [];
}

function missingColumns(heading: Heading, found: ReadonlyMap<Role, number>, missing: readonly Role[]): string {
  const what = missing.map((role) => (role === 'rating' ? 'the rating' : `the ${role}s' ids`)).join(' and ');
  return `${heading.path} has no column that is known to hold ${what}. It has: ${describeColumns(heading)}. Say which is which: --columns ${describePlaces(heading, found)}`;
}

const nameAt = ({ names }: Heading, place: number): string => (names?.[place] ? names[place] : `#${place + 1}`);

const describePlaces = (heading: Heading, found: ReadonlyMap<Role, number>): string =>
  ROLES.filter((role) => role !== 'time' || found.has(role))
    .map((role) => `${role}=${found.has(role) ? nameAt(heading, found.get(role)!) : '…'}`)
    .join(',');

/** "a, b, c", or without a header "#1 (first value 196), #2 (…)". */
export function describeColumns({ names, width, sample }: Heading): string {
  return Array.from({ length: width }, (_, place) => names?.[place] || `#${place + 1} (${JSON.stringify(sample[0]?.[place] ?? '')} in the first row)`).join(', ');
}

/** `user=…,item=…,rating=…,time=…`, as on the command line. */
export function parseColumns(text: string): Columns {
  const columns: Partial<Record<Role, string>> = {};
  for (const part of text.split(',')) {
    const [role, ...name] = part.split('=');
    if (!ROLES.includes(role!.trim() as Role) || name.join('=').trim() === '') {
      throw new InputError(`--columns ${text}: "${part}" is none of ${ROLES.map((known) => `${known}=NAME`).join(', ')} (or ${ROLES[0]}=#1 for the first column).`);
    }
    columns[role!.trim() as Role] = name.join('=').trim();
  }
  return columns;
}
