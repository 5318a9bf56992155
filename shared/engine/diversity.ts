import type { FactorRows } from '../artifact/factorTable.ts';
import { ln } from './elementary.ts';
import { decodeRow } from './scoring.ts';
import type { Hits } from './vectorIndex.ts';

/** Among so many of the best, variety chooses; what comes after them stays where it is. */
export const VARIETY_POOL = 100;
/** How much of each item is like nothing else: so two of one kind are never the same thing, and no determinant is 0. */
const OWN = 0.01;
/** What a factor e in the determinant is worth at full variety: this part of the way from the pool's best to its last. */
const WORTH = 0.3;

/**
 * Puts the best VARIETY_POOL into an order in which each next item is good *and* unlike those before it: greedy MAP
 * inference of a determinantal point process (Chen, Zhang & Zhou 2018, algorithm 1: Cholesky, one row at a time).
 * The next item is the one with the largest
 *
 *     (1 − v) · relevance + v · WORTH · ln d²
 *
 * where relevance is the item's worth, 1 for the best and 0 for the last of the pool, and d² is what the items chosen so far
 * leave of the item: the ratio of the determinants of their cosines with and without it. Ties go to the better one.
 * The order does not depend on how many are asked for: ten are the beginning of a hundred.
 *
 * @param hits best first.
 * @param worth what they are ordered by: their scores, unless the popularity dial is turned.
 * @param variety v, above 0, up to 1.
 */
export function diversify(hits: Hits, worth: Float64Array, factors: FactorRows, variety: number): Hits {
  const count = Math.min(VARIETY_POOL, hits.rows.length);
  if (count < 2) return hits;
  const relevance = relevanceOf(worth.subarray(0, count));
  const directions = directionsOf(hits.rows.subarray(0, count), factors);
  const { rank } = factors;

  const order: number[] = [];
  const chosen = new Uint8Array(count);
  const left = new Float64Array(count).fill(1); // d²
  const cholesky = new Float64Array(count * count); // row i: item i's part along each item chosen, in their order
  while (order.length < count) {
    let next = -1;
    let best = -Infinity;
    for (let i = 0; i < count; i++) {
      if (chosen[i]) continue;
      const gain = (1 - variety) * relevance[i]! + variety * WORTH * ln(left[i]!);
      if (gain > best) [next, best] = [i, gain];
    }
    const step = order.push(next) - 1;
    chosen[next] = 1;
    const length = Math.sqrt(left[next]!);
    for (let i = 0; i < count; i++) {
      if (chosen[i]) continue;
      let common = 0;
      for (let d = 0; d < rank; d++) common += directions[next * rank + d]! * directions[i * rank + d]!;
      common *= 1 - OWN;
      for (let s = 0; s < step; s++) common -= cholesky[next * count + s]! * cholesky[i * count + s]!;
      const along = common / length;
      cholesky[i * count + step] = along;
      left[i] = Math.max(OWN, left[i]! - along * along); // below OWN only by rounding
    }
  }
  const [rows, scores] = [hits.rows.slice(), hits.scores.slice()];
  order.forEach((from, place) => {
    rows[place] = hits.rows[from]!;
    scores[place] = hits.scores[from]!;
  });
  return { rows, scores };
}

/** 1 for the best, 0 for the last, in proportion between; all 0 where all are alike. */
function relevanceOf(worth: Float64Array): Float64Array {
  const last = worth[worth.length - 1]!;
  const range = worth[0]! - last;
  return worth.map((value) => (range > 0 ? (value - last) / range : 0));
}

/** The rows' factors at length 1, one after the other; zeros where an item has none. */
function directionsOf(rows: Uint32Array, factors: FactorRows): Float64Array {
  const { rank } = factors;
  const directions = new Float64Array(rows.length * rank);
  rows.forEach((row, i) => {
    const own = directions.subarray(i * rank, (i + 1) * rank);
    decodeRow(factors, row, own);
    let square = 0;
    for (const value of own) square += value * value;
    const length = Math.sqrt(square) || 1;
    for (let d = 0; d < rank; d++) own[d]! /= length;
  });
  return directions;
}
