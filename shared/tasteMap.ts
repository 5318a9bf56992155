import type { ItemId } from './ids.ts';
import type { MapTable } from './artifact/mapFile.ts';
import type { CatalogItem, Rating, RatingScale } from './query.ts';

/** A place on the map; both −1 to 1, y upwards. */
export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** A neighbourhood of the map, to be written where it lies. */
export interface MapRegion extends MapPoint {
  /** What most of its items have in common: "Horror", "Comedy & Romance". */
  readonly label: string;
  /** How many items it has: where there is little room the large regions are written first. */
  readonly items: number;
}

/**
 * The catalogue in two dimensions: items that the same people like lie together. In columns, because ten thousand
 * records would take a page's frame to cross from a worker. Entry i of each is the same item; the most popular first.
 */
export interface TasteMap {
  readonly ids: readonly ItemId[];
  readonly titles: readonly string[];
  /** 0 where unknown. */
  readonly years: Int16Array;
  /** Names that `itemGenres` points at. */
  readonly genres: readonly string[];
  /** One longer than the columns: item i has the genres `itemGenres[genreStarts[i]]` up to, without, `genreStarts[i + 1]`. */
  readonly genreStarts: Uint32Array;
  readonly itemGenres: Uint16Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The largest first. */
  readonly regions: readonly MapRegion[];
}

/** A map with the names of what lies on it. @param items of the same rows as the table. */
export function drawMap({ x, y, regions }: MapTable, items: readonly CatalogItem[]): TasteMap {
  const genres = [...new Set(items.flatMap((item) => item.genres))].sort();
  const placeOf = new Map(genres.map((genre, place) => [genre, place]));
  const genreStarts = new Uint32Array(items.length + 1);
  items.forEach((item, i) => (genreStarts[i + 1] = genreStarts[i]! + item.genres.length));
  return {
    ids: items.map(({ id }) => id),
    titles: items.map(({ title }) => title),
    years: Int16Array.from(items, ({ year }) => year ?? 0),
    genres,
    genreStarts,
    itemGenres: Uint16Array.from(items.flatMap((item) => item.genres.map((genre) => placeOf.get(genre)!))),
    x,
    y,
    regions,
  };
}

/** How far a liked film draws somebody's place to itself: about a third of the map's half. */
const REACH = 0.35;
const STEPS = 16;
/** What the lowest rating weighs beside the highest, so that somebody who liked nothing has a place too. */
const LEAST_WEIGHT = 0.02;

/** Finds items on a map, and people. */
export class MapFinder {
  readonly #entryOf: ReadonlyMap<ItemId, number>;

  constructor(readonly map: TasteMap) {
    this.#entryOf = new Map(map.ids.map((id, entry) => [id, entry]));
  }

  /** The entry of an id in the map's columns. */
  entryOf(id: ItemId): number | undefined {
    return this.#entryOf.get(id);
  }

  genresOf(entry: number): string[] {
    const { genres, genreStarts, itemGenres } = this.map;
    return Array.from(itemGenres.subarray(genreStarts[entry], genreStarts[entry + 1]), (genre) => genres[genre]!);
  }

  /**
   * Where somebody is at home: the mean of the films that they rated, the liked ones counting most, moved to where
   * these lie densest (mean shift, Comaniciu & Meer 2002): who likes cartoons and one war film lives among cartoons,
   * not halfway to the front.
   * @returns null where no rated film is on the map.
   */
  placeOf(ratings: readonly Rating[], scale: RatingScale): MapPoint | null {
    const { x, y } = this.map;
    const liked = ratings.flatMap(({ item, rating }) => {
      const entry = this.#entryOf.get(item);
      const part = (rating - scale.min) / (scale.max - scale.min || 1);
      return entry === undefined ? [] : [{ x: x[entry]!, y: y[entry]!, weight: LEAST_WEIGHT + part ** 2 }];
    });
    if (liked.length === 0) return null;
    const mean = (weightOf: (film: MapPoint) => number): MapPoint => {
      let [sumX, sumY, sum] = [0, 0, 0];
      for (const film of liked) {
        const weight = film.weight * weightOf(film);
        sumX += weight * film.x;
        sumY += weight * film.y;
        sum += weight;
      }
      return { x: sumX / sum, y: sumY / sum };
    };
    let place = mean(() => 1);
    for (let step = 0; step < STEPS; step++) {
      const { x: fromX, y: fromY } = place;
      place = mean((film) => Math.exp(-((film.x - fromX) ** 2 + (film.y - fromY) ** 2) / (2 * REACH ** 2)));
    }
    return place;
  }
}
