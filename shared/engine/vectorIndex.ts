import type { FactorRows } from '../artifact/factorTable.ts';
import type { RowSet } from './rowSet.ts';

/** The most results that one search returns. */
export const MAX_K = 1000;

/** What a search found: best first, ties by lower row. Both arrays have the same length, at most k. */
export interface Hits {
  readonly rows: Uint32Array;
  /** Inner products of the query and the decoded rows, and what bonus they have. */
  readonly scores: Float64Array;
}

/**
 * Rows with the largest inner product.
 *
 * The score of a row is defined to the last bit (scoring.ts), so every implementation returns
 * the same rows in the same order: `tests/contracts/vectorIndex.ts` holds them to it.
 */
export interface VectorIndex {
  readonly rows: number;
  readonly rank: number;
  /** Which implementation answers, for people: "WebAssembly SIMD", "plain JavaScript". */
  readonly engine: string;

  /**
   * @param query length `rank`, all finite.
   * @param k 1 to MAX_K; fewer come back where fewer rows are left.
   * @param excluded rows not to return; its `rows` equals the index's.
   * @param bonus added to the scores of the first rows, as many as it is long, last of all; all finite. An index whose
   *   type cannot (Faiss) refuses one.
   * @throws {FrameRateError} `BAD_QUERY` when one of these is off.
   */
  search(query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): Hits;
}

/** An index that finds the very best, over factors that it keeps. */
export interface ExactSearch extends VectorIndex {
  /** What it keeps: all of the table that it was opened over, which its caller may let go of. */
  readonly factors: FactorRows;
}
