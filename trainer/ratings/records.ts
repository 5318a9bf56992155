import { createReadStream } from 'node:fs';
import { InputError } from '../inputError.ts';
import { openText, type TextFile } from './file.ts';

/** How a text file lays out a table. */
export interface Dialect {
  readonly delimiter: string;
  /** Whether a cell that begins with `"` ends at the next `"`, whatever is in between; `""` is one `"`. Spaces around are nothing. */
  readonly quotes: boolean;
}

export interface TextRecord {
  /** Of its first character, counted from 1. */
  readonly line: number;
  readonly text: string;
  /** Null where quotes are broken: one that never closes, or one that closes before the cell ends. */
  readonly cells: readonly string[] | null;
}

/** A quoted cell of more lines than this is a quote that never closes. */
const MAX_LINES = 1000;

/** A file without line ends in this many characters is no table. */
const MAX_LINE_LENGTH = 1 << 24;

/**
 * A table's records, several at a time, without the empty lines. Slower than DuckDB, but it survives what DuckDB does
 * not (broken quotes, mixed line ends, Latin-1), and it knows each record's line.
 */
export async function* readRecords(file: TextFile, { delimiter, quotes }: Dialect, chunkBytes = 1 << 16): AsyncGenerator<TextRecord[]> {
  let line = 0;
  let open: string[] = []; // the lines so far of a record with an open quote
  const parse = (text: string, records: TextRecord[]): void => {
    line++;
    if (open.length === 0) {
      if (text === '') return;
      const cells = splitRecord(text, delimiter, quotes);
      if (cells === 'open') open.push(text);
      else records.push({ line, text, cells });
      return;
    }
    open.push(text);
    if (!text.includes('"') && open.length < MAX_LINES) return; // no quote, so none that closes
    const whole = open.join('\n');
    const cells = splitRecord(whole, delimiter, quotes);
    if (cells === null || (cells === 'open' && open.length >= MAX_LINES)) giveUp(records);
    else if (cells !== 'open') {
      records.push({ line: line - open.length + 1, text: whole, cells });
      open = [];
    }
  };
  /** The first of the open lines is a broken record; the others are read afresh. */
  const giveUp = (records: TextRecord[]): void => {
    const [broken, ...rest] = open;
    line -= rest.length;
    records.push({ line, text: broken!, cells: null });
    open = [];
    for (const text of rest) parse(text, records);
  };
  for await (const lines of readLines(file, chunkBytes)) {
    const records: TextRecord[] = [];
    for (const text of lines) parse(text, records);
    yield records;
  }
  const records: TextRecord[] = [];
  while (open.length > 0) giveUp(records);
  yield records;
}

/** A record's cells; 'open' where the text ends inside of quotes, null where quotes are broken. */
export function splitRecord(text: string, delimiter: string, quotes: boolean): string[] | 'open' | null {
  if (!quotes || !text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  for (let start = 0; ; ) {
    const first = skipSpaces(text, start);
    let next: number;
    if (text[first] === '"') {
      const end = closingQuote(text, first + 1);
      if (end < 0) return 'open';
      cells.push(text.slice(first + 1, end).replaceAll('""', '"'));
      next = skipSpaces(text, end + 1);
    } else {
      const end = text.indexOf(delimiter, start);
      next = end < 0 ? text.length : end;
      cells.push(text.slice(start, next));
    }
    if (next === text.length) return cells;
    if (!text.startsWith(delimiter, next)) return null;
    start = next + delimiter.length;
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

/** Position of the quote that closes the cell whose text begins at `from`, or -1. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] !== '"') return end;
  }
  return -1;
}

/** Lines without their ends (\n, \r\n, or \r in files that know no \n), several at a time. */
async function* readLines(file: TextFile, chunkBytes: number): AsyncGenerator<string[]> {
  const decoder = new TextDecoder(file.utf8 ? 'utf-8' : 'latin1');
  let rest = '';
  let end: RegExp | null = null;
  try {
    for await (const chunk of openText(file, chunkBytes) as AsyncIterable<Buffer>) {
      const text = rest + decoder.decode(chunk, { stream: true });
      end ??= lineEnd(text);
      const lines = end === null ? [text] : text.split(end);
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH) throw new Error('it has a line of over 16 million characters');
      yield lines;
    }
  } catch (error) {
    throw new InputError(`${file.path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
  rest += decoder.decode();
  yield [rest.replace(/\r$/, '')];
}

/** Null while there is none. A carriage return at the very end may be half of one. */
function lineEnd(text: string): RegExp | null {
  if (text.includes('\n')) return /\r?\n/;
  return /\r./.test(text) ? /\r/ : null;
}

/** The first records of a table. */
export async function firstRecords(file: TextFile, dialect: Dialect, count: number): Promise<TextRecord[]> {
  const found: TextRecord[] = [];
  for await (const records of readRecords(file, dialect)) {
    found.push(...records.slice(0, count - found.length));
    if (found.length === count) break;
  }
  return found;
}

/** The first line of a text file that nothing is known about yet. */
export async function readHeaderLine(path: string): Promise<string> {
  const start = createReadStream(path, { end: 4095 });
  let text = '';
  for await (const chunk of start.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  return text.replace(/^\uFEFF/, '').split(/\r?\n|\r/, 1)[0]!;
}
