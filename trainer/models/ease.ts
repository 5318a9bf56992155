import { prepare, type Training } from '../factorize.ts';
import { Crew } from '../linalg/crew.ts';
import { gram } from '../linalg/gram.ts';
import { invertSpd } from '../linalg/invertSpd.ts';
import { InputError } from '../inputError.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { rowsWithin } from '../residual.ts';

/** EASE (Steck 2019): every item's score is a regression on all others, B_ij = −P_ij / P_jj with P = (XᵀX + λ)⁻¹. */
export interface Ease {
  readonly training: Training;
  readonly lambda: number;
  /** Σ_i w_i · B_ij for each row j; what it says of the rated rows themselves is meaningless. */
  score(ratings: readonly { readonly row: number; readonly weight: number }[]): Float64Array;
}

/** WebAssembly has 4 GB, and the ratings need room as well. */
const MOST_ITEMS = rowsWithin(3.5e9);

/**
 * One model for each λ, one after the other: each is gone when the next is there. Takes 4 bytes an entry of P, items².
 * @throws {InputError} where the items are more than WebAssembly's memory holds.
 */
export async function* trainEase(ratings: Ratings, lambdas: readonly number[]): AsyncGenerator<Ease> {
  const training = prepare(ratings);
  const items = training.itemOfRow.length;
  if (items > MOST_ITEMS) {
    throw new InputError(`EASE is a number for every pair of items: ${items.toLocaleString('en')} items take ${((4 * items ** 2) / 1e9).toFixed(1)} GB, and WebAssembly holds ${MOST_ITEMS.toLocaleString('en')} items. Measure it on fewer: --k-core 20 keeps what has 20 ratings and more.`);
  }
  for (const lambda of lambdas) {
    yield await Crew.with({}, async (crew) => {
      const matrix = await gram(crew, training.weights);
      const { n, stride, data } = matrix;
      for (let i = 0; i < n; i++) data[i * (stride + 1)]! += lambda;
      await invertSpd(crew, matrix);
      return {
        training,
        lambda,
        score(rated) {
          const scores = new Float64Array(n);
          for (const { row, weight } of rated) for (let j = 0, at = row * stride; j < n; j++, at++) scores[j]! += weight * data[at]!;
          for (let j = 0; j < n; j++) scores[j]! /= -data[j * (stride + 1)]!;
          return scores;
        },
      };
    });
  }
}
