import type { CatalogItem } from '../../shared/query.ts';
import type { KeptFilm, Verdict } from '../store/keptFilm.ts';
import type { ImportedFilm, ReadFile } from './imported.ts';
import { readDate, toStars } from './tables.ts';

export const FORMAT = 'framerate-films';
export const VERSION = 1;

/** Everything that is kept, as a file that this app reads again. */
export const writeJson = (films: readonly KeptFilm[]): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, films: films.map(({ item, verdict, at }) => ({ item, verdict, at })) }, null, 1)}\n`;

/** Ours, or one of Trakt's lists. */
export function readJson(text: string): ReadFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'refused', why: 'broken' };
  }
  if (Array.isArray(value)) return readAll(value, readTrakt);
  const { format, version, films } = fields(value);
  if (format !== FORMAT || !Array.isArray(films)) return { kind: 'refused', why: 'unknown' };
  if (typeof version !== 'number' || version > VERSION) return { kind: 'refused', why: 'newer' };
  return readAll(films, readOwn);
}

function readAll(entries: readonly unknown[], read: (entry: Fields) => ImportedFilm | null): ReadFile {
  const films = entries.map((entry) => read(fields(entry))).filter((film) => film !== null);
  if (films.length === 0) return { kind: 'refused', why: entries.length === 0 ? 'empty' : 'unknown' };
  return { kind: 'films', films, skipped: entries.length - films.length };
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const whole = (value: unknown): number | null => (Number.isSafeInteger(value) ? (value as number) : null);

function readTrakt(entry: Fields): ImportedFilm | null {
  const movie = fields(entry['movie']);
  const ids = fields(movie['ids']);
  if (text(movie['title']) === '') return null;
  const rating = whole(entry['rating']);
  const verdict: Verdict | null =
    rating !== null && rating >= 1 && rating <= 10
      ? { kind: 'rated', stars: toStars(rating, 10) }
      : entry['listed_at'] !== undefined
        ? { kind: 'watchlist' }
        : entry['last_watched_at'] !== undefined || entry['watched_at'] !== undefined
          ? { kind: 'seen' }
          : null;
  if (!verdict) return null;
  const film = {
    title: text(movie['title']),
    year: whole(movie['year']),
    imdbId: /^tt\d+$/.exec(text(ids['imdb']))?.[0] ?? null,
    tmdbId: whole(ids['tmdb']),
  };
  return { film, verdict, at: readDate(text(entry['rated_at'] ?? entry['listed_at'] ?? entry['last_watched_at'] ?? entry['watched_at'])) };
}

function readOwn(entry: Fields): ImportedFilm | null {
  const item = fields(entry['item']) as Partial<Record<keyof CatalogItem, unknown>>;
  const verdict = readVerdict(fields(entry['verdict']));
  if (!verdict || text(item.title) === '') return null;
  const film = { title: text(item.title), year: whole(item.year), imdbId: text(item.imdbId) || null, tmdbId: whole(item.tmdbId) };
  return { film, verdict, at: whole(entry['at']) ?? 0 };
}

function readVerdict({ kind, stars }: Fields): Verdict | null {
  if (kind === 'watchlist' || kind === 'seen' || kind === 'dismissed' || kind === 'unseen') return { kind };
  const fits = kind === 'rated' && typeof stars === 'number' && stars >= 0.5 && stars <= 5 && Number.isInteger(2 * stars);
  return fits ? { kind, stars } : null;
}
