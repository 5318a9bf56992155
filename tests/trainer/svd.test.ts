import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { truncatedSvd, type SvdState } from '../../trainer/svd.ts';
import { ratingsLike, sparse } from './linalg/matrices.ts';

describe('truncatedSvd', () => {
  test.each([
    [60, 40, 10],
    [40, 60, 10],
    [200, 150, 32],
    [30, 30, 30],
    [5, 80, 12],
  ])('of a %i × %i matrix finds the %i leading triples of a dense SVD', async (rows, columns, rank) => {
    const dense = ratingsLike(rows, columns, rows);
    const truth = new SingularValueDecomposition(new Matrix(dense), { autoTranspose: true });
    const { singularValues, right } = await truncatedSvd(sparse(dense), { rank, seed: 1, tolerance: 1e-9 });
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

  test('the same seed gives the same bits, whatever the number of threads', async () => {
    const matrix = sparse(ratingsLike(3000, 700, 3));
    const options = { rank: 40, seed: 5 };
    const one = await truncatedSvd(matrix, { ...options, threads: 1 });
    for (const threads of [1, 2, 3]) expect(await truncatedSvd(matrix, { ...options, threads })).toEqual(one);
    expect((await truncatedSvd(matrix, { ...options, seed: 6 })).right).not.toEqual(one.right);
  });

  test('goes on from a checkpoint, to the same bits', async () => {
    const matrix = sparse(ratingsLike(400, 300, 4));
    const states: SvdState[] = [];
    const options = { rank: 16, seed: 1, tolerance: 1e-6 };
    const whole = await truncatedSvd(matrix, {
      ...options,
      checkpoint: { load: async () => null, save: async ({ space, ...state }) => void states.push({ ...state, space: space.slice() }) },
    });
    expect(states.length).toBeGreaterThan(2);
    for (const state of states) {
      let seen = 0;
      const resumed = await truncatedSvd(matrix, { ...options, onProgress: () => seen++, checkpoint: { load: async () => state, save: async () => undefined } });
      expect(resumed).toEqual(whole);
      expect(seen).toBe(whole.passes - state.passes);
    }
  });

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    const stopped = truncatedSvd(sparse(ratingsLike(200, 150, 9)), { rank: 16, seed: 1, tolerance: 1e-12, signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });

  test('directions without any weight are left out', async () => {
    // Every row is a multiple of one of two rows.
    for (const [rows, columns] of [[30, 20], [20, 30], [300, 200]] as const) {
      const dense = Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => (r % 2 === c % 2 ? r + 1 : 0)));
      expect((await truncatedSvd(sparse(dense), { rank: 10, seed: 1 })).singularValues).toHaveLength(2);
    }
  });

  test('says how well it converged, also after it began again', async () => {
    const dense = ratingsLike(1500, 1200, 9);
    const a = new Matrix(dense);
    const seen: [number, number][] = [];
    const { residual, passes, right, singularValues } = await truncatedSvd(sparse(dense), { rank: 12, seed: 1, tolerance: 1e-6, onProgress: (...step) => seen.push(step) });
    expect(passes).toBeGreaterThan(9); // more than the basis has room for
    expect(seen.map(([done]) => done)).toEqual(Array.from({ length: passes }, (_, i) => i + 1));
    expect(seen.every(([done, total]) => done <= total)).toBe(true);
    const v = Matrix.from1DArray(1200, 12, right);
    const rest = a.transpose().mmul(a.mmul(v)).sub(v.mmul(Matrix.diag(Array.from(singularValues, (s) => s * s))));
    const worst = Math.max(...Array.from(singularValues, (s, i) => Math.hypot(...rest.getColumn(i)) / s ** 2));
    expect(residual).toBeLessThanOrEqual(1e-6);
    expect(worst).toBeLessThan(1.1 * residual + 1e-12);
    expect(v.transpose().mmul(v).sub(Matrix.eye(12)).abs().max()).toBeLessThan(1e-12);
  });

  test('finds equal singular values as often as they are there', async () => {
    // 40 blocks of the same: each singular value 40 times, more than a block of vectors sees at once.
    const dense = Array.from({ length: 120 }, (_, r) => Array.from({ length: 80 }, (_, c) => (Math.floor(r / 3) === Math.floor(c / 2) ? 1 + ((r + c) % 3) : 0)));
    const truth = new SingularValueDecomposition(new Matrix(dense));
    const { singularValues } = await truncatedSvd(sparse(dense), { rank: 50, seed: 2, tolerance: 1e-9 });
    singularValues.forEach((s, i) => expect(s).toBeCloseTo(truth.diagonal[i]!, 8));
  });
});
