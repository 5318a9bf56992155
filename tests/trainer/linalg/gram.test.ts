import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { Crew } from '../../../trainer/linalg/crew.ts';
import { gram } from '../../../trainer/linalg/gram.ts';
import { ratingsLike, sparse, toMatrix } from './matrices.ts';

test('gram is Xᵀ D X of the leading columns', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 300 }), fc.integer(), fc.double({ min: 0.01, max: 1, noNaN: true }), async (rows, columns, seed, share) => {
      const dense = ratingsLike(rows, columns, seed);
      const leading = Math.max(1, Math.round(share * columns));
      const d = Float64Array.from({ length: rows }, (_, u) => 1 / (1 + u));
      const x = new Matrix(dense).subMatrix(0, rows - 1, 0, leading - 1);
      const wanted = x.transpose().mmul(Matrix.diag(Array.from(d))).mmul(x);
      await Crew.with({ threads: 2 }, async (crew) => {
        const found = toMatrix(await gram(crew, sparse(dense), { columns: leading, d }));
        for (let i = 0; i < leading; i++) for (let j = 0; j <= i; j++) expect(found.get(i, j)).toBeCloseTo(wanted.get(i, j), 3);
      });
    }),
    { numRuns: 30 },
  );
});

test('without factors it is Xᵀ X, empty rows and columns included', async () => {
  await Crew.with({ threads: 1 }, async (crew) => {
    const found = await gram(crew, sparse([[1, 0, 2], [0, 0, 0], [3, 0, 1]]));
    expect(toMatrix(found).to2DArray()).toEqual([[10, 0, 0], [0, 0, 0], [5, 0, 5]]);
  });
});
