import type { Sq8Table } from '../shared/artifact/faissSq8.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import { itemRow, type ItemRow } from '../shared/ids.ts';
import { addScaled } from './dense.ts';

/** How long a list is: nobody answers more questions before they see their films. */
export const LIST_LENGTH = 100;
/** Rows that may be asked about; what hardly anybody has seen is a question wasted. */
const CANDIDATES = 500;

/** What the list is weighed by; chosen on validation people of films and books (evaluation/onboarding.ts). */
export interface OnboardingOptions {
  /** Power of the part of people who have seen an item: 0 asks for what tells most, large values for what most have seen. */
  readonly seenExponent: number;
  /** How much an answer tells about one direction beside what is believed of everybody. */
  readonly certainty: number;
}

export const ONBOARDING: OnboardingOptions = { seenExponent: 0.25, certainty: 1 };

/**
 * Which items to ask a newcomer about, the most telling first: greedy D-optimal design (Rubens et al. 2011, "Active
 * Learning in Recommender Systems"). An answer about item i tells about its direction x_i; what a newcomer's answers
 * so far are expected to tell is A = I / c + Σ s_j x_j x_jᵀ, with s the part of people who have seen it, and next
 * comes the item with the largest s_i^α · log(1 + x_iᵀ A⁻¹ x_i): what the list has not asked about, and is known.
 *
 * @param seen of each row, the part of people who have rated it: above 0 to 1.
 */
export function askFirst(factors: Sq8Table, seen: ArrayLike<number>, { seenExponent, certainty }: OnboardingOptions = ONBOARDING): ItemRow[] {
  const { rank } = factors;
  const rows = Math.min(factors.rows, CANDIDATES);
  const directions = unitRows(factors, rows);
  const dot = (a: Float64Array, row: number): number => {
    let sum = 0;
    for (let d = 0; d < rank; d++) sum += a[d]! * directions[row * rank + d]!;
    return sum;
  };
  // A⁻¹, and of each row x A⁻¹ x: both kept up to date at each answer (Sherman & Morrison 1950).
  const inverse = new Float64Array(rank * rank);
  for (let d = 0; d < rank; d++) inverse[d * rank + d] = certainty;
  const doubt = new Float64Array(rows).fill(certainty);
  const open = new Set(doubt.keys());
  const asked: ItemRow[] = [];
  const turned = new Float64Array(rank);
  while (asked.length < LIST_LENGTH && open.size > 0) {
    let best = -1;
    let most = -Infinity;
    for (const row of open) {
      const gain = seen[row]! ** seenExponent * Math.log1p(doubt[row]!);
      if (gain > most) [best, most] = [row, gain];
    }
    open.delete(best);
    asked.push(itemRow(best));
    turned.fill(0);
    for (let d = 0; d < rank; d++) addScaled(turned, 0, directions[best * rank + d]!, inverse, d * rank, rank);
    const share = seen[best]! / (1 + seen[best]! * doubt[best]!);
    for (let d = 0; d < rank; d++) addScaled(inverse, d * rank, -share * turned[d]!, turned, 0, rank);
    for (const row of open) doubt[row]! -= share * dot(turned, row) ** 2;
  }
  return asked;
}

function unitRows(factors: Sq8Table, rows: number): Float64Array {
  const { rank } = factors;
  const out = new Float64Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    const one = out.subarray(row * rank, (row + 1) * rank);
    decodeRow(factors, row, one);
    const length = Math.hypot(...one) || 1;
    for (let d = 0; d < rank; d++) one[d]! /= length;
  }
  return out;
}
