import type { CatalogItem } from '../../shared/query.ts';
import type { MapRegion } from '../../shared/tasteMap.ts';
import type { Plane } from './layout.ts';

const MOST_REGIONS = 16;
/** Items a region has on average, at the least. */
const ITEMS_A_REGION = 40;
const ROUNDS = 50;
/** A genre names a region when so large a part of it has it. */
const COMMON = 0.3;
/** And a decade when so large a part of it is from then, and it is so many times as common there as elsewhere. */
const DECADE_COMMON = 0.4;
const DECADE_LIFT = 1.8;

/** What is said of an item: its genres, or its decade. */
type Traits = (item: CatalogItem) => readonly string[];
// MovieLens lists the format of the screen among the genres; no region of taste is called so.
const genresOf: Traits = ({ genres }) => genres.filter((genre) => genre !== 'IMAX');
const decadeOf: Traits = ({ year }) => (year === null ? [] : [`${Math.floor(year / 10) * 10}s`]);

/**
 * Cuts a map into regions (k-means from well-spread starts, Gonzalez 1985) and names each by the genres, and the
 * decade, that are more common there than on the whole; by its best known title where there are no genres.
 * Popular items count more, by the root of their popularity: they are what people see.
 *
 * @param plane places of the first rows. @param items of these rows, and maybe more.
 * @returns the largest first, each name once.
 */
export function findRegions(plane: Plane, popularity: ArrayLike<number>, items: readonly CatalogItem[]): MapRegion[] {
  const rows = plane.length / 2;
  const weight = Float64Array.from({ length: rows }, (_, row) => Math.sqrt(popularity[row]!));
  const { nearest, centres } = cluster(plane, weight, Math.min(MOST_REGIONS, Math.ceil(rows / ITEMS_A_REGION)));
  const all = Array.from({ length: rows }, (_, row) => row);
  const overall = { genre: shares(all, items, weight, genresOf), decade: shares(all, items, weight, decadeOf) };
  const regions = centres
    .map(({ x, y }, c): MapRegion => {
      const own = all.filter((row) => nearest[row] === c);
      return { label: name(own), x, y, items: own.length };
    })
    .filter((region) => region.items > 0)
    .sort((a, b) => b.items - a.items);
  return regions.filter(({ label }, i) => regions.findIndex((other) => other.label === label) === i);

  function name(own: readonly number[]): string {
    const genres = outstanding(shares(own, items, weight, genresOf), overall.genre, COMMON, 1);
    const [decade] = outstanding(shares(own, items, weight, decadeOf), overall.decade, DECADE_COMMON, DECADE_LIFT);
    const label = genres.slice(0, 2).join(' & ');
    if (label === '') return own.length === 0 ? '' : items[own[0]!]!.title;
    return decade === undefined ? label : `${label}, ${decade}`;
  }
}

/** The part of the rows that has each trait. */
function shares(rows: readonly number[], items: readonly CatalogItem[], weight: Float64Array, traits: Traits): Map<string, number> {
  const total = rows.reduce((sum, row) => sum + weight[row]!, 0);
  const found = new Map<string, number>();
  for (const row of rows) for (const trait of traits(items[row]!)) found.set(trait, (found.get(trait) ?? 0) + weight[row]! / total);
  return found;
}

/** Traits that are common here and more so than overall; first the one that tells here from elsewhere best. */
function outstanding(here: Map<string, number>, overall: Map<string, number>, common: number, lift: number): string[] {
  return [...here]
    .filter(([trait, share]) => share >= common && share > lift * overall.get(trait)!)
    .map(([trait, share]) => ({ trait, tells: share * Math.log(share / overall.get(trait)!) }))
    .sort((a, b) => b.tells - a.tells || (a.trait < b.trait ? -1 : 1))
    .map(({ trait }) => trait);
}

interface Clusters {
  /** Centre of each row. */
  readonly nearest: Uint8Array;
  readonly centres: readonly { readonly x: number; readonly y: number }[];
}

function cluster(plane: Plane, weight: Float64Array, count: number): Clusters {
  const rows = weight.length;
  const distance = (row: number, { x, y }: { x: number; y: number }): number => (plane[2 * row]! - x) ** 2 + (plane[2 * row + 1]! - y) ** 2;
  const centres: { x: number; y: number }[] = [];
  const apart = new Float64Array(rows).fill(Infinity);
  for (let next = 0; centres.length < count; ) {
    const centre = { x: plane[2 * next]!, y: plane[2 * next + 1]! };
    centres.push(centre);
    for (let row = 0; row < rows; row++) {
      apart[row] = Math.min(apart[row]!, distance(row, centre));
      if (apart[row]! * weight[row]! > apart[next]! * weight[next]!) next = row;
    }
  }
  const nearest = new Uint8Array(rows);
  for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
    moved = false;
    const sums = centres.map(() => ({ x: 0, y: 0, weight: 0 }));
    for (let row = 0; row < rows; row++) {
      let best = 0;
      for (let c = 1; c < count; c++) if (distance(row, centres[c]!) < distance(row, centres[best]!)) best = c;
      moved ||= best !== nearest[row];
      nearest[row] = best;
      const sum = sums[best]!;
      sum.x += weight[row]! * plane[2 * row]!;
      sum.y += weight[row]! * plane[2 * row + 1]!;
      sum.weight += weight[row]!;
    }
    sums.forEach((sum, c) => sum.weight > 0 && (centres[c] = { x: sum.x / sum.weight, y: sum.y / sum.weight }));
  }
  return { nearest, centres };
}
