import { InputError } from '../inputError.ts';
import type { Heading } from './columns.ts';
import type { InputFile, ParquetFile, TextFile } from './file.ts';
import { firstRecords, splitRecord, type Dialect } from './records.ts';
import { pathLiteral, reasonOf, type Session } from './session.ts';

/** A file as a table: where its columns are, not yet what they mean. */
export type Table = TextTable | ParquetTable;

export interface TextTable extends Heading {
  readonly file: TextFile;
  readonly dialect: Dialect;
  /** Records above the data: the header, and Excel's "sep=;". */
  readonly headRecords: number;
}

export interface ParquetTable extends Heading {
  readonly file: ParquetFile;
  readonly names: readonly string[];
  /** DuckDB's types of the columns. */
  readonly types: readonly string[];
}

/** In the order in which they win where lines split equally well. */
const DELIMITERS = ['::', '\t', ';', '|', ','];

const SAMPLE_RECORDS = 50;

/** @param isHeader whether a text file's first row holds names. */
export async function openTable(file: InputFile, fewestColumns: number, isHeader: (row: readonly string[]) => boolean, session: Session): Promise<Table> {
  return file.format === 'parquet' ? openParquet(file, session) : openTextTable(file, fewestColumns, isHeader);
}

async function openParquet(file: ParquetFile, session: Session): Promise<ParquetTable> {
  try {
    const columns = await session.columns(`FROM read_parquet(${pathLiteral(file.path)})`);
    const names = columns.map(({ name }) => name);
    return { file, path: file.path, names, types: columns.map(({ type }) => type), width: names.length, sample: [] };
  } catch (error) {
    throw new InputError(`${file.path} is no whole Parquet file: ${reasonOf(error)}`, { cause: error });
  }
}

/** The same for what is known to be text. */
export async function openTextTable(file: TextFile, fewestColumns: number, isHeader: (row: readonly string[]) => boolean): Promise<TextTable> {
  const { path } = file;
  const start = await firstRecords(file, { delimiter: '\n', quotes: false }, SAMPLE_RECORDS);
  const announced = /^sep=(.)$/i.exec(start[0]?.text ?? '')?.[1];
  const lines = start.slice(announced === undefined ? 0 : 1).map(({ text }) => text);
  const delimiter = announced ?? findDelimiter(lines, fewestColumns, file.quoted);
  if (delimiter === null) {
    throw new InputError(`${path} is no table of at least ${fewestColumns} columns that are separated by a comma, semicolon, tab, | or ::. It begins: ${excerpt(lines[0] ?? '')}`);
  }
  const dialect = { delimiter, quotes: file.quoted && delimiter !== '::' };
  const records = (await firstRecords(file, dialect, SAMPLE_RECORDS)).slice(announced === undefined ? 0 : 1);
  const rows = records.map(({ cells }) => cells?.map((cell) => cell.trim()) ?? []);
  const names = isHeader(rows[0]!) ? rows[0]! : null;
  const width = rows[0]!.length;
  const sample = rows.slice(names ? 1 : 0).filter((row) => row.length === width);
  return { file, path, dialect, names, width, sample, headRecords: (names ? 1 : 0) + (announced === undefined ? 0 : 1) };
}

/** The delimiter that cuts most lines into as many cells as the first one. */
function findDelimiter(lines: readonly string[], fewestColumns: number, quoted: boolean): string | null {
  let best: string | null = null;
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const widths = lines.map((line) => {
      const cells = splitRecord(line, delimiter, quoted && delimiter !== '::');
      return Array.isArray(cells) ? cells.length : 0;
    });
    const score = widths[0]! >= fewestColumns ? widths.filter((width) => width === widths[0]).length : 0;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Text for a message: one line, not too long. */
export function excerpt(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ⏎ ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
