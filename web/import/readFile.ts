import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import type { Columns, ImportedFilm, ReadFile } from './imported.ts';
import { readJson } from './json.ts';
import { markOf, namesFilms, readRows, recogniseColumns } from './tables.ts';

/** A zip may unpack to so much. */
const MOST_BYTES = 200_000_000;
const SAMPLE = 3;

/**
 * Reads whatever somebody brought: a table, a JSON list, or a zip with such in it.
 * @param columns what a table's columns hold, where its own names do not tell.
 */
export function readRatings(name: string, bytes: Uint8Array, columns?: Columns): ReadFile {
  if (bytes.byteLength === 0) return { kind: 'refused', why: 'empty' };
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return isZip ? readZip(bytes) : readOne(name, bytes, columns);
}

function readOne(name: string, bytes: Uint8Array, columns?: Columns, links?: Links): ReadFile {
  const text = decode(bytes);
  return /^\s*[[{]/.test(text) ? readJson(text) : readTable(name, text, columns, links);
}

/** UTF-8, UTF-16 with its mark, or what Windows wrote before. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

const parse = (text: string): string[][] => Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' }).data;

/** By MovieLens' id: [imdb, tmdb]. */
type Links = ReadonlyMap<string, readonly [imdb: string, tmdb: string]>;

function readTable(name: string, text: string, chosen?: Columns, links?: Links): ReadFile {
  const [header = [], ...rows] = parse(text);
  if (rows.length === 0) return { kind: 'refused', why: header.length > 1 ? 'empty' : 'unknown' };
  const columns = chosen ?? recogniseColumns(header);
  const mark = columns.rating === undefined || /watchlist/i.test(name) ? markOf(name) : null;
  if (header.length < 2 && !namesFilms(columns)) return { kind: 'refused', why: 'unknown' };
  if (!chosen && (!namesFilms(columns) || (columns.rating === undefined && !mark))) {
    return { kind: 'table', header, sample: rows.slice(0, SAMPLE), columns };
  }
  const user = header.findIndex((title) => /^user_?id$/i.test(title.trim()));
  if (user >= 0 && new Set(rows.map((row) => row[user])).size > 1) return { kind: 'refused', why: 'people' };
  const { films, skipped } = readRows(header, rows, columns, mark ?? (chosen && columns.rating === undefined ? { kind: 'watchlist' } : null));
  if (films.length === 0) return { kind: 'refused', why: 'empty' };
  return { kind: 'films', films: links ? films.map((film) => linked(film, links)) : films, skipped };
}

function linked(imported: ImportedFilm, links: Links): ImportedFilm {
  const link = imported.film.id === undefined ? undefined : links.get(String(imported.film.id));
  if (!link) return imported;
  const [imdb, tmdb] = link;
  return { ...imported, film: { ...imported.film, imdbId: imdb ? `tt${imdb.padStart(7, '0')}` : null, tmdbId: Number(tmdb) || null } };
}

function readZip(bytes: Uint8Array): ReadFile {
  let total = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => /\.(csv|tsv|txt|json)$/i.test(name) && (total += originalSize) <= MOST_BYTES,
    });
  } catch {
    return { kind: 'refused', why: 'broken' };
  }
  const named = Object.entries(files).map(([path, content]) => ({ path, name: path.split('/').at(-1)!.toLowerCase(), content }));
  const linkFile = named.find(({ name }) => name === 'links.csv');
  const links = linkFile && new Map(parse(decode(linkFile.content)).map(([id, imdb = '', tmdb = '']) => [id, [imdb, tmdb] as const]));
  // Of an export's many files those that say what somebody thinks of a film; diaries and reviews say it again.
  const wanted = named.filter(({ path, name }) => !/(^|\/)(deleted|orphaned|likes|lists)\//.test(path) && /rating|watchlist|watched|history|framerate/.test(name));
  const read = (wanted.length > 0 ? wanted : named.filter(({ name }) => !/^(links|movies|tags|readme)/.test(name))).map(({ name, content }) => readOne(name, content, undefined, links));
  const films = read.flatMap((one) => (one.kind === 'films' ? one.films : []));
  if (films.length > 0) return { kind: 'films', films, skipped: read.reduce((sum, one) => sum + (one.kind === 'films' ? one.skipped : 0), 0) };
  return read.find((one) => one.kind === 'refused' && one.why !== 'empty') ?? { kind: 'refused', why: read.length > 0 ? 'empty' : 'unknown' };
}
