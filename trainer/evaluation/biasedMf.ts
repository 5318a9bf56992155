import { Random } from '../random.ts';
import type { Ratings } from '../ratings/ratings.ts';

export interface MfOptions {
  readonly factors: number;
  readonly epochs: number;
  readonly rate: number;
  readonly regularization: number;
  /** Standard deviation of the random start. */
  readonly spread: number;
  readonly seed: number;
}

/** What Surprise's `SVD` takes when it is not told otherwise. */
export const SURPRISE_DEFAULTS: Omit<MfOptions, 'seed'> = { factors: 100, epochs: 20, rate: 0.005, regularization: 0.02, spread: 0.1 };

/** The rating of a dense user index for a dense item index. One that `train` has no rating of stands at the mean. */
export type DensePredictor = (user: number, item: number) => number;

/**
 * Biased matrix factorisation by stochastic gradients (Funk 2006; Koren, Bell & Volinsky 2009):
 * r(u, i) = mean + b_u + b_i + p_u · q_i, the ratings taken in their order, as Surprise does.
 *
 * @param entries of the ratings: those to learn from, ascending.
 */
export function trainBiasedMf({ user, item, rating, userIds, items }: Ratings, entries: Uint32Array, { factors, epochs, rate, regularization, spread, seed }: MfOptions): DensePredictor {
  const random = new Random(seed);
  const start = (rows: number): Float64Array => Float64Array.from({ length: rows * factors }, () => spread * random.normal());
  const p = start(userIds.length);
  const q = start(items.length);
  const userBias = new Float64Array(userIds.length);
  const itemBias = new Float64Array(items.length);
  const trained = { user: new Uint8Array(userIds.length), item: new Uint8Array(items.length) };
  let mean = 0;
  for (const entry of entries) {
    mean += rating[entry]! / entries.length;
    trained.user[user[entry]!] = trained.item[item[entry]!] = 1;
  }
  const product = (u: number, i: number): number => {
    let sum = 0;
    for (let f = 0; f < factors; f++) sum += p[u * factors + f]! * q[i * factors + f]!;
    return sum;
  };
  const keep = 1 - rate * regularization;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const entry of entries) {
      const u = user[entry]!;
      const i = item[entry]!;
      const error = rating[entry]! - (mean + userBias[u]! + itemBias[i]! + product(u, i));
      userBias[u]! += rate * (error - regularization * userBias[u]!);
      itemBias[i]! += rate * (error - regularization * itemBias[i]!);
      for (let f = 0, a = u * factors, b = i * factors; f < factors; f++, a++, b++) {
        const before = p[a]!;
        p[a] = keep * before + rate * error * q[b]!;
        q[b] = keep * q[b]! + rate * error * before;
      }
    }
  }
  return (u, i) => mean + userBias[u]! + itemBias[i]! + (trained.user[u] && trained.item[i] ? product(u, i) : 0);
}
