import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { Crew } from '../../../trainer/linalg/crew.ts';
import { leadingEigenpairs } from '../../../trainer/linalg/eigen.ts';
import { Random } from '../../../trainer/random.ts';

/** Z D Zᵀ with columns of Z that are orthonormal. */
function withEigenvalues(values: readonly number[], seed: number): Matrix {
  const random = new Random(seed);
  const n = values.length;
  const any = new Matrix(Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal())));
  const { eigenvectorMatrix: z } = new EigenvalueDecomposition(any.add(any.transpose()), { assumeSymmetric: true });
  const matrix = z.mmul(Matrix.diag([...values])).mmul(z.transpose());
  return matrix.add(matrix.transpose()).mul(0.5);
}

// Whole numbers: many are equal, many are zero.
const spectra = fc.array(fc.integer({ min: -3, max: 20 }), { minLength: 1, maxLength: 40 });

const leading = (matrix: Matrix, count: number): ReturnType<typeof leadingEigenpairs> => Crew.with({ threads: 1 }, (crew) => leadingEigenpairs(crew, matrix, count));

test('finds the eigenvalues that a matrix was made of, and vectors for them', async () => {
  await fc.assert(
    fc.asyncProperty(spectra, fc.integer(), fc.double({ min: 0.01, max: 1, noNaN: true }), async (spectrum, seed, share) => {
      const count = Math.ceil(share * spectrum.length);
      const matrix = withEigenvalues(spectrum, seed);
      const { values, vectors } = await leading(matrix, count);
      const wanted = spectrum.toSorted((a, b) => b - a).slice(0, count);
      wanted.forEach((value, i) => expect(values[i]!).toBeCloseTo(value, 9));
      expect(vectors.transpose().mmul(vectors).sub(Matrix.eye(count)).abs().max()).toBeLessThan(1e-11);
      expect(matrix.mmul(vectors).sub(vectors.mmul(Matrix.diag(Array.from(values)))).abs().max()).toBeLessThan(1e-10);
    }),
  );
});

test.each([
  ['zeros', Matrix.zeros(5, 5)],
  ['the identity', Matrix.eye(4)],
  ['a diagonal', Matrix.diag([1, 3, 2])],
])('of %s, too', async (_name, matrix) => {
  const { values, vectors } = await leading(matrix, matrix.rows);
  expect([...values]).toEqual(matrix.diagonal().toSorted((a: number, b: number) => b - a));
  expect(vectors.mmul(Matrix.diag(Array.from(values))).mmul(vectors.transpose()).to2DArray()).toEqual(matrix.to2DArray());
});

test('what is no number is an error and not an endless loop', async () => {
  await expect(leading(new Matrix([[1, NaN, 0], [NaN, 1, 2], [0, 2, 1]]), 1)).rejects.toThrow('do not converge');
});
