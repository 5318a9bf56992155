import { FrameRateError } from '../errors.ts';
import type { CatalogItem } from '../query.ts';
import { HEADER_BYTES, imdbNumber, MAGIC, NUMBERS, readCatalog, TEXTS, VERSION, type Catalog, type Genres } from './catalog.ts';
import { ByteWriter } from './format.ts';

const MOST = 0xffff_ffff;
/** Numbers beyond any that exist are unknown ones. */
const within = (value: number): number => (value > 0 && value <= MOST ? value : 0);

/** @throws {FrameRateError} `BAD_QUERY` for more than 65,536 different lists of genres. */
export function writeCatalog(items: readonly CatalogItem[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const names = [...new Set(items.flatMap((item) => item.genres))].sort();
  const numberOf = new Map(names.map((name, i) => [name, i]));
  const lists = new Map<string, number>();
  const listOf = items.map(({ genres }) => {
    const key = genres.map((genre) => numberOf.get(genre)!).join();
    if (!lists.has(key)) lists.set(key, lists.size);
    return lists.get(key)!;
  });
  if (lists.size > 65_536) throw new FrameRateError('BAD_QUERY', `The items have ${lists.size} different lists of genres; a catalogue has room for 65,536.`);
  const genres = encoder.encode(JSON.stringify({ names, lists: Array.from(lists.keys(), (key) => (key === '' ? [] : key.split(',').map(Number))) } satisfies Genres));
  const numeric = items.every(({ id }) => typeof id === 'number');
  const ids = numeric ? [] : items.map(({ id }) => encoder.encode(String(id)));
  const titles = items.map(({ title }) => encoder.encode(title));
  const bytesOf = (texts: readonly Uint8Array[]): number => texts.reduce((sum, text) => sum + text.length, 0);

  const rows = items.length;
  const out = new ByteWriter(HEADER_BYTES + rows * ((numeric ? 8 : 4) + 3 * 4 + 2 * 2) + genres.length + bytesOf(ids) + bytesOf(titles));
  out.text(MAGIC);
  for (const value of [VERSION, rows, numeric ? NUMBERS : TEXTS, genres.length, bytesOf(ids), bytesOf(titles), 0]) out.u32(value);
  for (const [row, { id }] of items.entries()) {
    if (numeric) out.f64(id as number);
    else out.u32(ids[row]!.length);
  }
  for (const { imdbId } of items) out.u32(within(imdbNumber(imdbId)));
  for (const { tmdbId } of items) out.u32(within(tmdbId ?? 0));
  for (const title of titles) out.u32(title.length);
  for (const { year } of items) out.i16(year ?? 0);
  for (const list of listOf) out.u16(list);
  out.u8Array(genres);
  for (const text of ids) out.u8Array(text);
  for (const title of titles) out.u8Array(title);
  return out.bytes;
}

/** @param items in row order, each id once. */
export const catalogOf = (items: readonly CatalogItem[]): Catalog => readCatalog(writeCatalog(items));
