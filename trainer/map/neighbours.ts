import type { FactorTable } from '../../shared/artifact/factorTable.ts';
import { quantizeSq8 } from '../../shared/artifact/faissSq8.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import type { CatalogItem } from '../../shared/query.ts';

/** The items most like each of some rows. */
export interface Neighbours {
  /** How many a row has. */
  readonly k: number;
  /** Place i · k + j is the j-th nearest of the i-th row, the nearest first. */
  readonly row: Uint32Array;
  /** How much less alike than two of a kind, not below 0. */
  readonly distance: Float64Array;
}

/** Vectors whose inner products say how alike items are. */
export interface Likeness {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns, row-major. */
  readonly data: Float64Array;
}

/** How much sharing all genres counts beside sharing all of the audience. */
const GENRES_COUNT = 0.5;
/** Where "genres" are free tags the rest of them is noise. */
const MOST_GENRES = 64;

/**
 * Items are alike when the same people like them (their factors' directions), and when they are of the same genres,
 * rare ones saying more. From few ratings factors know the decade better than the kind of film.
 */
export function likeness(factors: FactorTable, items: readonly CatalogItem[]): Likeness {
  const { rows, rank } = factors;
  const known = new Map<string, number>();
  for (const { genres } of items) for (const genre of genres) known.set(genre, (known.get(genre) ?? 0) + 1);
  const genreColumn = new Map([...known.keys()].sort().slice(0, MOST_GENRES).map((genre, i) => [genre, rank + i]));
  const columns = rank + genreColumn.size;
  const data = new Float64Array(rows * columns);
  const scaleTo = (part: Float64Array, length: number): void => {
    const factor = length / (Math.hypot(...part) || 1);
    for (let i = 0; i < part.length; i++) part[i]! *= factor;
  };
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const direction = data.subarray(start, start + rank);
    decodeRow(factors, row, direction);
    scaleTo(direction, 1);
    for (const genre of items[row]!.genres) {
      const column = genreColumn.get(genre);
      if (column !== undefined) data[start + column] = Math.log((1 + rows) / known.get(genre)!);
    }
    scaleTo(data.subarray(start + rank, start + columns), Math.sqrt(GENRES_COUNT));
  }
  return { rows, columns, data };
}

/** Finds neighbours among the first `base` rows with the search kernel: for other items, too, that are not among them. */
export class NeighbourFinder {
  private constructor(
    private readonly vectors: Likeness,
    private readonly index: KernelIndex,
  ) {}

  /** @param kernel the bytes of kernel.wasm. */
  static async open(vectors: Likeness, base: number, kernel: Uint8Array<ArrayBuffer>): Promise<NeighbourFinder> {
    return new NeighbourFinder(vectors, await KernelIndex.open(quantizeSq8(vectors.data, base, vectors.columns), kernel));
  }

  /** Of the rows `from` up to `to`; nobody is their own neighbour. */
  find(from: number, to: number, wanted: number): Neighbours {
    const base = this.index.rows;
    const { columns, data } = this.vectors;
    const k = Math.min(wanted, base - (from < base ? 1 : 0));
    const row = new Uint32Array((to - from) * k);
    const distance = new Float64Array((to - from) * k);
    for (let own = from, at = 0; own < to; own++) {
      const hits = this.index.search(Float32Array.from(data.subarray(own * columns, (own + 1) * columns)), Math.min(base, k + 1));
      let left = k;
      for (let i = 0; left > 0; i++) {
        if (hits.rows[i] === own) continue;
        row[at] = hits.rows[i]!;
        distance[at++] = Math.max(0, 1 + GENRES_COUNT - hits.scores[i]!);
        left--;
      }
    }
    return { k, row, distance };
  }
}
