import { Matrix, solve } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { DEFAULT_IALS, IalsFoldIn, trainIals, type IalsParameters } from '../../../trainer/models/ials.ts';
import { Random } from '../../../trainer/random.ts';
import { ratingsLike, sparse } from '../linalg/matrices.ts';

/** The definition, row by row and epoch by epoch, with dense matrices. */
function straightforward(dense: readonly (readonly number[])[], p: IalsParameters): { users: Matrix; items: Matrix } {
  const x = new Matrix(dense.map((row) => [...row]));
  const random = new Random(p.seed);
  const items = Matrix.zeros(x.columns, p.rank);
  for (let c = 0; c < p.rank; c++) for (let row = 0; row < x.columns; row++) items.set(row, c, (0.1 / Math.sqrt(p.rank)) * random.normal());
  const users = Matrix.zeros(x.rows, p.rank);
  const half = (values: Matrix, factors: Matrix, out: Matrix): void => {
    for (let row = 0; row < values.rows; row++) {
      const v = values.getRow(row);
      const n = v.reduce((a, b) => a + b, 0);
      const weighted = factors.transpose().mmul(Matrix.diag(v));
      const system = weighted
        .mmul(factors)
        .add(factors.transpose().mmul(factors).mul(p.unobservedWeight))
        .add(Matrix.eye(p.rank).mul(p.regularization * (n + p.unobservedWeight * values.columns) ** p.frequencyExponent));
      out.setRow(row, solve(system, weighted.mmul(Matrix.ones(values.columns, 1))).to1DArray());
    }
  };
  for (let epoch = 0; epoch < p.epochs; epoch++) {
    half(x, items, users);
    half(x.transpose(), users, items);
  }
  return { users, items };
}

const apart = (found: Float64Array, wanted: Matrix): number => Math.max(...wanted.to1DArray().map((value, i) => Math.abs(value - found[i]!)));

describe('trainIals', () => {
  test.each([
    [30, 20, { rank: 4, unobservedWeight: 0.1, regularization: 0.05, frequencyExponent: 1, epochs: 3, seed: 1 }],
    [80, 60, { rank: 17, unobservedWeight: 0.5, regularization: 0.01, frequencyExponent: 0.5, epochs: 2, seed: 2 }],
    [12, 90, { rank: 5, unobservedWeight: 1, regularization: 1, frequencyExponent: 0, epochs: 4, seed: 3 }],
  ])('of %i × %i is what the definition gives', async (rows, columns, parameters) => {
    const dense = ratingsLike(rows, columns, rows);
    const wanted = straightforward(dense, parameters);
    const found = await trainIals(sparse(dense), parameters, { threads: 2 });
    expect(apart(found.users, wanted.users)).toBeLessThan(1e-8);
    expect(apart(found.items, wanted.items)).toBeLessThan(1e-8);
  });

  test('any number of threads gives the same bits, and progress is told', async () => {
    const matrix = sparse(ratingsLike(300, 200, 5));
    const parameters = { ...DEFAULT_IALS, rank: 24, seed: 4, epochs: 3 };
    const seen: number[] = [];
    const one = await trainIals(matrix, parameters, { threads: 1, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3]);
    expect(await trainIals(matrix, parameters, { threads: 3 })).toEqual(one);
  });

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    const stopped = trainIals(sparse(ratingsLike(50, 40, 6)), { ...DEFAULT_IALS, rank: 8, seed: 1 }, { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });
});

test('who was trained on is folded in as one more half step would move them', async () => {
  const dense = ratingsLike(60, 40, 7);
  const matrix = sparse(dense);
  const parameters = { ...DEFAULT_IALS, rank: 6, seed: 1, epochs: 200 };
  const { users, items } = await trainIals(matrix, parameters);
  const foldIn = new IalsFoldIn(items, parameters);
  for (const user of [0, 13, 59]) {
    const [start, end] = [matrix.offsets[user]!, matrix.offsets[user + 1]!];
    const person = foldIn.personOf([...matrix.indices.subarray(start, end)], [...matrix.values.subarray(start, end)]);
    person.forEach((value, d) => expect(value).toBeCloseTo(users[user * 6 + d]!, 3));
  }
});

test('who rated nothing is nobody in particular', () => {
  expect([...new IalsFoldIn(Float64Array.from([1, 2, 3, 4]), { ...DEFAULT_IALS, rank: 2, seed: 1 }).personOf([], [])]).toEqual([0, 0]);
});
