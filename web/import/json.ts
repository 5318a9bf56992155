import type { CatalogItem } from '../../shared/query.ts';
import type { KeptFilm, Verdict } from '../store/keptFilm.ts';
import type { ImportedFilm, OwnFilms, Owner, ReadFile } from './imported.ts';
import { readDate, toStars } from './tables.ts';

export const FORMAT = 'framerate-films';
/** 1: the films of one person. 2: of several. */
export const VERSION = 2;

const written = (films: readonly KeptFilm[]) => films.map(({ item, verdict, at }) => ({ item, verdict, at }));
const fileOf = (version: number, content: object): string => `${JSON.stringify({ format: FORMAT, version, ...content }, null, 1)}\n`;

/** All that is kept of one person, as a file that this app reads again; earlier releases do, too. */
export const writeJson = (films: readonly KeptFilm[], { name, without }: Owner): string => fileOf(1, { ...(name !== '' && { name }), ...(without.length > 0 && { without }), films: written(films) });

/** All that is kept of everybody. */
export const writeEverybody = (people: readonly (Owner & { readonly films: readonly KeptFilm[] })[]): string =>
  fileOf(2, { people: people.map(({ name, without, films }) => ({ name, without, films: written(films) })) });

/** Ours, or one of Trakt's lists. */
export function readJson(text: string): ReadFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'refused', why: 'broken' };
  }
  if (Array.isArray(value)) return readAll(value, readTrakt);
  const file = fields(value);
  const { format, version, films, people } = file;
  if (format !== FORMAT || (!Array.isArray(films) && !Array.isArray(people))) return { kind: 'refused', why: 'unknown' };
  if (typeof version !== 'number' || version > VERSION) return { kind: 'refused', why: 'newer' };
  if (Array.isArray(people)) return { kind: 'people', people: people.map((person) => readPerson(fields(person))) };
  const read = readAll(films as unknown[], readOwn);
  const owner = readOwner(file);
  return read.kind === 'films' && (owner.name !== '' || owner.without.length > 0) ? { ...read, owner } : read;
}

const readOwner = ({ name, without }: Fields): Owner => ({ name: text(name).slice(0, 40), without: Array.isArray(without) ? without.filter((genre) => typeof genre === 'string') : [] });

function readPerson(person: Fields): OwnFilms {
  const films = Array.isArray(person['films']) ? readAll(person['films'], readOwn) : null;
  return { ...readOwner(person), ...(films?.kind === 'films' ? { films: films.films, skipped: films.skipped } : { films: [], skipped: 0 }) };
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
