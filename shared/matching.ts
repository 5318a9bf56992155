import type { Catalog } from './artifact/catalog.ts';
import { foldText } from './foldText.ts';
import type { ItemId } from './ids.ts';
import type { CatalogItem } from './query.ts';
import { readTitle } from './readTitle.ts';

/** A film as some other place names it. */
export interface WantedFilm {
  readonly title: string;
  readonly year: number | null;
  /** "tt0133093" form. */
  readonly imdbId: string | null;
  readonly tmdbId: number | null;
  /** Other names of it, e.g. the original title. */
  readonly otherTitles?: readonly string[];
  /** Its id in data of the model's own kind. Counts only where nothing else is known: elsewhere it may be another film. */
  readonly id?: ItemId;
}

export interface FilmMatch {
  /** Null: the catalogue has no such film, or more than one that it could be. */
  readonly item: CatalogItem | null;
  readonly by: 'imdb' | 'tmdb' | 'title' | 'id' | null;
}

const NONE: FilmMatch = { item: null, by: null };
/** Places disagree about the year of a premiere by so much. */
const YEARS_APART = 1;

/** Letters and digits alone: "Se7en", "WALL·E", "Crouching Tiger, Hidden Dragon". */
const titleKey = (title: string): string => foldText(readTitle(title).title).replace(/&/g, 'and').replace(/[^\p{L}\p{N}]/gu, '');

/** Finds in a catalogue what other places call by other ids and titles. */
export class FilmMatcher {
  readonly #byImdb = new Map<string, CatalogItem>();
  readonly #byTmdb = new Map<number, CatalogItem>();
  /** Most popular first. */
  readonly #byTitle = new Map<string, CatalogItem[]>();

  constructor(private readonly catalog: Catalog) {
    // The most popular of several is meant: rows are in order of popularity.
    for (const item of catalog.items) {
      if (item.imdbId !== null && !this.#byImdb.has(item.imdbId)) this.#byImdb.set(item.imdbId, item);
      if (item.tmdbId !== null && !this.#byTmdb.has(item.tmdbId)) this.#byTmdb.set(item.tmdbId, item);
      const { title, alsoKnownAs } = readTitle(item.title);
      for (const key of new Set([title, ...alsoKnownAs].map(titleKey))) {
        const same = this.#byTitle.get(key);
        if (same) same.push(item);
        else if (key !== '') this.#byTitle.set(key, [item]);
      }
    }
  }

  /** By IMDb's id, else TMDB's, else title and year: the same year, else one apart; without a year, if it is the only one. */
  match(film: WantedFilm): FilmMatch {
    const byImdb = film.imdbId === null ? undefined : this.#byImdb.get(film.imdbId);
    if (byImdb) return { item: byImdb, by: 'imdb' };
    const byTmdb = film.tmdbId === null ? undefined : this.#byTmdb.get(film.tmdbId);
    if (byTmdb) return { item: byTmdb, by: 'tmdb' };
    const byTitle = this.#matchTitle(film);
    if (byTitle) return { item: byTitle, by: 'title' };
    if (film.id !== undefined && film.title === '' && film.imdbId === null && film.tmdbId === null) {
      const row = this.catalog.rowOf(film.id);
      if (row !== undefined) return { item: this.catalog.item(row), by: 'id' };
    }
    return NONE;
  }

  #matchTitle({ title, year, otherTitles = [] }: WantedFilm): CatalogItem | null {
    const names = [title, ...otherTitles].flatMap((name) => {
      const { title: first, alsoKnownAs } = readTitle(name);
      return [first, ...alsoKnownAs];
    });
    const candidates = [...new Set(names.map(titleKey).flatMap((key) => this.#byTitle.get(key) ?? []))];
    if (year === null) return candidates.length === 1 ? candidates[0]! : null;
    for (let apart = 0; apart <= YEARS_APART; apart++) {
      const near = candidates.find((item) => item.year !== null && Math.abs(item.year - year) === apart);
      if (near) return near;
    }
    // A catalogue that does not know the year cannot disagree about it.
    return candidates.length === 1 && candidates[0]!.year === null ? candidates[0]! : null;
  }
}
