import { createHash } from 'node:crypto';
import type { DuckDBVector } from '@duckdb/node-api';
import type { RatingScale } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import { assemble, type Assembled, type Minimum, type RawRatings } from './assemble.ts';
import { findPlaces, hasRatingsHeader, type Columns } from './columns.ts';
import { inspectFile, type InputFile } from './file.ts';
import { buildIds, createIdTables, type Ids } from './ids.ts';
import { readCatalog } from './items.ts';
import { GOODBOOKS, movieLens } from './licences.ts';
import { LIKED, type BadRow, type Dataset, type DroppedRows, type Ratings, type ReadFile } from './ratings.ts';
import { recognise, type Source } from './recognise.ts';
import { SHOWN_BAD_ROWS, survey, type RatingsTable, type Survey } from './survey.ts';
import { Session, literal, type SessionOptions } from './session.ts';
import { openTable } from './table.ts';

export interface ReadOptions extends SessionOptions {
  /** Columns that cannot be recognised by their names. */
  readonly columns?: Columns | undefined;
  /** Table with the items' titles; replaces what is found beside the ratings. */
  readonly items?: string | undefined;
  /** Keep only users and items with at least so many ratings by each other. Default 1. */
  readonly kCore?: number | undefined;
  /** The same for one side only; the larger of this and `kCore` counts. */
  readonly minUserRatings?: number | undefined;
  readonly minItemRatings?: number | undefined;
  /** Rows say that somebody took an item, not how they liked it: all count alike, and no rating is looked for. */
  readonly implicit?: boolean | undefined;
  /** Ratings outside of it are bad rows. Default: the dataset's, or what occurs. */
  readonly scale?: RatingScale | undefined;
  readonly onProgress?: ((step: string, done?: number, total?: number) => void) | undefined;
}

const CHANGED = 'The ratings changed while they were read: start again.';

const BELOW_MINIMUM = 'users and items with too few ratings';

/**
 * Reads ratings, of any size, from anything that recognise() knows.
 * @param paths files, globs, or one folder.
 * @throws {InputError} where the input is not what it should be.
 */
export async function readRatings(paths: readonly string[], options: ReadOptions = {}): Promise<Ratings> {
  const minimum = checkOptions(options);
  const session = await Session.open(options);
  try {
    return await read(paths, options, minimum, session);
  } finally {
    await session.close();
  }
}

function checkOptions({ kCore = 1, minUserRatings = 1, minItemRatings = 1, scale }: ReadOptions): Minimum {
  for (const [name, value] of Object.entries({ kCore, minUserRatings, minItemRatings })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new InputError(`${name} is ${value}: it is a whole number from 1.`);
  }
  if (scale && !(Number.isFinite(scale.min) && Number.isFinite(scale.max) && scale.min < scale.max)) {
    throw new InputError(`The scale goes from ${scale.min} to ${scale.max}: its end must be above its beginning.`);
  }
  return { user: Math.max(kCore, minUserRatings), item: Math.max(kCore, minItemRatings) };
}

async function read(paths: readonly string[], options: ReadOptions, minimum: Minimum, session: Session): Promise<Ratings> {
  const progress = options.onProgress ?? ((): void => undefined);
  const glob = async (pattern: string): Promise<string[]> => (await session.rows(`SELECT file FROM glob(${literal(pattern)})`)).map(([file]) => String(file));
  const source = await recognise(paths, glob);
  const files = await inspectAll(source, options, session, progress);
  const tables: RatingsTable[] = [];
  for (const file of files.ratings) {
    const table = await openTable(file, options.implicit ? 2 : 3, (row) => hasRatingsHeader(row, options.columns ?? {}), session);
    tables.push({ table, places: findPlaces(table, options.columns ?? {}, options.implicit), scale: options.scale ?? null });
  }

  await createIdTables(session);
  const surveys: Survey[] = [];
  for (const [i, table] of tables.entries()) {
    progress('Finding users and items', i, tables.length);
    surveys.push(await survey(table, session));
  }
  const rowsRead = surveys.reduce((sum, { rows }) => sum + rows, 0);
  const dropped = countReasons(surveys);
  const badRows = surveys.flatMap((found) => found.badRows).slice(0, SHOWN_BAD_ROWS);
  if (surveys.every(({ good }) => good === 0)) throw new InputError(nothingKept(paths, rowsRead, dropped, badRows));

  const users = await buildIds('user', session);
  const items = await buildIds('item', session);
  const raw = await readRows(tables, surveys, users, items, session, progress);
  progress('Sorting');
  const kept = assemble(raw, users.ids.length, items.ids.length, minimum);
  if (kept.rating.length === 0) {
    throw new InputError(`No rating is left when every user must have ${minimum.user} and every item ${minimum.item}: ask for fewer.`);
  }
  progress('Reading titles');
  const { items: catalog, titlesFound } = await readCatalog(Array.from(kept.items, (item) => items.ids[item]!), files, session);

  const described = describeDataset(source, rowsRead, kept);
  return {
    userIds: Array.from(kept.users, (user) => users.ids[user]!),
    items: catalog,
    user: kept.user,
    item: kept.item,
    rating: kept.rating,
    scale: options.implicit ? LIKED.scale : options.scale ? holding(options.scale) : described.scale,
    dataset: { ...described.dataset, digest: digestOf(files.all, options, minimum) },
    report: {
      files: files.all.map(({ role, file }) => ({ path: file.path, role, bytes: file.bytes })),
      rowsRead,
      kept: kept.rating.length,
      dropped: kept.scarce > 0 ? [...dropped, { reason: BELOW_MINIMUM, rows: kept.scarce }] : dropped,
      repeats: kept.repeats,
      badRows,
      users: kept.users.length,
      items: kept.items.length,
      titlesFound,
    },
  };
}

interface InputFiles {
  readonly ratings: readonly InputFile[];
  readonly items: InputFile | null;
  readonly links: InputFile | null;
  readonly all: readonly { readonly role: ReadFile['role']; readonly file: InputFile }[];
}

async function inspectAll(source: Source, options: ReadOptions, session: Session, progress: NonNullable<ReadOptions['onProgress']>): Promise<InputFiles> {
  const items = options.items ?? source.items;
  const wanted = [
    ...source.ratings.map((path) => ({ role: 'ratings' as const, path })),
    ...(items === null ? [] : [{ role: 'items' as const, path: items }]),
    ...(source.links === null ? [] : [{ role: 'links' as const, path: source.links }]),
  ];
  const all: { role: ReadFile['role']; file: InputFile }[] = [];
  for (const [i, { role, path }] of wanted.entries()) {
    progress('Checking files', i, wanted.length);
    all.push({ role, file: await inspectFile(path, session) });
  }
  const only = (role: ReadFile['role']): InputFile | null => all.find((entry) => entry.role === role)?.file ?? null;
  return { ratings: all.filter(({ role }) => role === 'ratings').map(({ file }) => file), items: only('items'), links: only('links'), all };
}

/** The good rows of all files, in order, as typed arrays. */
async function readRows(tables: readonly RatingsTable[], surveys: readonly Survey[], users: Ids, items: Ids, session: Session, progress: NonNullable<ReadOptions['onProgress']>): Promise<RawRatings> {
  const total = surveys.reduce((sum, { good }) => sum + good, 0);
  const user = new Uint32Array(total);
  const item = new Uint32Array(total);
  const rating = new Float32Array(total);
  const time = tables.some(({ places }) => places.time !== null) ? new Float64Array(total) : null;
  const joins = [users.join, items.join].filter((join) => join !== null);
  let start = 0;
  for (const { query, good } of surveys) {
    if (good === 0) continue;
    // Joins lose the order of rows: there each row carries its number.
    const rows = `SELECT *${joins.length > 0 ? ', (row_number() OVER () - 1)::UINTEGER AS n' : ''} FROM (${query}) WHERE reason IS NULL`;
    const sql = `SELECT ${users.code}, ${items.code}, r::FLOAT, coalesce(t, '-infinity'::DOUBLE)${joins.length > 0 ? ', n' : ''} FROM (${rows}) ${joins.join(' ')}`;
    let taken = 0;
    for await (const chunk of session.stream(sql)) {
      if (taken + chunk.rowCount > good) throw new InputError(CHANGED);
      const column = (place: number): DuckDBVector<number> => chunk.getColumnVector(place) as DuckDBVector<number>;
      const [u, i, r, t] = [column(0), column(1), column(2), column(3)];
      const n = joins.length > 0 ? column(4) : null;
      for (let k = 0; k < chunk.rowCount; k++) {
        const row = start + (n === null ? taken + k : n.getItem(k)!);
        user[row] = users.indexOfCode[u.getItem(k)!]!;
        item[row] = items.indexOfCode[i.getItem(k)!]!;
        rating[row] = r.getItem(k)!;
        if (time !== null) time[row] = t.getItem(k)!;
      }
      taken += chunk.rowCount;
      progress('Reading ratings', start + taken, total);
    }
    if (taken !== good) throw new InputError(CHANGED);
    start += good;
  }
  return { user, item, rating, time };
}

function countReasons(surveys: readonly Survey[]): DroppedRows[] {
  const counts = new Map<string, number>();
  for (const { bad } of surveys) for (const [reason, rows] of bad) counts.set(reason, (counts.get(reason) ?? 0) + rows);
  return [...counts].map(([reason, rows]) => ({ reason, rows })).sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
}

function nothingKept(paths: readonly string[], rows: number, dropped: readonly DroppedRows[], badRows: readonly BadRow[]): string {
  if (rows === 0) return `${paths.join(', ')}: there is a header, but no rating below it.`;
  const why = dropped.map(({ reason, rows: count }) => `${reason} (${count})`).join(', ');
  const [first] = badRows;
  return `${paths.join(', ')}: none of ${rows} rows is a rating: ${why}.${first ? ` The first is ${first.file}:${first.line}: ${first.text}` : ''}`;
}

/** What the data is, from what it looks like and what is in it. */
function describeDataset(source: Source, rowsRead: number, { rating }: Assembled): { dataset: Omit<Dataset, 'digest'>; scale: RatingScale } {
  let [min, max, whole] = [Infinity, -Infinity, true];
  for (const value of rating) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    whole &&= Number.isInteger(value);
  }
  if (source.kind === 'file') {
    const name = source.name.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'ratings';
    return { dataset: { name, kind: 'file', licence: null, attribution: null, url: null }, scale: { min, max } };
  }
  const oldFormat = !source.ratings[0]!.endsWith('.csv');
  const { scale, ...facts } = source.kind === 'goodbooks' ? GOODBOOKS : movieLens(rowsRead, source.name, oldFormat && whole);
  return { dataset: { kind: source.kind, ...facts }, scale: { min: Math.min(scale.min, min), max: Math.max(scale.max, max) } };
}

/** The scale, or the least wider one that holds its ends as 32-bit floats, which is what ratings are kept as. */
const holding = ({ min, max }: RatingScale): RatingScale => ({ min: Math.min(min, Math.fround(min)), max: Math.max(max, Math.fround(max)) });

/** The same for the same content and options, whatever the files are called. */
function digestOf(files: InputFiles['all'], { columns = {}, scale, implicit = false }: ReadOptions, minimum: Minimum): string {
  const { user = null, item = null, rating = null, time = null } = columns;
  const options = { columns: [user, item, rating, time], minimum: [minimum.user, minimum.item], scale: scale ? [scale.min, scale.max] : null, ...(implicit && { implicit }) };
  const lines = files.map(({ role, file }) => `${role} ${file.sha256}`).sort();
  return createHash('sha256').update([JSON.stringify(options), ...lines].join('\n')).digest('hex');
}
