import type { FactorTable } from '../../shared/artifact/factorTable.ts';
import type { MapTable } from '../../shared/artifact/mapFile.ts';
import type { CatalogItem } from '../../shared/query.ts';
import { principalPlane, settle, type Plane } from './layout.ts';
import { likeness, NeighbourFinder } from './neighbours.ts';
import { findRegions } from './regions.ts';

/** Items that find their places by themselves; the others are placed by their neighbours among these. */
const MOST_SETTLED = 10_000;
/** Sums of weights below this say less about an item than about the few people who rated it. */
const LEAST_POPULARITY = 4;
/** Fewer than these would be no map, so then popularity does not matter. */
const LEAST_SETTLED = 200;
const NEIGHBOURS = 15;
/** How many settle the place of an item that does not settle by itself. */
const PLACING_NEIGHBOURS = 5;
const EPOCHS = 200;
/** The map ends where all but this part of the items lie within; those outside are brought to its edge. */
const OUTSIDE = 0.002;

/**
 * Lays out the catalogue in two dimensions, so that items that the same people like lie together.
 *
 * @param popularity of each row, descending.
 * @param items of each row.
 * @param kernel the bytes of kernel.wasm.
 * @param onProgress told the part that is done, 0 to 1.
 */
export async function layMap(
  factors: FactorTable,
  popularity: ArrayLike<number>,
  items: readonly CatalogItem[],
  seed: number,
  kernel: Uint8Array<ArrayBuffer>,
  onProgress: (part: number) => void = () => undefined,
): Promise<MapTable> {
  const { rows } = factors;
  let settled = Math.min(rows, MOST_SETTLED);
  while (settled > LEAST_SETTLED && popularity[settled - 1]! < LEAST_POPULARITY) settled--;

  const plane: Plane = new Float64Array(2 * rows);
  if (settled > 0) {
    const vectors = likeness(factors, items);
    const finder = await NeighbourFinder.open(vectors, settled, kernel);
    const start = principalPlane(vectors, settled);
    settle(start, finder.find(0, settled, NEIGHBOURS), EPOCHS, seed, onProgress);
    plane.set(start);
    placeOthers(plane, settled, finder);
  }
  fit(plane, settled);
  const x = Float32Array.from({ length: rows }, (_, row) => plane[2 * row]!);
  const y = Float32Array.from({ length: rows }, (_, row) => plane[2 * row + 1]!);
  return { rows, x, y, regions: findRegions(plane.subarray(0, 2 * settled), popularity, items) };
}

/** Puts each further row near the middle of its neighbours, the nearer the more; alike ones around it, not upon it. */
function placeOthers(plane: Plane, settled: number, finder: NeighbourFinder): void {
  const rows = plane.length / 2;
  const { k, row: near, distance } = finder.find(settled, rows, PLACING_NEIGHBOURS);
  for (let row = settled, at = 0; row < rows; row++, at += k) {
    let [sumX, sumY, sum] = [0, 0, 0];
    for (let j = at; j < at + k; j++) {
      const weight = 1 / (0.01 + distance[j]!) ** 2;
      sumX += weight * plane[2 * near[j]!]!;
      sumY += weight * plane[2 * near[j]! + 1]!;
      sum += weight;
    }
    // A sunflower's order fills the disc evenly, whatever rows come to lie on one spot.
    const angle = row * Math.PI * (3 - Math.sqrt(5));
    const radius = 0.25 * Math.sqrt(((row - settled) * 0.618_033_988_75) % 1);
    plane[2 * row] = sumX / sum + radius * Math.cos(angle);
    plane[2 * row + 1] = sumY / sum + radius * Math.sin(angle);
  }
}

/** Scales both axes alike until the settled rows reach from −1 to 1. */
function fit(plane: Plane, settled: number): void {
  const range = (axis: number): { middle: number; half: number } => {
    const values = Float64Array.from({ length: settled }, (_, row) => plane[2 * row + axis]!).sort();
    const cut = Math.floor((settled * OUTSIDE) / 2);
    const [low, high] = [values[cut] ?? 0, values[settled - 1 - cut] ?? 0];
    return { middle: (low + high) / 2, half: (high - low) / 2 };
  };
  const axes = [range(0), range(1)];
  const half = 1.02 * Math.max(axes[0]!.half, axes[1]!.half) || 1;
  for (let i = 0; i < plane.length; i++) plane[i] = Math.min(1, Math.max(-1, (plane[i]! - axes[i & 1]!.middle) / half));
}
