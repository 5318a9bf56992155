import { isAscii } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { InputError } from '../inputError.ts';
import { literal, pathLiteral, reasonOf, type Session } from './session.ts';

/** One input file, read through once: what it is, and its digest. */
export type InputFile = TextFile | ParquetFile;

interface AnyFile {
  /** As messages and reports call it. */
  readonly path: string;
  readonly bytes: number;
  /** Hex, over the bytes as they lie on the disk. */
  readonly sha256: string;
}

export interface ParquetFile extends AnyFile {
  readonly format: 'parquet';
}

export interface TextFile extends AnyFile {
  readonly format: 'text';
  /** Where to read it: `path`, or an unpacked copy. */
  readonly source: string;
  readonly gzip: boolean;
  readonly utf8: boolean;
  /** Whether a double quote occurs anywhere. */
  readonly quoted: boolean;
  /** Lines that are not empty, line ends between double quotes not counted. */
  readonly records: number;
}

const CHUNK_BYTES = 1 << 20;

type Kind = 'text' | 'parquet' | 'gzip' | 'zstd';

/** @throws {InputError} where it is missing, empty, cut short, or nothing that is read here. */
export async function inspectFile(path: string, session: Session): Promise<InputFile> {
  const raw = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const hash = createHash('sha256');
  const first = await firstChunk(raw, path);
  const kind = recogniseKind(first, path);
  const hashed = digested(raw, first, hash);
  const facts = new TextFacts();
  try {
    if (kind === 'text') for await (const chunk of hashed) facts.add(chunk);
    else if (kind === 'gzip') for await (const chunk of pipeline(hashed, createGunzip(), () => undefined) as AsyncIterable<Buffer>) facts.add(chunk);
    else for await (const chunk of hashed) void chunk;
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
  const file = { path, bytes: raw.bytesRead, sha256: hash.digest('hex') };
  if (kind === 'parquet') return { ...file, format: 'parquet' };
  if (kind !== 'zstd') return { ...file, format: 'text', source: path, gzip: kind === 'gzip', ...facts.end() };
  const source = await unpackZstd(path, session);
  for await (const chunk of createReadStream(source, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) facts.add(chunk);
  return { ...file, format: 'text', source, gzip: false, ...facts.end() };
}

/** The bytes of a text file, unpacked. */
export function openText({ source, gzip }: TextFile, chunkBytes: number): Readable {
  const raw = createReadStream(source, { highWaterMark: chunkBytes });
  return gzip ? pipeline(raw, createGunzip(), () => undefined) : raw;
}

async function firstChunk(stream: Readable, path: string): Promise<Buffer> {
  const chunk = await new Promise<Buffer | null>((resolve, reject) => {
    stream.once('readable', () => resolve(stream.read() as Buffer | null)).once('error', reject);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new InputError(`There is no file ${path}.`);
    throw new InputError(`${path} cannot be read: ${error.message}.`, { cause: error });
  });
  if (chunk === null) throw new InputError(`${path} is empty.`);
  return chunk;
}

async function* digested(rest: Readable, first: Buffer, hash: Hash): AsyncGenerator<Buffer> {
  hash.update(first);
  yield first;
  for await (const chunk of rest as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
}

const startsWith = (bytes: Buffer, ...magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte);

function recogniseKind(start: Buffer, path: string): Kind {
  if (startsWith(start, 0x50, 0x41, 0x52, 0x31)) return 'parquet';
  if (startsWith(start, 0x1f, 0x8b)) return 'gzip';
  if (startsWith(start, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (startsWith(start, 0x50, 0x4b)) throw new InputError(`${path} is a zip archive (or an Excel file): unpack it (or save it as CSV) and give what is in it.`);
  if (startsWith(start, 0x42, 0x5a, 0x68) || startsWith(start, 0xfd, 0x37, 0x7a)) throw new InputError(`${path} is packed as bzip2 or xz: unpack it, or pack it as .gz.`);
  if (startsWith(start, 0xff, 0xfe) || startsWith(start, 0xfe, 0xff)) throw new InputError(`${path} is UTF-16 text: save it as UTF-8.`);
  if (/^\s*[[{]/.test(start.toString('latin1', 0, 100))) throw new InputError(`${path} looks like JSON: give CSV, TSV or Parquet.`);
  return 'text';
}

/** DuckDB knows zstd, Node 20 does not. Read as a table of one column, a file's lines come out as they are. */
async function unpackZstd(path: string, session: Session): Promise<string> {
  const source = session.temporaryFile();
  const plain = `header false, delim '\x02', quote '', escape ''`;
  const lines = `read_csv(${pathLiteral(path)}, auto_detect = false, header = false, delim = '\x02', quote = '', escape = '', parallel = false, compression = 'zstd', columns = {'line': 'VARCHAR'})`;
  try {
    await session.run(`COPY (FROM ${lines}) TO ${literal(source)} (FORMAT csv, ${plain})`);
  } catch (error) {
    throw new InputError(`${path} cannot be unpacked: ${reasonOf(error)}`, { cause: error });
  }
  return source;
}

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** Counts and checks text as it runs by. */
class TextFacts {
  #quoted = false;
  #records = 0;
  #utf8: TextDecoder | null | false = null;
  #inQuotes = false;
  /** Whether the line that is being read has anything else than its end. */
  #some = false;

  add(chunk: Buffer): void {
    this.#check(chunk);
    if (this.#quoted || chunk.includes(QUOTE)) this.#countQuoted(chunk);
    else this.#count(chunk);
  }

  end(): { quoted: boolean; records: number; utf8: boolean } {
    if (this.#some) this.#records++;
    return { quoted: this.#quoted, records: this.#records, utf8: this.#decodes() };
  }

  #count(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const length = end > start && chunk[end - 1] === RETURN ? end - 1 - start : end - start;
      if (length > 0 || this.#some) this.#records++;
      this.#some = false;
      start = end + 1;
    }
    const rest = chunk.length - start;
    if (rest > 1 || (rest === 1 && chunk[start] !== RETURN)) this.#some = true;
  }

  #countQuoted(chunk: Buffer): void {
    this.#quoted = true;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === QUOTE) this.#inQuotes = !this.#inQuotes;
      if (byte === NEWLINE && !this.#inQuotes) {
        if (this.#some) this.#records++;
        this.#some = false;
      } else if (byte !== RETURN) this.#some = true;
    }
  }

  #check(chunk: Buffer): void {
    if (this.#utf8 === false || (this.#utf8 === null && isAscii(chunk))) return;
    this.#utf8 ??= new TextDecoder('utf-8', { fatal: true });
    try {
      this.#utf8.decode(chunk, { stream: true });
    } catch {
      this.#utf8 = false;
    }
  }

  #decodes(): boolean {
    if (!this.#utf8) return this.#utf8 === null;
    try {
      this.#utf8.decode();
      return true;
    } catch {
      return false;
    }
  }
}
