import type { FoldInTable } from '../artifact/foldInFile.ts';
import type { FactorTable } from '../artifact/factorTable.ts';
import type { ModelParameters } from '../artifact/manifest.ts';
import type { ItemRow } from '../ids.ts';
import { decodeRow } from './scoring.ts';

/** One rating of a person, ready for the algebra. */
export interface WeightedRow {
  readonly row: ItemRow;
  /** w(rating), see ratingWeight.ts. */
  readonly weight: number;
}

/** λ(n): how much more the weak dimensions are damped for somebody with n ratings. 0 from `shrinkageEnd` on. */
const damping = ({ shrinkage, shrinkageEnd }: ModelParameters, n: number): number =>
  shrinkage * Math.max(0, 1 / n - 1 / shrinkageEnd);

/**
 * Length `rank`: what each dimension of a person's vector is multiplied with. With few ratings only the strong
 * dimensions are believed: 1 / (1 + λ(n) · s_k² / s_d²). With none it is the limit of that, scaled to start at 1.
 */
export function dampingFactors(table: FoldInTable, parameters: ModelParameters, n: number): Float64Array {
  const noise = Float64Array.from(table.noise);
  if (n === 0) return noise.map((value) => noise[0]! / value);
  const lambda = damping(parameters, n);
  return noise.map((value) => 1 / (1 + lambda * value));
}

/**
 * A person's query: u = g(n) ⊙ (Σ w_i · E_i + c · ū), to be multiplied with every item's F.
 * Needs no training: any ratings, at once, and the same ratings in any order give the same bits.
 *
 * @param ratings each row at most once.
 * @returns length `rank`.
 */
export function foldIn(factors: FactorTable, table: FoldInTable, parameters: ModelParameters, ratings: readonly WeightedRow[]): Float32Array {
  const { rank } = factors;
  const sum = new Float64Array(rank);
  const decoded = new Float64Array(rank);
  // Sums of doubles depend on their order, so it is fixed.
  for (const { row, weight } of ratings.toSorted((a, b) => a.row - b.row)) {
    decodeRow(factors, row, decoded);
    const scale = weight * table.encoderScale[row]!;
    for (let d = 0; d < rank; d++) sum[d]! += scale * decoded[d]!;
  }
  const damped = dampingFactors(table, parameters, ratings.length);
  return Float32Array.from(sum, (value, d) => damped[d]! * (value + parameters.priorWeight * table.prior[d]!));
}

/**
 * The part of each rating in the score of one item: w_i · Σ_d g_d · E_i[d] · F_item[d]. The score is linear in the
 * ratings, so these and the prior's part add up to it.
 * @returns one number a rating, in the order given.
 */
export function contributions(factors: FactorTable, table: FoldInTable, parameters: ModelParameters, ratings: readonly WeightedRow[], item: ItemRow): Float64Array {
  const { rank } = factors;
  const target = new Float64Array(rank);
  decodeRow(factors, item, target);
  const damped = dampingFactors(table, parameters, ratings.length);
  for (let d = 0; d < rank; d++) target[d]! *= damped[d]!;
  const decoded = new Float64Array(rank);
  return Float64Array.from(ratings, ({ row, weight }) => {
    decodeRow(factors, row, decoded);
    let dot = 0;
    for (let d = 0; d < rank; d++) dot += decoded[d]! * target[d]!;
    return weight * table.encoderScale[row]! * dot;
  });
}
