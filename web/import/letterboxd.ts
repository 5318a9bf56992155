import { readTitle } from '../../shared/readTitle.ts';
import type { KeptFilm } from '../store/keptFilm.ts';

/** More rows than this Letterboxd does not take in one file. */
export const LETTERBOXD_ROWS = 1900;

const cell = (value: string | number): string => (/[",\r\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value));

/** Ratings as Letterboxd's import takes them: https://letterboxd.com/about/importing-data/ */
export function writeLetterboxd(films: readonly KeptFilm[]): string {
  const rows = films.flatMap(({ item, verdict }) =>
    verdict.kind === 'rated' ? [[item.imdbId ?? '', item.tmdbId ?? '', readTitle(item.title).title, item.year ?? '', verdict.stars]] : [],
  );
  return [['imdbID', 'tmdbID', 'Title', 'Year', 'Rating'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
