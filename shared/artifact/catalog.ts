import { FrameRateError } from '../errors.ts';
import { itemId, itemRow, type ItemId, type ItemRow } from '../ids.ts';
import type { CatalogItem } from '../query.ts';

const FORMAT = 'framerate-catalog';
const VERSION = 1;

/** The file: JSON, one list a column, all of the same length and in row order. Columns compress better than records. */
interface CatalogFile {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** Names that `itemGenres` points at. */
  readonly genres: readonly string[];
  readonly ids: readonly (string | number)[];
  readonly titles: readonly string[];
  /** 0 where unknown; below it before our era. */
  readonly years: readonly number[];
  readonly itemGenres: readonly (readonly number[])[];
  /** Digits without "tt" and leading zeros, 0 where unknown. */
  readonly imdb: readonly number[];
  /** 0 where unknown. */
  readonly tmdb: readonly number[];
}

/** Titles and ids of a model's rows. */
export class Catalog {
  readonly #rowOf: ReadonlyMap<ItemId, ItemRow>;
  readonly #numeric: boolean;
  #external: { readonly imdb: ReadonlyMap<string, ItemId>; readonly tmdb: ReadonlyMap<number, ItemId> } | null = null;

  /** @param items in row order, each id once. */
  constructor(readonly items: readonly CatalogItem[]) {
    this.#rowOf = new Map(items.map((item, row) => [item.id, itemRow(row)]));
    this.#numeric = items.every((item) => typeof item.id === 'number');
  }

  /** The row of an id, or undefined. Where all ids are numbers "12" finds 12; where they are text 12 finds "12". */
  rowOf(id: ItemId): ItemRow | undefined {
    if (typeof id === 'number') return this.#rowOf.get(this.#numeric ? id : itemId(String(id)));
    return this.#rowOf.get(this.#numeric && /^-?\d{1,15}$/.test(id) ? itemId(Number(id)) : id);
  }

  /** The item that IMDb calls so ("tt0133093"), or undefined. Of items with the same the most popular one is meant. */
  byImdbId(imdbId: string): ItemId | undefined {
    return this.#byExternalId().imdb.get(imdbId);
  }

  /** The item that TMDB calls so, or undefined. */
  byTmdbId(tmdbId: number): ItemId | undefined {
    return this.#byExternalId().tmdb.get(tmdbId);
  }

  #byExternalId() {
    if (!this.#external) {
      const leastPopularFirst = this.items.toReversed();
      this.#external = {
        imdb: new Map(leastPopularFirst.flatMap(({ imdbId, id }) => (imdbId === null ? [] : [[imdbId, id]]))),
        tmdb: new Map(leastPopularFirst.flatMap(({ tmdbId, id }) => (tmdbId === null ? [] : [[tmdbId, id]]))),
      };
    }
    return this.#external;
  }
}

const imdbNumber = (id: string | null): number => (id === null ? 0 : Number(id.slice(2)));
const imdbId = (digits: number): string | null => (digits === 0 ? null : `tt${String(digits).padStart(7, '0')}`);

export function writeCatalog(items: readonly CatalogItem[]): Uint8Array<ArrayBuffer> {
  const genres = [...new Set(items.flatMap((item) => item.genres))].sort();
  const file: CatalogFile = {
    format: FORMAT,
    version: VERSION,
    genres,
    ids: items.map((item) => item.id),
    titles: items.map((item) => item.title),
    years: items.map((item) => item.year ?? 0),
    itemGenres: items.map((item) => item.genres.map((genre) => genres.indexOf(genre))),
    imdb: items.map((item) => imdbNumber(item.imdbId)),
    tmdb: items.map((item) => item.tmdbId ?? 0),
  };
  return new TextEncoder().encode(JSON.stringify(file));
}

/** @throws {FrameRateError} `BAD_ARTIFACT`, `UNSUPPORTED_VERSION`. */
export function readCatalog(bytes: Uint8Array): Catalog {
  const file = parse(bytes);
  const rows = file.ids.length;
  const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const columns: [keyof CatalogFile, (value: unknown) => boolean][] = [
    ['ids', (id) => typeof id === 'string' || Number.isSafeInteger(id)],
    ['titles', (title) => typeof title === 'string'],
    ['years', Number.isSafeInteger],
    ['itemGenres', (list) => Array.isArray(list) && list.every((genre) => whole(genre) && genre < file.genres.length)],
    ['imdb', whole],
    ['tmdb', whole],
  ];
  for (const [column, valid] of columns) {
    const values = file[column] as readonly unknown[];
    if (!Array.isArray(values) || values.length !== rows || !values.every(valid)) {
      throw new FrameRateError('BAD_ARTIFACT', `The catalogue's column "${column}" is not whole. Publish the model again.`);
    }
  }
  // Most items share their genres with many others: one list for all of them.
  const genreLists = new Map<string, readonly string[]>();
  const genresOf = (numbers: readonly number[]): readonly string[] => {
    const key = numbers.join();
    const known = genreLists.get(key);
    if (known) return known;
    const list = numbers.map((genre) => file.genres[genre]!);
    genreLists.set(key, list);
    return list;
  };
  const catalog = new Catalog(
    file.ids.map((id, row) => ({
      id: itemId(id),
      title: file.titles[row]!,
      year: file.years[row] || null,
      genres: genresOf(file.itemGenres[row]!),
      imdbId: imdbId(file.imdb[row]!),
      tmdbId: file.tmdb[row] || null,
    })),
  );
  if (new Set(file.ids).size !== rows) throw new FrameRateError('BAD_ARTIFACT', 'The catalogue names an id twice. Publish the model again.');
  return catalog;
}

function parse(bytes: Uint8Array): CatalogFile {
  let file: Partial<CatalogFile> | null;
  try {
    file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<CatalogFile> | null;
  } catch (cause) {
    throw new FrameRateError('BAD_ARTIFACT', 'The catalogue is no JSON. Fetch or publish it again.', undefined, { cause });
  }
  if (file?.format !== FORMAT || !Array.isArray(file.ids) || !Array.isArray(file.genres)) {
    throw new FrameRateError('BAD_ARTIFACT', 'This is not a FrameRate catalogue.');
  }
  if (file.version !== VERSION) throw new FrameRateError('UNSUPPORTED_VERSION', `The catalogue is of version ${file.version}; this FrameRate reads ${VERSION}. Update FrameRate.`);
  return file as CatalogFile;
}
