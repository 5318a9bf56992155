import type { Neighbours } from './neighbours.ts';

/** Pairs that belong together, each once. */
export interface Graph {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** Above 0 up to 1. */
  readonly weight: Float64Array;
}

/** Weights below this part of the strongest would not be drawn in any epoch. */
const NEGLIGIBLE = 1 / 400;

/**
 * How surely each pair belongs together, on each one's own scale of near and far (UMAP's fuzzy union: a + b − ab of
 * what the two say): so dense and sparse parts of the catalogue get the same room.
 */
export function weighNeighbours({ k, row, distance }: Neighbours): Graph {
  const rows = k === 0 ? 0 : row.length / k;
  const says = new Map<number, number>();
  for (let own = 0; own < rows; own++) {
    const memberships = ownScale(distance.subarray(own * k, (own + 1) * k));
    for (let j = 0; j < k; j++) {
      const other = row[own * k + j]!;
      const key = Math.min(own, other) * rows + Math.max(own, other);
      const before = says.get(key) ?? 0;
      says.set(key, before + memberships[j]! - before * memberships[j]!);
    }
  }
  const kept = [...says].filter(([, weight]) => weight > NEGLIGIBLE);
  return {
    from: Uint32Array.from(kept, ([key]) => Math.floor(key / rows)),
    to: Uint32Array.from(kept, ([key]) => key % rows),
    weight: Float64Array.from(kept, ([, weight]) => weight),
  };
}

/** exp(−(d − nearest) / σ) with the σ at which they sum to log2(k): the nearest belongs wholly. */
function ownScale(distances: Float64Array): Float64Array {
  const nearest = distances[0]!;
  const at = (sigma: number): Float64Array => distances.map((distance) => Math.exp((nearest - distance) / sigma));
  const wanted = Math.max(1, Math.log2(distances.length));
  let [low, high] = [1e-6, 4];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((sum, value) => sum + value, 0) > wanted) high = middle;
    else low = middle;
  }
  return at(high);
}
