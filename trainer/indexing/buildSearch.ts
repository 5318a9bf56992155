import type { FactorTable } from '../../shared/artifact/factorTable.ts';
import type { FaissSection } from '../../shared/artifact/searchSection.ts';
import type { Faiss } from '../../shared/engine/faiss/faissIndex.ts';
import { FaissSearch, tune } from '../../shared/engine/faiss/faissSearch.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';

/** An index of Faiss's over the rows of a model, ready to be searched, measured and published. */
export interface BuiltSearch {
  /** With the notation that Faiss gives back: "HNSW32,Flat" for "HNSW32". */
  readonly section: FaissSection;
  readonly search: FaissSearch;
  /** The `search` file. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** Lets go of Faiss's memory. */
  close(): void;
}

/** What the codes of a model stand for, rows × rank: what an index is trained on, so that it stores what will be scored. */
export function decodeRows(factors: FactorTable): Float32Array {
  const { rows, rank } = factors;
  const matrix = new Float32Array(rows * rank);
  const row = new Float64Array(rank);
  for (let i = 0; i < rows; i++) {
    decodeRow(factors, i, row);
    matrix.set(row, i * rank);
  }
  return matrix;
}

/**
 * @param matrix as decodeRows makes it.
 * @throws {FrameRateError} `BAD_QUERY` where Faiss makes no such index, or not of so few rows; `OUT_OF_MEMORY`.
 */
export async function buildSearch(faiss: Faiss, factors: FactorTable, matrix: Float32Array, wanted: FaissSection): Promise<BuiltSearch> {
  const index = await faiss.build(wanted.factory, matrix, factors.rows, factors.rank);
  const section = { ...wanted, factory: index.description };
  tune(index, section);
  return { section, search: new FaissSearch(factors, index, section.kFactor, null), file: index.write(), close: () => index.close() };
}
