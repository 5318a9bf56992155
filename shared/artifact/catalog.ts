import { FrameRateError } from '../errors.ts';
import { itemId, itemRow, type ItemId, type ItemRow } from '../ids.ts';
import type { CatalogItem } from '../query.ts';
import { ByteReader } from './format.ts';
import { readHeader } from './header.ts';
import { RowTable } from './rowTable.ts';

/*
 * magic, version, rows, how ids are kept, bytes of the genres, of the ids' text and of the titles, 0 (u32)
 * ids: f64 each, or the bytes of each (u32); imdb, tmdb, bytes of each title (u32); years (i16); genre lists (u16)
 * genres (JSON: names, and the lists that items have as indices into them), the ids' text, the titles (UTF-8)
 *
 * Columns, not records, and read where they lie: a million titles cost hardly more memory than their bytes.
 */
export const MAGIC = 'FRCT';
export const VERSION = 2;
export const HEADER_BYTES = 32;
/** How ids are kept. */
export const NUMBERS = 0;
export const TEXTS = 1;

export interface Genres {
  readonly names: readonly string[];
  readonly lists: readonly (readonly number[])[];
}

/** Texts that lie behind one another in UTF-8. */
class TextColumn {
  readonly #bytes: Uint8Array;
  readonly #ends: Uint32Array;

  /** @param lengths bytes of each. */
  constructor(bytes: Uint8Array, lengths: Uint32Array, name: string) {
    let end = 0;
    this.#ends = lengths.map((length) => (end += length));
    if (end !== bytes.length) throw notWhole(name);
    this.#bytes = bytes;
  }

  at(row: number): string {
    return decoder.decode(this.#bytes.subarray(row === 0 ? 0 : this.#ends[row - 1]!, this.#ends[row]));
  }
}

const decoder = new TextDecoder();

const notWhole = (column: string, cause?: unknown): FrameRateError =>
  new FrameRateError('BAD_ARTIFACT', `The catalogue's column "${column}" is not whole. Publish the model again.`, undefined, { cause });

interface Columns {
  readonly rows: number;
  readonly ids: Float64Array | TextColumn;
  readonly titles: TextColumn;
  /** 0 where unknown; below it before our era. */
  readonly years: Int16Array;
  /** Of each item, one of `genreLists`. */
  readonly genres: Uint16Array;
  readonly genreLists: readonly (readonly string[])[];
  /** Digits without "tt" and leading zeros, 0 where unknown. */
  readonly imdb: Uint32Array;
  /** 0 where unknown. */
  readonly tmdb: Uint32Array;
}

/** Titles and ids of a model's rows. */
export class Catalog {
  readonly size: number;
  readonly #columns: Columns;
  readonly #rowOf: (id: ItemId) => number | undefined;
  #items: readonly CatalogItem[] | null = null;

  /** Made by readCatalog. @throws {FrameRateError} `BAD_ARTIFACT` where an id stands twice. */
  constructor(columns: Columns) {
    this.size = columns.rows;
    this.#columns = columns;
    const { ids, rows } = columns;
    const twice = (): FrameRateError => new FrameRateError('BAD_ARTIFACT', 'The catalogue names an id twice. Publish the model again.');
    if (ids instanceof TextColumn) {
      const rowOf = new Map(Array.from({ length: rows }, (_, row) => [ids.at(row), row]));
      if (rowOf.size !== rows) throw twice();
      // Where ids are text, 12 finds "12".
      this.#rowOf = (id) => rowOf.get(String(id));
    } else {
      const table = RowTable.of(ids);
      if (!table) throw twice();
      // Where all ids are numbers, "12" finds 12.
      this.#rowOf = (id) => (typeof id === 'number' ? table.rowOf(id) : /^-?\d{1,15}$/.test(id) ? table.rowOf(Number(id)) : undefined);
    }
  }

  /** All of them, in row order; made when they are first asked for. For a few, `item` costs less. */
  get items(): readonly CatalogItem[] {
    return (this.#items ??= Array.from({ length: this.size }, (_, row) => this.item(row)));
  }

  /** The item of a row that there is. */
  item(row: number): CatalogItem {
    const { titles, genreLists, genres, imdb } = this.#columns;
    return {
      id: this.idOf(row),
      title: titles.at(row),
      year: this.yearOf(row),
      genres: genreLists[genres[row]!]!,
      imdbId: imdb[row] === 0 ? null : `tt${String(imdb[row]).padStart(7, '0')}`,
      tmdbId: this.#columns.tmdb[row] || null,
    };
  }

  idOf(row: number): ItemId {
    const { ids } = this.#columns;
    return itemId(ids instanceof TextColumn ? ids.at(row) : ids[row]!);
  }

  /** Null where it is unknown. */
  yearOf(row: number): number | null {
    return this.#columns.years[row] || null;
  }

  genresOf(row: number): readonly string[] {
    const { genreLists, genres } = this.#columns;
    return genreLists[genres[row]!]!;
  }

  /** The row of an id, or undefined. Where all ids are numbers "12" finds 12; where they are text 12 finds "12". */
  rowOf(id: ItemId): ItemRow | undefined {
    const row = this.#rowOf(id);
    return row === undefined ? undefined : itemRow(row);
  }

  /** What IMDb and TMDB call the item of a row: the digits of "tt0133093", and a number; 0 where unknown. */
  externalIdsOf(row: number): { readonly imdb: number; readonly tmdb: number } {
    const { imdb, tmdb } = this.#columns;
    return { imdb: imdb[row]!, tmdb: tmdb[row]! };
  }
}

/** The digits of an id of IMDb's; 0 of none. */
export const imdbNumber = (id: string | null): number => (id === null ? 0 : Number(id.slice(2)));

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readCatalog(bytes: Uint8Array): Catalog {
  const reader = new ByteReader(bytes, 'The catalogue');
  readHeader(reader, MAGIC, VERSION, 'catalogue');
  const [rows, kind, genreBytes, idBytes, titleBytes] = [reader.u32(), reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  reader.u32(); // brings what follows to where 64-bit numbers can be read as they lie
  if (kind !== NUMBERS && kind !== TEXTS) throw notWhole('ids');
  const numbers = kind === NUMBERS ? reader.block(Float64Array, rows) : null;
  const idLengths = numbers ? new Uint32Array(0) : reader.block(Uint32Array, rows);
  const [imdb, tmdb, titleLengths] = [reader.block(Uint32Array, rows), reader.block(Uint32Array, rows), reader.block(Uint32Array, rows)];
  const [years, genres] = [reader.block(Int16Array, rows), reader.block(Uint16Array, rows)];
  const genreLists = parseGenres(reader.u8Array(genreBytes));
  const idText = new TextColumn(reader.u8Array(idBytes), idLengths, 'ids');
  const titles = new TextColumn(reader.u8Array(titleBytes), titleLengths, 'titles');
  reader.end();
  if (numbers && !numbers.every(Number.isSafeInteger)) throw notWhole('ids');
  if (!genres.every((list) => list < genreLists.length)) throw notWhole('genres');
  return new Catalog({ rows, ids: numbers ?? idText, titles, years, genres, genreLists, imdb, tmdb });
}

function parseGenres(bytes: Uint8Array): string[][] {
  let parsed: Partial<Genres> | null;
  try {
    parsed = JSON.parse(decoder.decode(bytes)) as Partial<Genres> | null;
  } catch (cause) {
    throw notWhole('genres', cause);
  }
  const { names, lists } = parsed ?? {};
  if (!Array.isArray(names) || !Array.isArray(lists)) throw notWhole('genres');
  return lists.map((list: unknown) => {
    if (!Array.isArray(list)) throw notWhole('genres');
    return list.map((genre: number) => {
      const name: unknown = names[genre];
      if (typeof name !== 'string') throw notWhole('genres');
      return name;
    });
  });
}
