import type { FactorRows } from '../artifact/factorTable.ts';
import type { RidgeTable } from '../artifact/foldInFile.ts';
import type { IalsParameters } from '../artifact/manifest.ts';
import { exp, ln } from './elementary.ts';
import type { Rule, WeightedRow } from './foldIn.ts';
import { decodeRow } from './scoring.ts';

/**
 * A person as iALS has them (Rendle et al. 2021, "Revisiting the Performance of iALS on Item Recommendation
 * Benchmarks"): the ridge regression of what they rated on the items' factors, these staying as they are,
 *
 *     u = A⁻¹ Σ w_i F_i     A = α0 Σ_all F_j F_jᵀ + Σ w_i F_i F_iᵀ + λ (Σ w_i + α0 · items)^ν
 *
 * For a fixed set of rated items A is fixed, so the score of item j is linear in what they say: rating i has the part
 * w_i F_iᵀ A⁻¹ F_j, and these add up to it. Switching a rating off solves anew.
 *
 * @returns nothing where the equations have no solution.
 */
export function ridgeRule(factors: FactorRows, { gram }: RidgeTable, { unobservedWeight, regularization, frequencyExponent }: IalsParameters): Rule | false {
  const { rank, rows } = factors;
  const decoded = new Float64Array(rank);

  /** A, factorised, where it is positive definite. */
  function systemOf(ratings: readonly WeightedRow[]): Float64Array | false {
    const system = Float64Array.from(gram);
    let known = unobservedWeight * rows;
    for (const { row, weight } of ratings) {
      known += weight;
      decodeRow(factors, row, decoded);
      for (let i = 0, at = 0; i < rank; i++) {
        const scaled = weight * decoded[i]!;
        for (let j = 0; j <= i; j++) system[at++]! += scaled * decoded[j]!;
      }
    }
    // Engines differ in the last bits of a power.
    const ridge = regularization * (frequencyExponent === 1 ? known : exp(frequencyExponent * ln(known)));
    for (let i = 0, at = 0; i < rank; at += ++i + 1) system[at]! += ridge;
    return factorise(system, rank) && system;
  }

  // Whatever is rated only adds to it.
  if (rows > 0 && !systemOf([])) return false;
  return {
    scaleOf: () => 1,
    priorWeight: 0,
    turn(ratings) {
      const system = ratings.length > 0 && systemOf(ratings);
      return (vector) => system && solve(system, vector);
    },
  };
}

/**
 * The Cholesky factor of a matrix, in its place: the lower triangle row by row.
 * @returns whether the matrix is positive definite; where it is not, no number is left at the end.
 */
function factorise(a: Float64Array, n: number): boolean {
  for (let i = 0, row = 0; i < n; row += ++i) {
    for (let j = 0, other = 0; j <= i; other += ++j) {
      let sum = a[row + j]!;
      for (let d = 0; d < j; d++) sum -= a[row + d]! * a[other + d]!;
      a[row + j] = j < i ? sum / a[other + j]! : Math.sqrt(sum);
    }
  }
  return a.at(-1)! > 0;
}

/** A⁻¹ x in the place of x. @param a factorised. */
function solve(a: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = 0, row = 0; i < n; row += ++i) {
    for (let j = 0; j < i; j++) x[i]! -= a[row + j]! * x[j]!;
    x[i]! /= a[row + i]!;
  }
  for (let i = n - 1, row = a.length - n; i >= 0; row -= i--) {
    x[i]! /= a[row + i]!;
    for (let j = 0; j < i; j++) x[j]! -= a[row + j]! * x[i]!;
  }
}
