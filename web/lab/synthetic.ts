import type { FactorTable } from '../../shared/artifact/factorTable.ts';
import type { Sq8Table } from '../../shared/artifact/faissSq8.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';

/** Whole numbers below 2³², the same ones for the same seed (xorshift32, Marsaglia 2003). */
export function bitsOf(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e37_79b9) | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

/**
 * Item factors as training makes them, but of nobody's films: dimensions fade, the norms of rows follow popularity and the
 * most popular come first. Drawn as codes at once, since a million rows of floats would be a quarter of a gigabyte.
 */
export function makeTable(rows: number, rank: number, seed: number): Sq8Table {
  const bits = bitsOf(seed);
  const codes = new Uint8Array(rows * rank);
  for (let i = 0, row = 0; row < rows; row++) {
    const norm = 0.15 + 0.25 / Math.sqrt(1 + (40 * row) / rows);
    for (let d = 0; d < rank; d++, i++) {
      // The sum of four bytes is near enough to a normal: mean 510, deviation 148.
      const four = bits();
      const sum = (four & 255) + ((four >>> 8) & 255) + ((four >>> 16) & 255) + (four >>> 24);
      codes[i] = Math.min(255, Math.max(0, 127.5 + norm * (sum - 510)));
    }
  }
  const range = Float32Array.from({ length: rank }, (_, d) => 4 / Math.sqrt(1 + d));
  return { rows, rank, min: range.map((value) => -value / 2), range, codes };
}

/** People: weighted sums of 10 to 20 rows, popular ones more often. */
export function makeQueries(table: FactorTable, count: number, seed: number): Float32Array[] {
  const bits = bitsOf(seed);
  const row = new Float64Array(table.rank);
  return Array.from({ length: count }, () => {
    const query = new Float32Array(table.rank);
    const ratings = 10 + (bits() % 11);
    for (let i = 0; i < ratings; i++) {
      decodeRow(table, Math.floor(table.rows * (bits() / 2 ** 32) ** 2), row);
      const weight = (1 + (bits() % 5)) / 4;
      for (let d = 0; d < table.rank; d++) query[d]! += weight * row[d]!;
    }
    return query;
  });
}

/** In single precision: rows × rank, row-major. */
export function decodeTable(table: FactorTable): Float32Array {
  const { rows, rank } = table;
  const matrix = new Float32Array(rows * rank);
  const decoded = new Float64Array(rank);
  for (let row = 0; row < rows; row++) {
    decodeRow(table, row, decoded);
    matrix.set(decoded, row * rank);
  }
  return matrix;
}
