import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { RatingScale } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import { isNumber, type Places } from './columns.ts';
import type { BadRow } from './ratings.ts';
import { readRecords, type TextRecord } from './records.ts';
import { identifier, literal, pathLiteral, reasonOf, type Session } from './session.ts';
import { excerpt, type ParquetTable, type Table, type TextTable } from './table.ts';

/** A ratings file whose columns are understood. */
export interface RatingsTable {
  readonly table: Table;
  readonly places: Places;
  /** Ratings outside of it are bad rows; null: there are no bounds. */
  readonly scale: RatingScale | null;
}

/** What a first pass over a file finds. The ids of the good rows are then in DuckDB's tables `user_ids` and `item_ids`. */
export interface Survey {
  readonly rows: number;
  readonly good: number;
  /** Of the rest, by reason. */
  readonly bad: ReadonlyMap<string, number>;
  /** Query for the rows in file order: columns u and i (ids as text), r and t (double), reason (null: a good row). */
  readonly query: string;
}

const reasons = {
  broken: 'broken quotes',
  narrow: 'too few columns',
  wide: 'too many columns',
  user: 'no user id',
  item: 'no item id',
  number: 'the rating is not a number',
  infinite: 'the rating is infinite',
  scale: ({ min, max }: RatingScale) => `the rating is outside of ${min} to ${max}`,
};

/** Larger ratings are infinite as 32-bit floats. */
const MAX_FLOAT32 = 3.4028235e38;

/** Below this a second thread has nothing to do. */
const PARALLEL_BYTES = 1 << 26;

/**
 * Counts the rows of a file, good and bad, and collects the ids of the good ones.
 *
 * DuckDB's CSV reader is quick, but (1.5) it loses rows without a word: in parallel at the borders between its buffers,
 * and after a quote that never closes. So it is believed only when it finds as many rows as inspectFile() counted, and
 * asked again with one thread otherwise. Where it refuses or still differs, the file is copied to one that is clean.
 */
export async function survey(ratings: RatingsTable, session: Session, parallelBytes = PARALLEL_BYTES): Promise<Survey> {
  const { table } = ratings;
  if ('types' in table) return surveyQuery(parquetQuery(ratings, table), session);
  const { file, dialect, headRecords } = table;
  const expected = file.records - headRecords;
  if (file.utf8) {
    const parallel = !file.gzip && !file.quoted && dialect.delimiter.length === 1 && file.bytes >= parallelBytes;
    for (const inParallel of parallel ? [true, false] : [false]) {
      const query = textQuery(ratings, csv(file.source, dialect.delimiter, dialect.quotes, table.width, headRecords, inParallel, file.gzip), ratings.places, dialect.delimiter !== ',');
      const found = await surveyQuery(query, session).catch(() => null);
      if (found?.rows === expected) return found;
    }
  }
  return surveyCopy(ratings, table, session);
}

async function surveyQuery(query: string, session: Session): Promise<Survey> {
  // One pass for three questions: which users, which items, how many rows for each reason.
  await session.run(`CREATE OR REPLACE TEMP TABLE survey AS
    SELECT u, i, reason, GROUPING_ID(u, i, reason) AS asked, count(*) AS rows
    FROM (SELECT CASE WHEN reason IS NULL THEN u END AS u, CASE WHEN reason IS NULL THEN i END AS i, reason FROM (${query}))
    GROUP BY GROUPING SETS ((u), (i), (reason))`);
  const bad = new Map<string, number>();
  let rows = 0;
  let good = 0;
  for (const [reason, count] of await session.rows(`SELECT reason, rows::DOUBLE FROM survey WHERE asked = 6 ORDER BY reason`)) {
    rows += count as number;
    if (reason === null) good = count as number;
    else bad.set(reason as string, count as number);
  }
  return { rows, good, bad, query };
}

/** Ends a survey: keeps its ids. */
export async function collectIds(session: Session): Promise<void> {
  await session.run(`INSERT INTO user_ids SELECT u FROM survey WHERE asked = 3 AND u IS NOT NULL`);
  await session.run(`INSERT INTO item_ids SELECT i FROM survey WHERE asked = 5 AND i IS NOT NULL`);
}

function csv(path: string, delimiter: string, quotes: boolean, width: number, skip: number, parallel: boolean, gzip: boolean): string {
  const columns = Array.from({ length: width }, (_, place) => `'c${place}': 'VARCHAR'`).join(', ');
  const quote = quotes ? `quote = '"', escape = '"'` : `quote = '', escape = ''`;
  const unpacked = gzip ? 'gzip' : 'none';
  return `read_csv(${pathLiteral(path)}, auto_detect = false, header = false, skip = ${skip}, delim = ${literal(delimiter)}, ${quote}, columns = {${columns}}, parallel = ${parallel}, compression = '${unpacked}')`;
}

/** @param decimalComma whether "4,5" is read as 4.5. */
function textQuery({ scale }: RatingsTable, source: string, { user, item, rating, time }: Places, decimalComma: boolean): string {
  const id = (place: number): string => `trim(c${place})`;
  const number = `TRY_CAST(c${rating} AS DOUBLE)`;
  const value = decimalComma ? `coalesce(${number}, TRY_CAST(replace(c${rating}, ',', '.') AS DOUBLE))` : number;
  return judged(`SELECT ${id(user)} AS u, ${id(item)} AS i, ${value} AS r, ${time === null ? 'NULL::DOUBLE' : textTime(`c${time}`)} AS t FROM ${source}`, scale);
}

function parquetQuery({ places: { user, item, rating, time }, scale }: RatingsTable, { file, names, types }: ParquetTable): string {
  const column = (place: number): string => identifier(names[place]!);
  const real = (place: number): boolean => /^(FLOAT|DOUBLE)$/.test(types[place]!);
  // Whole numbers that some tool kept as floating point, as pandas does beside missing values, are whole numbers.
  const id = (place: number): string =>
    real(place)
      ? `CASE WHEN abs(${column(place)}) < 9007199254740992 AND ${column(place)} = trunc(${column(place)}) THEN ${column(place)}::BIGINT::VARCHAR ELSE ${column(place)}::VARCHAR END`
      : `trim(${column(place)}::VARCHAR)`;
  const timeOf = (place: number): string => {
    if (/^(DATE|TIMESTAMP)/.test(types[place]!)) return `epoch(${column(place)}::TIMESTAMP)`;
    return types[place] === 'VARCHAR' ? textTime(column(place)) : `TRY_CAST(${column(place)} AS DOUBLE)`;
  };
  return judged(
    `SELECT ${id(user)} AS u, ${id(item)} AS i, TRY_CAST(${column(rating)} AS DOUBLE) AS r, ${time === null ? 'NULL::DOUBLE' : timeOf(time)} AS t, file_row_number AS row FROM read_parquet(${pathLiteral(file.path)}, file_row_number = true)`,
    scale,
  );
}

const textTime = (column: string): string => `coalesce(TRY_CAST(${column} AS DOUBLE), epoch(TRY_CAST(${column} AS TIMESTAMPTZ)))`;

/**
 * Adds each row's reason not to be used, and brings times to seconds: seconds, milliseconds, micro- and nanoseconds
 * since 1970 differ by more than all the times that ratings are from.
 */
function judged(source: string, scale: RatingScale | null): string {
  const outside = scale === null ? '' : `WHEN r < ${scale.min} OR r > ${scale.max} THEN ${literal(reasons.scale(scale))}`;
  return `SELECT * REPLACE (CASE WHEN abs(t) >= 1e17 THEN t / 1e9 WHEN abs(t) >= 1e14 THEN t / 1e6 WHEN abs(t) >= 1e11 THEN t / 1e3 ELSE t END AS t), CASE
    WHEN u IS NULL OR u = '' THEN ${literal(reasons.user)}
    WHEN i IS NULL OR i = '' THEN ${literal(reasons.item)}
    WHEN r IS NULL OR isnan(r) THEN ${literal(reasons.number)}
    WHEN abs(r) > ${MAX_FLOAT32} THEN ${literal(reasons.infinite)}
    ${outside} END AS reason FROM (${source})`;
}

/** Copies the four columns of the records that are whole to a file that nobody can misunderstand. */
async function surveyCopy(ratings: RatingsTable, table: TextTable, session: Session): Promise<Survey> {
  const { user, item, rating, time } = ratings.places;
  const wanted = [user, item, rating, ...(time === null ? [] : [time])];
  const broken = new Map<string, number>();
  const path = session.temporaryFile();
  const out = createWriteStream(path);
  let copied = 0;
  for await (const records of dataRecords(table)) {
    let text = '';
    for (const record of records) {
      const reason = shapeReason(record, table.width);
      if (reason !== null) broken.set(reason, (broken.get(reason) ?? 0) + 1);
      else {
        text += `${wanted.map((place) => `"${record.cells![place]!.replaceAll('"', '""')}"`).join(',')}\n`;
        copied++;
      }
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  if (copied === 0) return { rows: [...broken.values()].reduce((a, b) => a + b, 0), good: 0, bad: broken, query: '' };
  const places = { user: 0, item: 1, rating: 2, time: time === null ? null : 3 };
  const source = csv(path, ',', true, wanted.length, 0, false, false);
  let found: Survey;
  try {
    found = await surveyQuery(textQuery(ratings, source, places, table.dialect.delimiter !== ','), session);
  } catch (error) {
    throw new InputError(`${table.path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (found.rows !== copied) throw new Error(`DuckDB reads ${found.rows} of the ${copied} rows of a clean copy of ${table.path}`);
  const bad = new Map(found.bad);
  for (const [reason, rows] of broken) bad.set(reason, rows);
  return { ...found, rows: copied + [...broken.values()].reduce((a, b) => a + b, 0), bad };
}

async function* dataRecords({ file, dialect, headRecords }: TextTable): AsyncGenerator<TextRecord[]> {
  let skip = headRecords;
  for await (const records of readRecords(file, dialect)) {
    yield skip === 0 ? records : records.slice(skip);
    skip -= Math.min(skip, records.length);
  }
}

function shapeReason({ cells }: TextRecord, width: number): string | null {
  if (cells === null) return reasons.broken;
  if (cells.length === width) return null;
  return cells.length < width ? reasons.narrow : reasons.wide;
}

/** The first bad rows of a file, by the same rules as those of judged(). */
export async function findBadRows(ratings: RatingsTable, count: number, session: Session): Promise<BadRow[]> {
  const { table } = ratings;
  const found: BadRow[] = [];
  if ('types' in table) {
    const query = `SELECT row, reason, u, i, r FROM (${parquetQuery(ratings, table)}) WHERE reason IS NOT NULL ORDER BY row LIMIT ${count}`;
    for (const [row, reason, ...cells] of await session.rows(query)) {
      found.push({ file: table.path, line: Number(row) + 1, text: excerpt(cells.map((cell) => String(cell ?? '')).join(', ')), reason: String(reason) });
    }
    return found;
  }
  for await (const records of dataRecords(table)) {
    for (const record of records) {
      const reason = shapeReason(record, table.width) ?? valueReason(record.cells!, ratings, table.dialect.delimiter !== ',');
      if (reason !== null) found.push({ file: table.path, line: record.line, text: excerpt(record.text), reason });
      if (found.length === count) return found;
    }
  }
  return found;
}

function valueReason(cells: readonly string[], { places, scale }: RatingsTable, decimalComma: boolean): string | null {
  const empty = (place: number): boolean => /^ *$/.test(cells[place]!);
  if (empty(places.user)) return reasons.user;
  if (empty(places.item)) return reasons.item;
  const text = cells[places.rating]!.trim();
  if (/^[+-]?inf(inity)?$/i.test(text)) return reasons.infinite;
  const number = decimalComma && !isNumber(text) ? text.replace(',', '.') : text;
  if (!isNumber(number)) return reasons.number;
  const value = Number(number);
  if (Math.abs(value) > MAX_FLOAT32) return reasons.infinite;
  return scale !== null && (value < scale.min || value > scale.max) ? reasons.scale(scale) : null;
}
