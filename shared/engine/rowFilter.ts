import type { Catalog } from '../artifact/catalog.ts';
import { FrameRateError } from '../errors.ts';
import type { Filter } from '../query.ts';
import { RowSet } from './rowSet.ts';

/** Turns filters into the rows that a search must leave out. One bitmap a genre is made once, on first use. */
export class RowFilter {
  readonly #catalog: Catalog;
  #byGenre: ReadonlyMap<string, RowSet> | null = null;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** @throws {FrameRateError} `BAD_QUERY`: a genre that the catalogue does not have, years that are none. */
  rowsOutside({ genres, withoutGenres, years, only }: Filter): RowSet {
    const catalog = this.#catalog;
    const outside = new RowSet(catalog.size);
    if (genres) outside.addAll(this.#withAny(genres, '/filter/genres').complement());
    if (withoutGenres) outside.addAll(this.#withAny(withoutGenres, '/filter/withoutGenres'));
    if (years) {
      const { from = -Infinity, to = Infinity } = years;
      if (!(from <= to)) throw new FrameRateError('BAD_QUERY', `There are no years from ${from} to ${to}.`, '/filter/years');
      for (let row = 0; row < catalog.size; row++) {
        const year = catalog.yearOf(row);
        if (year === null || year < from || year > to) outside.add(row);
      }
    }
    if (only) {
      const rows = only.map((id) => catalog.rowOf(id)).filter((row) => row !== undefined);
      outside.addAll(RowSet.of(catalog.size, rows).complement());
    }
    return outside;
  }

  #withAny(genres: readonly string[], pointer: string): RowSet {
    const byGenre = (this.#byGenre ??= this.#indexGenres());
    const rows = new RowSet(this.#catalog.size);
    for (const [i, genre] of genres.entries()) {
      const having = byGenre.get(genre);
      if (!having) throw new FrameRateError('BAD_QUERY', `There is no genre "${genre}"; there are ${[...byGenre.keys()].sort().join(', ') || 'none'}.`, `${pointer}/${i}`);
      rows.addAll(having);
    }
    return rows;
  }

  #indexGenres(): Map<string, RowSet> {
    const catalog = this.#catalog;
    const byGenre = new Map<string, RowSet>();
    for (let row = 0; row < catalog.size; row++) {
      for (const genre of catalog.genresOf(row)) {
        const rows = byGenre.get(genre) ?? new RowSet(catalog.size);
        byGenre.set(genre, rows);
        rows.add(row);
      }
    }
    return byGenre;
  }
}
