import type { Catalog } from './artifact/catalog.ts';

/** What there is to choose from in a catalogue. */
export interface CatalogFacts {
  /** Most frequent first. */
  readonly genres: readonly { readonly name: string; readonly items: number }[];
  /** In order of time, from the first decade that has an item to the last; named by their first year. */
  readonly decades: readonly { readonly decade: number; readonly items: number }[];
}

export function factsOf(catalog: Pick<Catalog, 'size' | 'yearOf' | 'genresOf'>): CatalogFacts {
  const genres = new Map<string, number>();
  const decades = new Map<number, number>();
  for (let row = 0; row < catalog.size; row++) {
    for (const genre of catalog.genresOf(row)) genres.set(genre, (genres.get(genre) ?? 0) + 1);
    const year = catalog.yearOf(row);
    if (year !== null) {
      const decade = Math.floor(year / 10) * 10;
      decades.set(decade, (decades.get(decade) ?? 0) + 1);
    }
  }
  return {
    genres: Array.from(genres, ([name, count]) => ({ name, items: count })).sort((a, b) => b.items - a.items || (a.name < b.name ? -1 : 1)),
    decades: Array.from(decades, ([decade, count]) => ({ decade, items: count })).sort((a, b) => a.decade - b.decade),
  };
}
