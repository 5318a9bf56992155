import type { ModelParameters } from '../artifact/manifest.ts';
import type { ResidualTable } from '../artifact/residualFile.ts';
import type { ItemRow } from '../ids.ts';
import type { WeightedRow } from './foldIn.ts';

/** How far the residual of n ratings is believed. */
export const trust = (fullFrom: number, n: number): number => Math.min(1, n / fullFrom) ** 2;

const believed = ({ residual }: ModelParameters, n: number): number => trust(residual?.fullFrom ?? 1, n);

/**
 * What the residual adds to the score of each row that it covers, Σ_i w_i · entry(i, j), for VectorIndex.search.
 * The same ratings in any order give the same bits.
 *
 * @param ratings each row at most once.
 */
export function residualBonus(table: ResidualTable, parameters: ModelParameters, ratings: readonly WeightedRow[]): Float64Array {
  return residualSums(table, ratings, believed(parameters, ratings.length));
}

/** The same, where it is known how far it is believed. */
export function residualSums({ rows, offsets, targets, values, scale }: ResidualTable, ratings: readonly WeightedRow[], factor = 1): Float64Array {
  const bonus = new Float64Array(rows);
  // Sums of doubles depend on their order, so it is fixed.
  for (const { row, weight } of ratings.toSorted((a, b) => a.row - b.row)) {
    if (row >= rows) break;
    for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) bonus[targets[e]!]! += weight * values[e]!;
  }
  for (let row = 0; row < rows; row++) bonus[row]! *= factor * scale[row]!;
  return bonus;
}

/** The part of each rating in one row's bonus: one number a rating, in the order given. */
export function residualContributions(table: ResidualTable, parameters: ModelParameters, ratings: readonly WeightedRow[], item: ItemRow): Float64Array {
  const factor = believed(parameters, ratings.length);
  return Float64Array.from(ratings, ({ row, weight }) => (item < table.rows ? weight * valueAt(table, row, item) * (factor * table.scale[item]!) : 0));
}

/** The value of entry (row, target), 0 where there is none. */
function valueAt({ rows, offsets, targets, values }: ResidualTable, row: number, target: number): number {
  if (row >= rows) return 0;
  let low = offsets[row]!;
  let high = offsets[row + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (targets[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low < offsets[row + 1]! && targets[low] === target ? values[low]! : 0;
}
