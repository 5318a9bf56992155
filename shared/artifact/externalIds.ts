import type { ItemId } from '../ids.ts';
import { imdbNumber, type Catalog } from './catalog.ts';

/** Items by what others call them. Of items with the same id the most popular one is meant. */
export class ExternalIds {
  readonly #catalog: Catalog;
  readonly #imdb = new Map<number, number>();
  readonly #tmdb = new Map<number, number>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    for (let row = catalog.size - 1; row >= 0; row--) {
      const { imdb, tmdb } = catalog.externalIdsOf(row);
      if (imdb !== 0) this.#imdb.set(imdb, row);
      if (tmdb !== 0) this.#tmdb.set(tmdb, row);
    }
  }

  /** The item that IMDb calls so ("tt0133093"), or undefined. */
  byImdbId(imdbId: string): ItemId | undefined {
    return this.#idOf(this.#imdb.get(imdbNumber(imdbId)));
  }

  /** The item that TMDB calls so, or undefined. */
  byTmdbId(tmdbId: number): ItemId | undefined {
    return this.#idOf(this.#tmdb.get(tmdbId));
  }

  #idOf(row: number | undefined): ItemId | undefined {
    return row === undefined ? undefined : this.#catalog.idOf(row);
  }
}
