import { foldText } from '../../shared/foldText.ts';
import type { CatalogItem } from '../../shared/query.ts';

/** What a person thinks of a film. One a film: who rates it takes it off the watchlist. */
export type Verdict =
  | { readonly kind: 'rated'; /** 0.5 to 5, in halves. */ readonly stars: number }
  | { readonly kind: 'watchlist' }
  /** Seen, without a rating. */
  | { readonly kind: 'seen' }
  /** Not interested: never to be recommended. */
  | { readonly kind: 'dismissed' }
  /** Not to be asked about again. May be recommended. */
  | { readonly kind: 'unseen' };

/** A film's name that outlives models, whose item ids may mean other films elsewhere. */
export type FilmKey = string;

export interface KeptFilm {
  readonly key: FilmKey;
  /** As the model named it that was loaded at the time; another may give it another id. */
  readonly item: CatalogItem;
  readonly verdict: Verdict;
  /** When that was said, in ms since 1970. */
  readonly at: number;
}

/** IMDb's id, else TMDB's, else title and year. */
export function filmKey({ imdbId, tmdbId, title, year }: Pick<CatalogItem, 'imdbId' | 'tmdbId' | 'title' | 'year'>): FilmKey {
  if (imdbId !== null) return `imdb:${imdbId}`;
  if (tmdbId !== null) return `tmdb:${tmdbId}`;
  return `title:${foldText(title).trim()}|${year ?? ''}`;
}

/** A film's state before or after a change; null: nothing is kept of it. */
export type Change = readonly [key: FilmKey, film: KeptFilm | null];
