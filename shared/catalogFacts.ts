import type { CatalogItem } from './query.ts';

/** What there is to choose from in a catalogue. */
export interface CatalogFacts {
  /** Most frequent first. */
  readonly genres: readonly { readonly name: string; readonly items: number }[];
  /** In order of time, from the first decade that has an item to the last; named by their first year. */
  readonly decades: readonly { readonly decade: number; readonly items: number }[];
}

export function factsOf(items: readonly CatalogItem[]): CatalogFacts {
  const genres = new Map<string, number>();
  const decades = new Map<number, number>();
  for (const item of items) {
    for (const genre of item.genres) genres.set(genre, (genres.get(genre) ?? 0) + 1);
    if (item.year !== null) {
      const decade = Math.floor(item.year / 10) * 10;
      decades.set(decade, (decades.get(decade) ?? 0) + 1);
    }
  }
  return {
    genres: Array.from(genres, ([name, count]) => ({ name, items: count })).sort((a, b) => b.items - a.items || (a.name < b.name ? -1 : 1)),
    decades: Array.from(decades, ([decade, count]) => ({ decade, items: count })).sort((a, b) => a.decade - b.decade),
  };
}
