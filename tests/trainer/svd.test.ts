import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { newBlock, orthonormalize, symmetricProduct } from '../../trainer/dense.ts';
import { Random } from '../../trainer/random.ts';
import type { Csr } from '../../trainer/ratings/sparse.ts';
import { truncatedSvd } from '../../trainer/svd.ts';

function sparse(dense: number[][]): Csr {
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
  return { rows: dense.length, cols: dense[0]!.length, offsets: Uint32Array.from(offsets), indices: Uint32Array.from(indices), values: Float64Array.from(values) };
}

/** Sparse, positive, with popular and rare columns, as ratings are. */
function ratingsLike(rows: number, columns: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, (_, c) => (random.uniform() < 3 / (3 + c) ? 1 + random.integer(8) / 2 : 0)));
}

describe('truncatedSvd', () => {
  test.each([
    [60, 40, 10],
    [40, 60, 10],
    [200, 150, 32],
    [30, 30, 30],
    [5, 80, 12],
  ])('of a %i × %i matrix finds the %i leading triples of a dense SVD', (rows, columns, rank) => {
    const dense = ratingsLike(rows, columns, rows);
    const truth = new SingularValueDecomposition(new Matrix(dense), { autoTranspose: true });
    const { singularValues, right } = truncatedSvd(sparse(dense), { rank, seed: 1, tolerance: 1e-9 });
    const k = singularValues.length;
    expect(k).toBe(Math.min(rank, rows, columns));
    for (let d = 0; d < k; d++) {
      expect(singularValues[d]!).toBeCloseTo(truth.diagonal[d]!, 6);
      // A singular vector's sign is free.
      let cosine = 0;
      for (let c = 0; c < columns; c++) cosine += right[c * k + d]! * truth.rightSingularVectors.get(c, d);
      expect(Math.abs(cosine)).toBeCloseTo(1, 5);
    }
  });

  test('the same seed gives the same bytes', () => {
    const matrix = sparse(ratingsLike(80, 60, 3));
    expect(truncatedSvd(matrix, { rank: 8, seed: 5 })).toEqual(truncatedSvd(matrix, { rank: 8, seed: 5 }));
  });

  test('directions without any weight are left out', () => {
    // Every row is a multiple of one of two rows.
    for (const [rows, columns] of [[30, 20], [20, 30], [300, 200]] as const) {
      const dense = Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => (r % 2 === c % 2 ? r + 1 : 0)));
      expect(truncatedSvd(sparse(dense), { rank: 10, seed: 1 }).singularValues).toHaveLength(2);
    }
  });

  test('says how well it converged', () => {
    const matrix = sparse(ratingsLike(200, 150, 9));
    const seen: number[] = [];
    const { residual, passes } = truncatedSvd(matrix, { rank: 16, seed: 1, onProgress: (_, now) => seen.push(now) });
    expect(residual).toBeLessThanOrEqual(1e-3);
    expect(seen.at(-1)).toBe(residual);
    expect(passes).toBeGreaterThanOrEqual(seen.length);
  });
});

test.each([1, 1e-5, 1e-9, 1e-13])('orthonormalize makes columns orthonormal that differ by %d', (difference) => {
  const block = newBlock(300, 12);
  new Random(2).fillNormal(block.data);
  for (let row = 0; row < 300; row++) for (let c = 1; c < 12; c++) block.data[row * 12 + c] = block.data[row * 12]! + difference * block.data[row * 12 + c]!;
  orthonormalize(block);
  const gram = symmetricProduct(block, block);
  expect(Matrix.sub(gram, Matrix.eye(12)).norm('frobenius')).toBeLessThan(1e-9);
});
