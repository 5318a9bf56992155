import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { Crew } from '../../../trainer/linalg/crew.ts';
import { gram } from '../../../trainer/linalg/gram.ts';
import { invertSpd } from '../../../trainer/linalg/invertSpd.ts';
import { Random } from '../../../trainer/random.ts';
import { ratingsLike, sparse, symmetric, toMatrix } from './matrices.ts';

/** X Xᵀ of a random X, with a diagonal that makes it well conditioned, and rows whose sizes differ as popularities do. */
function positiveDefinite(n: number, seed: number): Matrix {
  const random = new Random(seed);
  const size = Float64Array.from({ length: n }, (_, i) => 1000 / (1 + i));
  const x = new Matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, () => size[i]! * random.normal())));
  return x.mmul(x.transpose()).add(Matrix.diag(Array.from(size, (value) => n * value * value)));
}

describe('invertSpd', () => {
  // Around the sizes of panels, tiles and blocks.
  test.each([1, 2, 7, 8, 9, 127, 128, 129, 255, 256, 257, 390])('of %i rows is the inverse that ml-matrix finds', async (n) => {
    const truth = positiveDefinite(n, n);
    await Crew.with({ threads: 2 }, async (crew) => {
      const matrix = symmetric(crew, n, (i, j) => truth.get(i, j));
      const error = await invertSpd(crew, matrix);
      expect(error).toBeLessThan(1e-5);
      const [found, wanted] = [toMatrix(matrix), inverse(truth)];
      // Relative to what an entry may be at most: |P_ij|² < P_ii · P_jj.
      const size = wanted.diagonal().map(Math.sqrt);
      let worst = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) worst = Math.max(worst, Math.abs(found.get(i, j) - wanted.get(i, j)) / (size[i]! * size[j]!));
      expect(worst).toBeLessThan(2e-5);
      expect(found.isSymmetric()).toBe(true);
    });
  });

  test('A · P is the identity', async () => {
    const random = new Random(7);
    await Crew.with({ threads: 2 }, async (crew) => {
      // A random symmetric matrix has no eigenvalue below −2√n.
      const matrix = symmetric(crew, 800, (i, j) => (i === j ? 80 : random.normal()));
      const full = toMatrix(matrix);
      for (let i = 0; i < 800; i++) for (let j = i + 1; j < 800; j++) full.set(i, j, full.get(j, i));
      const error = await invertSpd(crew, matrix);
      expect(full.mmul(toMatrix(matrix)).sub(Matrix.eye(800)).norm('max')).toBeLessThan(1e-5);
      expect(error).toBeLessThan(1e-5);
    });
  });

  test('any number of threads gives the same bits', async () => {
    const entries = async (threads: number): Promise<number[]> =>
      await Crew.with({ threads }, async (crew) => {
        const random = new Random(3);
        const matrix = symmetric(crew, 400, (i, j) => (i === j ? 60 : random.normal()));
        await invertSpd(crew, matrix);
        return toMatrix(matrix).to1DArray();
      });
    const one = await entries(1);
    for (const threads of [2, 3, 5]) expect(await entries(threads)).toEqual(one);
  });

  test('inverts the Gram matrix of ratings with a ridge', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer(), fc.integer({ min: 1, max: 500 }), async (rows, columns, seed, ridge) => {
        const dense = ratingsLike(rows, columns, seed);
        const x = new Matrix(dense);
        const wanted = inverse(x.transpose().mmul(x).add(Matrix.eye(columns).mul(ridge)));
        await Crew.with({ threads: 1 }, async (crew) => {
          const matrix = await gram(crew, sparse(dense));
          for (let i = 0; i < columns; i++) matrix.data[i * (matrix.stride + 1)]! += ridge;
          await invertSpd(crew, matrix);
          expect(toMatrix(matrix).sub(wanted).norm('max') * ridge).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['an indefinite matrix', (i: number, j: number) => (i === j ? 1 : 2)],
    ['a singular matrix', () => 1],
    ['a zero on the diagonal', (i: number, j: number) => (i === j && i !== 3 ? 1 : 0)],
    ['NaN', (i: number, j: number) => (i === j ? 1 : NaN)],
  ])('refuses %s', async (_name, entry) => {
    await Crew.with({ threads: 1 }, async (crew) => {
      await expect(invertSpd(crew, symmetric(crew, 20, entry))).rejects.toThrow(/20 × 20 is not positive definite/);
    });
  });

  test('tells how far it is, and stops when it is told to', async () => {
    await Crew.with({ threads: 2 }, async (crew) => {
      const before = crew.bytesLeft;
      const steps: [number, number][] = [];
      const identity = (): ReturnType<typeof symmetric> => symmetric(crew, 600, (i, j) => (i === j ? 2 : 0));
      await crew.scope(async () => {
        await invertSpd(crew, identity(), { onProgress: (...step) => steps.push(step) });
        expect(steps).toEqual([[256, 600], [512, 600], [600, 600]]);
        const controller = new AbortController();
        const stopped = invertSpd(crew, identity(), { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
        await expect(stopped).rejects.toThrow('enough');
      });
      expect(crew.bytesLeft).toBe(before);
    });
  });
});
