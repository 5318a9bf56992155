import type { WantedFilm } from '../../shared/matching.ts';
import type { FilmKey, KeptFilm, Verdict } from '../store/keptFilm.ts';

/** What a file says about one film. */
export interface ImportedFilm {
  readonly film: WantedFilm;
  readonly verdict: Verdict;
  /** In ms since 1970; 0 where the file does not say. */
  readonly at: number;
}

/** Whose films a file of this app holds. */
export interface Owner {
  readonly name: string;
  /** Genres that they leave out. */
  readonly without: readonly string[];
}

export interface OwnFilms extends Owner {
  readonly films: readonly ImportedFilm[];
  readonly skipped: number;
}

/** A file that was read, or a table whose columns somebody has to name. */
export type ReadFile =
  | { readonly kind: 'films'; readonly films: readonly ImportedFilm[]; /** Rows that say nothing usable. */ readonly skipped: number; readonly owner?: Owner }
  | { readonly kind: 'people'; readonly people: readonly OwnFilms[] }
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly sample: readonly (readonly string[])[]; readonly columns: Columns }
  | { readonly kind: 'refused'; readonly why: Refusal };

export type Refusal = 'unknown' | 'empty' | 'broken' | 'people' | 'newer';

/** What a column may hold. */
export const FIELDS = ['title', 'year', 'rating', 'imdb', 'tmdb', 'item', 'date'] as const;
export type Field = (typeof FIELDS)[number];
/** The number of the column, from 0, by what it holds. */
export type Columns = Readonly<Partial<Record<Field, number>>>;

/**
 * Which of two verdicts on a film stays: a rating before a mark, else the newer. What is here stays where the other has no
 * later date.
 */
export function merged(here: KeptFilm | undefined, other: KeptFilm): KeptFilm {
  if (!here) return other;
  const rated = (film: KeptFilm): boolean => film.verdict.kind === 'rated';
  if (rated(here) !== rated(other)) return rated(here) ? here : other;
  return other.at > here.at ? other : here;
}

/** What changes if films are brought in. @param here what is kept, by key. */
export function additions(here: ReadonlyMap<FilmKey, KeptFilm>, films: readonly KeptFilm[]): KeptFilm[] {
  const next = new Map(here);
  for (const film of films) next.set(film.key, merged(next.get(film.key), film));
  return [...next.values()].filter((film) => here.get(film.key) !== film);
}
