import type { WideTable } from '../artifact/factorTable.ts';
import { decodeRow } from './scoring.ts';

/**
 * 8-bit codes near the entries of a wider table, so that the kernel scans a byte an entry of it, too. What is near
 * only finds candidates: `blur` says how far from its score a row can seem, and the kernel counts that in.
 *
 * Entry (row, d) is start[d] + (code + ½) · step[d] + e, with |e| ≤ error[d] whatever the row: measured, not estimated.
 */
export class NearCodes {
  readonly #rank: number;
  /** Length `rank`, both. */
  readonly start: Float64Array;
  readonly step: Float64Array;
  /** Length `rank`: the largest |e|, and the size of the largest entry, which roundings are relative to. */
  readonly #error: Float64Array;
  readonly #size: Float64Array;

  /**
   * Writes the codes of all rows.
   * @param target row after row, each at a multiple of `stride`.
   */
  constructor(table: WideTable, target: Uint8Array, stride: number) {
    const { rows, rank } = table;
    this.#rank = rank;
    this.#error = new Float64Array(rank);
    const start = new Float64Array(rank).fill(rows === 0 ? 0 : Infinity);
    const end = new Float64Array(rank).fill(rows === 0 ? 0 : -Infinity);
    const entries = new Float64Array(rank);
    for (let row = 0; row < rows; row++) {
      decodeRow(table, row, entries);
      for (let d = 0; d < rank; d++) {
        const entry = entries[d]!;
        if (entry < start[d]!) start[d] = entry;
        if (entry > end[d]!) end[d] = entry;
      }
    }
    const step = Float64Array.from(end, (last, d) => (last - start[d]!) / 256);
    this.start = start;
    this.step = step;
    this.#size = Float64Array.from(end, (last, d) => Math.max(Math.abs(last), Math.abs(start[d]!)));
    for (let row = 0; row < rows; row++) {
      decodeRow(table, row, entries);
      for (let d = 0; d < rank; d++) {
        const above = entries[d]! - start[d]!;
        const code = step[d]! === 0 ? 0 : Math.min(255, Math.floor(above / step[d]!));
        target[row * stride + d] = code;
        const error = Math.abs(above - (code + 0.5) * step[d]!);
        if (error > this.#error[d]!) this.#error[d] = error;
      }
    }
  }

  /**
   * A query for the codes: Σ_d weights[d] · code[row, d] is, but for what all rows have in common, within `blur` of
   * the row's score. That holds with the roundings of the score (rank + 1) and of the errors above.
   */
  fold(query: Float32Array): { weights: Float64Array; blur: number } {
    const weights = this.step.map((step, d) => query[d]! * step);
    let blur = 0;
    for (let d = 0; d < this.#rank; d++) {
      blur += Math.abs(query[d]!) * (this.#error[d]! + (this.#rank + 9) * 2 ** -53 * this.#size[d]!);
    }
    return { weights, blur: 1.01 * blur };
  }
}
