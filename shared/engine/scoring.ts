import type { FactorRows } from '../artifact/factorTable.ts';
import { HALF_VALUES } from '../artifact/faissFp16.ts';
import { FrameRateError } from '../errors.ts';
import type { RowSet } from './rowSet.ts';
import { MAX_K } from './vectorIndex.ts';

/**
 * A query folded into a table's ranges, so that a row's score needs its codes alone:
 *
 *     score(row) = base + Σ_d weights[d] · codes[row, d] + bonus[row]
 *
 * d = 0 … rank − 1, from left to right, in doubles; the bonus is left out (not 0) for rows that have none. Floats of
 * 16 or 32 bits are codes of themselves: the base is 0 and the weights are the query.
 * This sum, in this order, *is* the score: plain JavaScript and WebAssembly add the same doubles in the
 * same order, so their results are equal bit for bit, on every device.
 */
export interface CodeQuery {
  readonly base: number;
  /** Length `rank`. */
  readonly weights: Float64Array;
}

/** @param query length `rank`. */
export function toCodeQuery(table: FactorRows, query: Float32Array): CodeQuery {
  if (!('range' in table)) return { base: 0, weights: Float64Array.from(query) };
  const weights = new Float64Array(table.rank);
  let base = 0;
  for (let d = 0; d < table.rank; d++) {
    const step = table.range[d]! / 255;
    weights[d] = query[d]! * step;
    base += query[d]! * (table.min[d]! + 0.5 * step);
  }
  return { base, weights };
}

export function scoreRow(table: FactorRows, { base, weights }: CodeQuery, row: number): number {
  const { rank } = table;
  const start = 'startOf' in table ? table.startOf(row) : row * rank;
  let score = base;
  if ('range' in table) {
    const codes = 'codes' in table ? table.codes : table.bytes;
    for (let d = 0; d < rank; d++) score += weights[d]! * codes[start + d]!;
  } else if ('halves' in table) {
    const { halves } = table;
    for (let d = 0; d < rank; d++) score += weights[d]! * HALF_VALUES[halves[start + d]!]!;
  } else {
    const { values } = table;
    for (let d = 0; d < rank; d++) score += weights[d]! * values[start + d]!;
  }
  return score;
}

/** Writes row `row` (decoded, length `rank`) into `out`. */
export function decodeRow(table: FactorRows, row: number, out: Float64Array): void {
  const { rank } = table;
  const start = 'startOf' in table ? table.startOf(row) : row * rank;
  if ('range' in table) {
    const { min, range } = table;
    const codes = 'codes' in table ? table.codes : table.bytes;
    for (let d = 0; d < rank; d++) out[d] = min[d]! + ((codes[start + d]! + 0.5) / 255) * range[d]!;
  } else if ('halves' in table) {
    const { halves } = table;
    for (let d = 0; d < rank; d++) out[d] = HALF_VALUES[halves[start + d]!]!;
  } else {
    const { values } = table;
    for (let d = 0; d < rank; d++) out[d] = values[start + d]!;
  }
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
