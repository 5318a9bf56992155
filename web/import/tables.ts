import { itemId } from '../../shared/ids.ts';
import type { Verdict } from '../store/keptFilm.ts';
import type { Columns, Field, ImportedFilm } from './imported.ts';

/** How columns are called: Letterboxd, IMDb, Trakt, MovieLens, and whatever people write. Letters alone, lower case. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  title: ['title', 'name', 'film', 'movie', 'movietitle', 'filmtitle', 'titel', 'originaltitle'],
  year: ['year', 'releaseyear', 'jahr', 'released'],
  rating: ['yourrating', 'rating', 'myrating', 'userrating', 'stars', 'score', 'bewertung', 'rating10'],
  imdb: ['const', 'imdbid', 'imdb', 'tconst', 'imdburl'],
  tmdb: ['tmdbid', 'tmdb'],
  item: ['movieid', 'itemid', 'item'],
  date: ['daterated', 'ratedat', 'watcheddate', 'date', 'timestamp', 'listedat', 'lastwatchedat', 'created'],
};

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** What each column holds, as far as its name tells. */
export function recogniseColumns(header: readonly string[]): Columns {
  const names = header.map(letters);
  const columns: Partial<Record<Field, number>> = {};
  for (const field of Object.keys(NAMES) as Field[]) {
    // The first name that fits, not the first column: "Your Rating" before "IMDb Rating".
    const column = NAMES[field].map((name) => names.indexOf(name)).find((place) => place >= 0);
    if (column !== undefined) columns[field] = column;
  }
  return columns;
}

/** Whether a table can be read without asking: there is a film in each row. */
export const namesFilms = ({ title, imdb, tmdb, item }: Columns): boolean => [title, imdb, tmdb, item].some((column) => column !== undefined);

/** What a table without ratings is: told by its file's name. */
export function markOf(fileName: string): Verdict | null {
  if (/watchlist|merkliste|plan/i.test(fileName)) return { kind: 'watchlist' };
  if (/watched|seen|history|gesehen/i.test(fileName)) return { kind: 'seen' };
  return null;
}

/** The highest rating of the scale: by the place that the table comes from, else the first round number that holds all. */
export function scaleOf(header: readonly string[], ratings: readonly number[]): number {
  const names = header.map(letters);
  if (names.includes('letterboxduri')) return 5;
  if (names.includes('const') || names.includes('traktid') || names.includes('rating10')) return 10;
  const most = ratings.reduce((a, b) => Math.max(a, b), 0);
  return most <= 5 ? 5 : most <= 10 ? 10 : 100;
}

/** Half stars, half a one at least. */
export const toStars = (rating: number, scale: number): number => Math.min(5, Math.max(0.5, Math.round((rating / scale) * 10) / 2));

/** "4,5", "4.5", "★★★★½", "8/10". NaN where it is none. */
export function readNumber(text: string): number {
  const stars = /^(★*)(½?)$/.exec(text.trim());
  if (stars && text.trim() !== '') return stars[1].length + (stars[2] ? 0.5 : 0);
  const [, number] = /^\s*(\d+(?:[.,]\d+)?)\s*(?:\/\s*\d+)?\s*$/.exec(text) ?? [];
  return number === undefined ? NaN : Number(number.replace(',', '.'));
}

/** Seconds or ms since 1970, or a date that browsers read; 0 for anything else. */
export function readDate(text: string): number {
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000;
  if (/^\d{12,13}$/.test(text)) return Number(text);
  return Date.parse(text) || 0;
}

/** "tt0133093" from that, its number alone, or an address that holds it. */
export function readImdbId(text: string): string | null {
  const digits = /(?:^|tt)(\d{1,9})(?:\D|$)/.exec(text.trim())?.[1];
  return digits && Number(digits) > 0 ? `tt${String(Number(digits)).padStart(7, '0')}` : null;
}

const SERIES = /series|episode|special|video game|tv short|podcast/i;

/**
 * Reads the rows of a table.
 * @param columns what they hold. @param mark what rows without a rating say; null: nothing, they are skipped.
 */
export function readRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: Columns,
  mark: Verdict | null,
): { films: ImportedFilm[]; skipped: number } {
  const cell = (row: readonly string[], field: Field): string => {
    const column = columns[field];
    return column === undefined ? '' : (row[column] ?? '').trim();
  };
  const type = header.map(letters).indexOf('titletype');
  const original = header.map(letters).indexOf('originaltitle');
  const scale = scaleOf(header, rows.map((row) => readNumber(cell(row, 'rating'))).filter((rating) => rating > 0));
  const films: ImportedFilm[] = [];
  let skipped = 0;
  for (const row of rows) {
    const rating = readNumber(cell(row, 'rating'));
    const verdict: Verdict | null = rating > 0 && rating <= scale ? { kind: 'rated', stars: toStars(rating, scale) } : mark;
    // A year may stand in brackets after the title.
    const [, plain = cell(row, 'title'), bracketed = ''] = /^(.*\S)\s*\((\d{4})\)$/.exec(cell(row, 'title')) ?? [];
    const year = Number(/\d{4}/.exec(cell(row, 'year') || bracketed)?.[0]) || null;
    const imdbId = readImdbId(cell(row, 'imdb'));
    const tmdbId = Number(/^\d+$/.exec(cell(row, 'tmdb'))?.[0]) || null;
    const id = cell(row, 'item');
    if (!verdict || (plain === '' && imdbId === null && tmdbId === null && id === '') || (type >= 0 && SERIES.test(row[type] ?? ''))) {
      skipped++;
      continue;
    }
    const other = original >= 0 && original !== columns.title ? (row[original] ?? '').trim() : '';
    films.push({
      film: {
        title: plain,
        year,
        imdbId,
        tmdbId,
        ...(other !== '' && other !== plain && { otherTitles: [other] }),
        ...(id !== '' && { id: itemId(id) }),
      },
      verdict,
      at: readDate(cell(row, 'date')),
    });
  }
  return { films, skipped };
}
