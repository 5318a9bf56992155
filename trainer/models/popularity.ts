import { storeFactors } from '../../shared/artifact/factorTable.ts';
import type { SvdParameters } from '../../shared/artifact/manifest.ts';
import { orderByPopularity, weigh, type Trained } from '../factorize.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { PURE_SVD } from './pureSvd.ts';

/** What everybody gets alike: a model of one dimension, in which a person is 1, and an item its popularity beside the most popular one's. */
export const POPULARITY: Omit<SvdParameters, 'seed'> = { ...PURE_SVD, kind: 'popularity', rank: 1, priorWeight: 1 };

export function trainPopularity(ratings: Ratings, parameters: SvdParameters): Trained {
  const { itemOfRow, popularity } = orderByPopularity(ratings, weigh(ratings));
  const rows = itemOfRow.length;
  const index = storeFactors(parameters.store ?? 'SQ8', popularity.map((p) => p / popularity[0]!), rows, 1);
  // An encoder scale of 0: no rating counts.
  const foldIn = { rows, rank: 1, noise: Float32Array.of(1), prior: Float32Array.of(1), popularity: Float32Array.from(popularity), encoderScale: new Float32Array(rows) };
  return { parameters, itemOfRow, index, foldIn, residual: null };
}
