import { quantizeSq8, type Sq8Table } from '../../shared/artifact/faissSq8.ts';
import { Random } from '../../trainer/random.ts';

/** What a search is measured on. */
export interface SearchSet {
  readonly rows: number;
  readonly rank: number;
  /** Single precision, rows × rank. */
  readonly matrix: Float32Array;
  /** The same at 8 bits. */
  readonly table: Sq8Table;
  readonly queries: readonly Float32Array[];
  /** The ten best rows of each query, by the matrix. */
  readonly truth: readonly Uint32Array[];
}

export const K = 10;

/** Item vectors as training makes them: fading dimensions, norms that follow popularity, most popular first. */
export function makeSet(rows: number, rank: number, queryCount: number): SearchSet {
  const random = new Random(rows + rank);
  const norms = Float64Array.from({ length: rows }, () => Math.exp(0.8 * random.normal())).sort().reverse();
  const matrix = new Float32Array(rows * rank);
  for (let i = 0, row = 0; row < rows; row++) {
    for (let d = 0; d < rank; d++, i++) matrix[i] = (norms[row]! * random.normal()) / Math.sqrt(1 + d);
  }
  const queries = Array.from({ length: queryCount }, () => makeQuery(matrix, rows, rank, random));
  return { rows, rank, matrix, table: quantizeSq8(matrix, rows, rank), queries, truth: queries.map((query) => bestRows(matrix, rows, rank, query)) };
}

/** A person: the weighted sum of 10 to 20 rows, popular ones more often. */
function makeQuery(matrix: Float32Array, rows: number, rank: number, random: Random): Float32Array {
  const query = new Float32Array(rank);
  const ratings = 10 + random.integer(11);
  for (let i = 0; i < ratings; i++) {
    const row = Math.floor(rows * random.uniform() ** 2);
    const weight = (1 + random.integer(5)) / 4;
    for (let d = 0; d < rank; d++) query[d]! += weight * matrix[row * rank + d]!;
  }
  return query;
}

/** Rows of the K largest inner products among those that are not left out, best first. */
export function bestRows(matrix: Float32Array, rows: number, rank: number, query: Float32Array, isOut: (row: number) => boolean = () => false): Uint32Array {
  const best: { row: number; score: number }[] = [];
  for (let row = 0, i = 0; row < rows; row++) {
    let score = 0;
    for (let d = 0; d < rank; d++, i++) score += query[d]! * matrix[i]!;
    if ((best.length === K && score <= best[K - 1]!.score) || isOut(row)) continue;
    const at = best.findIndex((other) => other.score < score);
    best.splice(at < 0 ? best.length : at, 0, { row, score });
    best.length = Math.min(best.length, K);
  }
  return Uint32Array.from(best, ({ row }) => row);
}
