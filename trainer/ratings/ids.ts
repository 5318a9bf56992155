import { literal, type Session } from './session.ts';

export type Side = 'user' | 'item';

/** The ids of one side, and the way from an id's text to its index. */
export interface Ids {
  /** Sorted: numbers where all are safe integers, else strings by code unit. The index is the dense index. */
  readonly ids: readonly (string | number)[];
  /** SQL that turns the text of an id into a code of 32 bits. */
  readonly code: (column: string) => string;
  /** Dense index by code. */
  readonly indexOfCode: Uint32Array;
}

/** Above this range of numbers a table of all of them would be too large. */
const MAX_RANGE = 1 << 25;

/** Numbers are written the one way that survives being read as a number: "007" and "1.0" stay text. */
const CANONICAL_INTEGER = '0|-?[1-9][0-9]{0,15}';

export async function createIdTables(session: Session): Promise<void> {
  for (const side of ['user', 'item']) await session.run(`CREATE TEMP TABLE ${side}_ids (id VARCHAR)`);
}

export async function buildIds(side: Side, session: Session): Promise<Ids> {
  const distinct = `SELECT DISTINCT id FROM ${side}_ids`;
  const [[numeric, min, max] = []] = await session.rows(`
    SELECT bool_and(regexp_full_match(id, ${literal(CANONICAL_INTEGER)}) AND abs(TRY_CAST(id AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER}),
      min(TRY_CAST(id AS DOUBLE)), max(TRY_CAST(id AS DOUBLE)) FROM ${side}_ids`);
  if (numeric === true && (max as number) - (min as number) < MAX_RANGE) {
    const ids = await column<number>(session, `SELECT id::DOUBLE FROM (${distinct}) ORDER BY 1`);
    const indexOfCode = new Uint32Array((max as number) - (min as number) + 1);
    ids.forEach((id, index) => (indexOfCode[id - (min as number)] = index));
    return { ids, code: (text) => `(TRY_CAST(${text} AS BIGINT) - (${min as number}))::UINTEGER`, indexOfCode };
  }
  // An enum is a dictionary that keeps the order of rows, which a join does not.
  await session.run(`CREATE TYPE ${side}_id AS ENUM (SELECT id FROM (${distinct}) ORDER BY id)`);
  const texts = await column<string>(session, `${distinct} ORDER BY id`);
  const values: (string | number)[] = numeric === true ? texts.map(Number) : texts;
  const order = Uint32Array.from(texts, (_, code) => code).sort((a, b) => compareIds(values[a]!, values[b]!));
  const indexOfCode = new Uint32Array(order.length);
  order.forEach((code, index) => (indexOfCode[code] = index));
  return { ids: Array.from(order, (code) => values[code]!), code: (text) => `enum_code(TRY_CAST(${text} AS ${side}_id))::UINTEGER`, indexOfCode };
}

/** Numbers by size, strings by code unit. */
export const compareIds = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

async function column<T>(session: Session, sql: string): Promise<T[]> {
  const values: T[] = [];
  for await (const chunk of session.stream(sql)) for (const value of chunk.getColumnValues(0)) values.push(value as T);
  return values;
}
