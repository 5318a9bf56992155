import type { SumTable } from '../artifact/foldInFile.ts';
import type { SvdParameters } from '../artifact/manifest.ts';
import type { Rule } from './foldIn.ts';

/** λ(n): how much more the weak dimensions are damped for somebody with n ratings. 0 from `shrinkageEnd` on. */
const damping = ({ shrinkage, shrinkageEnd }: SvdParameters, n: number): number =>
  shrinkage * Math.max(0, 1 / n - 1 / shrinkageEnd);

/**
 * Length `rank`: what each dimension of a person's vector is multiplied with. With few ratings only the strong
 * dimensions are believed: 1 / (1 + λ(n) · s_k² / s_d²). With none it is the limit of that, scaled to start at 1.
 */
export function dampingFactors(table: SumTable, parameters: SvdParameters, n: number): Float64Array {
  const noise = Float64Array.from(table.noise);
  if (n === 0) return noise.map((value) => noise[0]! / value);
  const lambda = damping(parameters, n);
  return noise.map((value) => 1 / (1 + lambda * value));
}

/** A person is a weighted sum, damped: s_i · F_i is E_i, and T is diagonal. */
export const sumRule = (table: SumTable, parameters: SvdParameters): Rule => ({
  scaleOf: (row) => table.encoderScale[row]!,
  priorWeight: parameters.priorWeight,
  turn(ratings) {
    const damped = dampingFactors(table, parameters, ratings.length);
    return (vector) => damped.forEach((factor, d) => (vector[d]! *= factor));
  },
});
