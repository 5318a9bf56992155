import type { Sq8Table } from '../artifact/faissSq8.ts';
import { FrameRateError } from '../errors.ts';
import type { RowSet } from './rowSet.ts';
import { MAX_K } from './vectorIndex.ts';

/**
 * A query folded into the ranges of the 8-bit codes, so that a row's score needs its codes alone:
 *
 *     score(row) = base + Σ_d weights[d] · codes[row, d] + bonus[row]
 *
 * d = 0 … rank − 1, from left to right, in doubles; the bonus is left out (not 0) for rows that have none.
 * This sum, in this order, *is* the score: plain JavaScript and WebAssembly add the same doubles in the
 * same order, so their results are equal bit for bit, on every device.
 */
export interface CodeQuery {
  readonly base: number;
  /** Length `rank`. */
  readonly weights: Float64Array;
}

/** @param query length `rank`. */
export function toCodeQuery(table: Sq8Table, query: Float32Array): CodeQuery {
  const weights = new Float64Array(table.rank);
  let base = 0;
  for (let d = 0; d < table.rank; d++) {
    const step = table.range[d]! / 255;
    weights[d] = query[d]! * step;
    base += query[d]! * (table.min[d]! + 0.5 * step);
  }
  return { base, weights };
}

export function scoreRow(table: Sq8Table, { base, weights }: CodeQuery, row: number): number {
  const { codes, rank } = table;
  const start = row * rank;
  let score = base;
  for (let d = 0; d < rank; d++) score += weights[d]! * codes[start + d]!;
  return score;
}

/** Writes row `row` (decoded, length `rank`) into `out`. */
export function decodeRow(table: Sq8Table, row: number, out: Float64Array): void {
  const { codes, rank, min, range } = table;
  const start = row * rank;
  for (let d = 0; d < rank; d++) out[d] = min[d]! + ((codes[start + d]! + 0.5) / 255) * range[d]!;
}

/** What every implementation of VectorIndex asks of its caller. */
export function checkSearch(index: { rows: number; rank: number }, query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): void {
  if (query.length !== index.rank) throw new FrameRateError('BAD_QUERY', `The query has ${query.length} dimensions, the index ${index.rank}.`);
  if (!query.every(Number.isFinite)) throw new FrameRateError('BAD_QUERY', 'The query holds a value that is no number.');
  if (!Number.isInteger(k) || k < 1 || k > MAX_K) throw new FrameRateError('BAD_QUERY', `k is ${k}; it goes from 1 to ${MAX_K}.`, '/k');
  if (excluded && excluded.rows !== index.rows) throw new FrameRateError('BAD_QUERY', `The excluded rows are of ${excluded.rows}, the index has ${index.rows}.`);
  if (!bonus) return;
  if (bonus.length > index.rows) throw new FrameRateError('BAD_QUERY', `There is a bonus for ${bonus.length} rows, the index has ${index.rows}.`);
  for (let row = 0; row < bonus.length; row++) {
    if (!Number.isFinite(bonus[row])) throw new FrameRateError('BAD_QUERY', `The bonus of row ${row} is ${bonus[row]}.`);
  }
}
