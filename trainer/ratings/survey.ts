import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { RatingScale } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import type { Places } from './columns.ts';
import { LIKED, type BadRow } from './ratings.ts';
import { readRecords, type TextRecord } from './records.ts';
import { parquetQuery, textQuery } from './rowQuery.ts';
import { shapeReason, valueReason } from './rules.ts';
import { reasonOf, type Session } from './session.ts';
import { excerpt, type ParquetTable, type Table, type TextTable } from './table.ts';

/** A ratings file whose columns are understood. */
export interface RatingsTable {
  readonly table: Table;
  readonly places: Places;
  /** Ratings outside of it are bad rows; null: there are no bounds. */
  readonly scale: RatingScale | null;
}

/** What a first pass over a file finds. */
export interface Survey {
  readonly rows: number;
  readonly good: number;
  /** Of the rest, by reason. */
  readonly bad: ReadonlyMap<string, number>;
  /** The first ones. */
  readonly badRows: readonly BadRow[];
  /** For all of the rows, in file order: see textQuery(). */
  readonly query: string;
}

/** How many bad rows are shown. */
export const SHOWN_BAD_ROWS = 5;

/** Below this a second thread has nothing to do. */
const PARALLEL_BYTES = 1 << 26;

/**
 * Counts the rows of a file, good and bad, and adds the ids of the good ones to DuckDB's `user_ids` and `item_ids`.
 *
 * DuckDB's CSV reader is quick, but (1.5) it loses rows without a word: in parallel at the borders between its buffers,
 * and after a quote that never closes. So it is believed only when it finds as many rows as inspectFile() counted, and
 * asked again with one thread otherwise. Where it refuses or still differs, the file is copied to one that is clean.
 */
export async function survey(ratings: RatingsTable, session: Session, parallelBytes = PARALLEL_BYTES): Promise<Survey> {
  const { table } = ratings;
  if ('types' in table) {
    const query = parquetQuery(table, ratings.places, ratings.scale);
    const found = await surveyQuery(query, session).catch((error: unknown) => {
      throw new InputError(`${table.path} cannot be read: ${reasonOf(error)}`, { cause: error });
    });
    return collectIds({ ...found, badRows: found.good < found.rows ? await badParquetRows(table, query, session) : [] }, session);
  }
  const { file, dialect, headRecords } = table;
  const expected = file.records - headRecords;
  if (file.utf8) {
    const parallel = !file.gzip && !file.quoted && dialect.delimiter.length === 1 && file.bytes >= parallelBytes;
    for (const inParallel of parallel ? [true, false] : [false]) {
      const source = { path: file.source, dialect, width: table.width, skip: headRecords, parallel: inParallel, gzip: file.gzip };
      const found = await surveyQuery(textQuery(source, ratings.places, ratings.scale, hasDecimalCommas(table)), session).catch(() => null);
      if (found?.rows === expected) return collectIds({ ...found, badRows: await badTextRows(ratings, table, found.rows - found.good) }, session);
    }
  }
  return surveyCopy(ratings, table, session);
}

/** Where a comma does not separate, "4,5" is 4.5. */
const hasDecimalCommas = ({ dialect }: TextTable): boolean => dialect.delimiter !== ',';

async function surveyQuery(query: string, session: Session): Promise<Omit<Survey, 'badRows'>> {
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

/** Ends a survey that is believed. */
async function collectIds(found: Survey, session: Session): Promise<Survey> {
  await session.run(`INSERT INTO user_ids SELECT u FROM survey WHERE asked = 3 AND u IS NOT NULL`);
  await session.run(`INSERT INTO item_ids SELECT i FROM survey WHERE asked = 5 AND i IS NOT NULL`);
  return found;
}

/** Copies the wanted columns of the records that are whole to a file that nobody can misunderstand. */
async function surveyCopy(ratings: RatingsTable, table: TextTable, session: Session): Promise<Survey> {
  const { user, item, rating, time } = ratings.places;
  const misshapen = new Map<string, number>();
  const badRows: BadRow[] = [];
  let rows = 0;
  let copied = 0;
  async function* cleaned(): AsyncGenerator<string> {
    for await (const records of dataRecords(table)) {
      let text = '';
      for (const record of records) {
        if (badRows.length < SHOWN_BAD_ROWS) pushIfBad(badRows, record, ratings, table);
        const reason = shapeReason(record, table.width);
        if (reason !== null) misshapen.set(reason, (misshapen.get(reason) ?? 0) + 1);
        else {
          const cells = record.cells!;
          text += `${quoted(cells[user]!)},${quoted(cells[item]!)},${rating === null ? LIKED.rating : quoted(cells[rating]!)}${time === null ? '' : `,${quoted(cells[time]!)}`}\n`;
          copied++;
        }
      }
      rows += records.length;
      yield text;
    }
  }
  const path = session.temporaryFile();
  await pipeline(cleaned, createWriteStream(path));
  if (copied === 0) return { rows, good: 0, bad: misshapen, badRows, query: '' };
  const places = { user: 0, item: 1, rating: 2, time: time === null ? null : 3 };
  const source = { path, dialect: { delimiter: ',', quotes: true }, width: time === null ? 3 : 4, skip: 0, parallel: false, gzip: false };
  const found = await surveyQuery(textQuery(source, places, ratings.scale, hasDecimalCommas(table)), session);
  if (found.rows !== copied) throw new Error(`DuckDB reads ${found.rows} of the ${copied} rows of a clean copy of ${table.path}`);
  return collectIds({ ...found, rows, bad: new Map([...found.bad, ...misshapen]), badRows }, session);
}

const quoted = (cell: string): string => `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;

async function* dataRecords({ file, dialect, headRecords }: TextTable): AsyncGenerator<TextRecord[]> {
  let skip = headRecords;
  for await (const records of readRecords(file, dialect)) {
    yield skip === 0 ? records : records.slice(skip);
    skip -= Math.min(skip, records.length);
  }
}

async function badParquetRows({ path }: ParquetTable, query: string, session: Session): Promise<BadRow[]> {
  const rows = await session.rows(`SELECT row, reason, u, i, r FROM (${query}) WHERE reason IS NOT NULL ORDER BY row LIMIT ${SHOWN_BAD_ROWS}`);
  return rows.map(([row, reason, ...cells]) => ({ file: path, line: Number(row) + 1, text: excerpt(cells.map((cell) => String(cell ?? '')).join(', ')), reason: String(reason) }));
}

/** @param count how many bad rows there are. */
async function badTextRows(ratings: RatingsTable, table: TextTable, count: number): Promise<BadRow[]> {
  const found: BadRow[] = [];
  const enough = Math.min(count, SHOWN_BAD_ROWS);
  if (enough === 0) return found;
  for await (const records of dataRecords(table)) {
    for (const record of records) {
      pushIfBad(found, record, ratings, table);
      if (found.length === enough) return found;
    }
  }
  return found;
}

function pushIfBad(found: BadRow[], record: TextRecord, ratings: RatingsTable, table: TextTable): void {
  const reason = shapeReason(record, table.width) ?? valueReason(record.cells!, ratings.places, ratings.scale, hasDecimalCommas(table));
  if (reason !== null) found.push({ file: table.path, line: record.line, text: excerpt(record.text), reason });
}
