import { Matrix, solve } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { FoldIn } from '../../../shared/engine/foldIn.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { itemRow } from '../../../shared/ids.ts';
import { trainIals, type IalsSettings } from '../../../trainer/models/ials.ts';
import { chooseIals, DEFAULT_IALS, trainIalsModel } from '../../../trainer/models/ialsModel.ts';
import { keepEntries } from '../../../trainer/evaluation/split.ts';
import { prepare } from '../../../trainer/factorize.ts';
import { readKernel } from '../../../trainer/openModel.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';
import { Random } from '../../../trainer/random.ts';
import { ratingsLike, sparse } from '../linalg/matrices.ts';

/** The definition, row by row and epoch by epoch, with dense matrices. */
function straightforward(dense: readonly (readonly number[])[], p: IalsSettings): { users: Matrix; items: Matrix } {
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

const ratings = sampleRatings();

describe('the model that is published', () => {
  const parameters = { ...DEFAULT_IALS, rank: 8, epochs: 40, seed: 1, store: 'Flat' } as const;

  test('scores as the solver does, and folds people in as one more half step would move them', async () => {
    const { index, foldIn, itemOfRow } = await trainIalsModel(ratings, parameters);
    const { weights } = prepare(ratings);
    const { users, items } = await trainIals(weights, parameters);
    const ridge = new FoldIn({ factors: index, foldIn, manifest: { model: parameters } });
    const vector = new Float64Array(8);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, d) => sum + value * b[d]!, 0);
    for (const user of [0, 13, 499]) {
      const rated = Array.from(weights.indices.subarray(weights.offsets[user], weights.offsets[user + 1]), (row, e) => ({ row: itemRow(row), weight: weights.values[weights.offsets[user]! + e]! }));
      const person = ridge.personOf(rated);
      for (const row of [0, 100, itemOfRow.length - 1]) {
        decodeRow(index, row, vector);
        expect(dot(person, vector)).toBeCloseTo(dot(users.subarray(user * 8, user * 8 + 8), items.subarray(row * 8, row * 8 + 8)), 2);
      }
    }
  });

  test('has its dimensions along the axes of the items, the widest first, and the average person', async () => {
    const { index, foldIn } = await trainIalsModel(ratings, parameters);
    if (!('gram' in foldIn)) throw new Error('a fold-in of sums');
    const at = (i: number, j: number): number => foldIn.gram[(i * (i + 1)) / 2 + j]!;
    for (let i = 1; i < 8; i++) {
      expect(at(i, i)).toBeLessThanOrEqual(at(i - 1, i - 1));
      for (let j = 0; j < i; j++) expect(Math.abs(at(i, j))).toBeLessThan(1e-5 * at(0, 0));
    }
    const vector = new Float64Array(8);
    let sum = 0;
    for (let row = 0; row < index.rows; row++) {
      decodeRow(index, row, vector);
      sum += vector[3]! ** 2;
    }
    expect(at(3, 3)).toBeCloseTo(parameters.unobservedWeight * sum, 4);
    expect(foldIn.prior.every((value) => value !== 0)).toBe(true);
  });
});

describe('chooseIals', () => {
  test('finds something that is no worse, the same each time, within its budget', async () => {
    const few = keepEntries(ratings, (entry) => ratings.user[entry]! < 120);
    const start = { ...DEFAULT_IALS, rank: 8, epochs: 3, seed: 1 };
    const kernel = await readKernel();
    const { parameters, selection } = await chooseIals(few, start, { budget: 4, kernel });
    expect(selection!.compared).toBeLessThanOrEqual(4);
    expect(selection!.compared).toBeGreaterThan(1);
    expect(selection!.after).toBeGreaterThanOrEqual(selection!.before);
    expect(await chooseIals(few, start, { budget: 4, kernel })).toEqual({ parameters, selection });
    expect(await chooseIals(few, start, { budget: 0, kernel })).toEqual({ parameters: start, selection: null });
  });
});
