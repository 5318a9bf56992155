import { quantizeMeans, type StarsTable } from '../shared/artifact/starsFile.ts';
import type { Ratings } from './ratings/ratings.ts';

export type Ridges = Pick<StarsTable, 'offsetRidge' | 'tasteRidge'>;

/** Best for validation people of MovieLens and of goodbooks alike, from a handful of ratings to all of theirs. */
export const RIDGES: Ridges = { offsetRidge: 3, tasteRidge: 4 };

/** Ratings that count for the whole's mean beside an item's own, and beside a person's. */
const ITEM_SHRINKAGE = 5;
const USER_SHRINKAGE = 10;
const ROUNDS = 10;

/** What expected ratings need of the training set, by row. */
export function trainStars(ratings: Ratings, itemOfRow: Uint32Array, ridges: Ridges = RIDGES): StarsTable {
  const { item, mean } = biases(ratings);
  return { rows: itemOfRow.length, ...ridges, ...quantizeMeans(Array.from(itemOfRow, (original) => mean + item[original]!)) };
}

/**
 * r(u, i) ≈ mean + user_u + item_i, both shrunk, by turns (Koren 2010, "Factor in the neighbors", 2.1): so an item
 * that only generous people rate is not mistaken for a better one.
 */
export function biases({ user, item, rating, userIds, items }: Ratings): { mean: number; user: Float64Array; item: Float64Array } {
  let mean = 0;
  for (const value of rating) mean += value / rating.length;
  const byUser = new Float64Array(userIds.length);
  const byItem = new Float64Array(items.length);
  for (let round = 0; round < ROUNDS; round++) {
    settle(byItem, item, ITEM_SHRINKAGE, (i) => rating[i]! - mean - byUser[user[i]!]!);
    settle(byUser, user, USER_SHRINKAGE, (i) => rating[i]! - mean - byItem[item[i]!]!);
  }
  return { mean, user: byUser, item: byItem };
}

/** Sets each key's bias to the shrunk mean of what is left of its ratings. */
function settle(bias: Float64Array, keys: Uint32Array, shrinkage: number, rest: (entry: number) => number): void {
  const counts = new Float64Array(bias.length).fill(shrinkage);
  bias.fill(0);
  const sums = new Float64Array(bias.length);
  for (let i = 0; i < keys.length; i++) {
    sums[keys[i]!]! += rest(i);
    counts[keys[i]!]!++;
  }
  for (let key = 0; key < bias.length; key++) bias[key] = sums[key]! / counts[key]!;
}
