import { literal, type Session } from './session.ts';

export type Side = 'user' | 'item';

/** The ids of one side, and the way from an id's text to its index. */
export interface Ids {
  /** Sorted: numbers where all are safe integers, else strings by code unit. The index is the dense index. */
  readonly ids: readonly (string | number)[];
  /** SQL for the code, 32 bits, of the id in column `u` or `i`; where it needs a table, `join` brings it in. */
  readonly code: string;
  readonly join: string | null;
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
  const column = side === 'user' ? 'u' : 'i';
  const [[numeric, least, most] = []] = await session.rows(`
    SELECT bool_and(regexp_full_match(id, ${literal(CANONICAL_INTEGER)}) AND abs(TRY_CAST(id AS HUGEINT)) <= ${Number.MAX_SAFE_INTEGER}),
      min(TRY_CAST(id AS DOUBLE)), max(TRY_CAST(id AS DOUBLE)) FROM ${side}_ids`);
  const [min, max] = [least as number, most as number];
  if (numeric === true && max - min < MAX_RANGE) {
    const ids = await readColumn<number>(session, `SELECT id::DOUBLE FROM (${distinct}) ORDER BY 1`);
    const indexOfCode = new Uint32Array(max - min + 1);
    ids.forEach((id, index) => (indexOfCode[id - min] = index));
    return { ids, code: `(TRY_CAST(${column} AS BIGINT) - (${min}))::UINTEGER`, join: null, indexOfCode };
  }
  await session.run(`CREATE TEMP TABLE ${side}_codes AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::UINTEGER AS code FROM (${distinct})`);
  const texts = await readColumn<string>(session, `SELECT id FROM ${side}_codes ORDER BY code`);
  const values: (string | number)[] = numeric === true ? texts.map(Number) : texts;
  const order = Uint32Array.from(texts, (_, code) => code).sort((a, b) => compareIds(values[a]!, values[b]!));
  const indexOfCode = new Uint32Array(order.length);
  order.forEach((code, index) => (indexOfCode[code] = index));
  const ids = Array.from(order, (code) => values[code]!);
  return { ids, code: `${side}_codes.code`, join: `JOIN ${side}_codes ON ${side}_codes.id = ${column}`, indexOfCode };
}

/** Numbers by size, strings by code unit. */
export const compareIds = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

async function readColumn<T>(session: Session, sql: string): Promise<T[]> {
  const values: T[] = [];
  for await (const chunk of session.stream(sql)) for (const value of chunk.getColumnValues(0)) values.push(value as T);
  return values;
}
