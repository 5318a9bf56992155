import { Matrix } from 'ml-matrix';
import type { Crew } from '../../../trainer/linalg/crew.ts';
import { newSymmetric, type Symmetric } from '../../../trainer/linalg/symmetric.ts';
import { Random } from '../../../trainer/random.ts';
import type { Csr } from '../../../trainer/ratings/sparse.ts';

export function sparse(dense: readonly (readonly number[])[]): Csr {
  const offsets = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of dense) {
    row.forEach((value, column) => {
      if (value === 0) return;
      indices.push(column);
      values.push(value);
    });
    offsets.push(indices.length);
  }
  return { rows: dense.length, cols: dense[0]?.length ?? 0, offsets: Uint32Array.from(offsets), indices: Uint32Array.from(indices), values: Float64Array.from(values) };
}

/** Sparse, positive, with popular and rare columns, as ratings are. */
export function ratingsLike(rows: number, columns: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, (_, c) => (random.uniform() < 3 / (3 + c) ? 1 + random.integer(8) / 2 : 0)));
}

/** Fills the lower triangle alone, and the rest with what nobody may read. */
export function symmetric(crew: Crew, n: number, entry: (i: number, j: number) => number): Symmetric {
  const matrix = newSymmetric(crew, n);
  matrix.data.fill(NaN);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix.data[i * matrix.stride + j] = entry(i, j);
  return matrix;
}

export function toMatrix({ n, stride, data }: Symmetric): Matrix {
  return new Matrix(Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * stride, i * stride + n))));
}
