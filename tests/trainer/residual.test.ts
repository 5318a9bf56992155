import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { ResidualParameters } from '../../shared/artifact/manifest.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { DEFAULT_PARAMETERS, factorize, type Factors } from '../../trainer/factorize.ts';
import { Random } from '../../trainer/random.ts';
import type { Ratings } from '../../trainer/ratings/ratings.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';

const parameters: ResidualParameters = { perItem: 8, rows: 60, userExponent: 0.25, theta: 0.6, lambda: 2, weight: 0.75, fullFrom: 25 };
const sample = sampleRatings();
const train = (residual: ResidualParameters): Promise<Factors> => factorize(sample, { ...DEFAULT_PARAMETERS, rank: 16, seed: 1, residual });

/** weight / β · (B − β L), densely, rows × rows. */
function byHand(ratings: Ratings, { itemOfRow, index, foldIn }: Factors, { rows, theta, lambda, weight }: ResidualParameters): Matrix {
  const rowOf = new Map(Array.from(itemOfRow, (item, row) => [item, row]));
  const x = Matrix.zeros(ratings.userIds.length, itemOfRow.length);
  ratings.rating.forEach((rating, i) => x.set(ratings.user[i]!, rowOf.get(ratings.item[i]!)!, rating / 4));
  const scaled = Matrix.zeros(x.rows, rows);
  for (let user = 0; user < x.rows; user++) for (let row = 0; row < rows; row++) scaled.set(user, row, x.get(user, row) / x.getRowVector(user).sum() ** 0.25);
  const gram = scaled.transpose().mmul(scaled);
  const p = inverse(gram.clone().add(Matrix.diag(gram.diag().map((entry) => theta * entry + lambda))));
  const factors = Array.from({ length: rows }, (_, row) => {
    const out = new Float64Array(index.rank);
    decodeRow(index, row, out);
    return out;
  });
  let [product, square] = [0, 0];
  const b = Matrix.zeros(rows, rows);
  const l = Matrix.zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      if (i === j) continue;
      b.set(i, j, -p.get(i, j) / p.get(j, j));
      l.set(i, j, foldIn.encoderScale[i]! * factors[i]!.reduce((sum, value, d) => sum + value * factors[j]![d]!, 0));
      product += b.get(i, j) * l.get(i, j);
      square += l.get(i, j) ** 2;
    }
  }
  const beta = product / square;
  return b.sub(l.mul(beta)).mul(weight / beta);
}

describe('trainResidual', () => {
  test('keeps the largest entries of each item, to half an 8-bit step', async () => {
    const factors = await train(parameters);
    const { rows, offsets, targets, values, scale } = factors.residual!;
    expect(rows).toBe(60);
    const dense = byHand(sample, factors, parameters);
    const kept = Array.from({ length: rows }, () => new Map<number, number>());
    for (let row = 0; row < rows; row++) for (let e = offsets[row]!; e < offsets[row + 1]!; e++) kept[targets[e]!]!.set(row, values[e]! * scale[targets[e]!]!);
    kept.forEach((entries, target) => {
      const column = dense.getColumn(target);
      const sizes = column.map(Math.abs).sort((a, b) => b - a);
      expect(scale[target]! * 127).toBeCloseTo(sizes[0]!, 4);
      const step = scale[target]! * 0.51;
      expect(entries.size).toBeLessThanOrEqual(8);
      for (const [row, value] of entries) {
        expect(Math.abs(value - column[row]!)).toBeLessThanOrEqual(step);
        expect(Math.abs(column[row]!)).toBeGreaterThanOrEqual(sizes[7]! - 1e-9);
      }
      // What is missing of the eight was nothing at 8 bits.
      expect(entries.size).toBe(sizes.slice(0, 8).filter((size) => Math.round(size / scale[target]!) > 0).length);
    });
  });

  test('the same ratings give the same bytes', async () => {
    expect((await train(parameters)).residual).toEqual((await train(parameters)).residual);
  });

  test('there is none where the items have nothing to do with one another', async () => {
    const random = new Random(1);
    const alone: Ratings = { ...sample, userIds: [1, 2, 3], items: sample.items.slice(0, 3), user: Uint32Array.of(0, 1, 2), item: Uint32Array.of(0, 1, 2), rating: Float32Array.from({ length: 3 }, () => 1 + random.integer(5)) };
    expect((await factorize(alone, { ...DEFAULT_PARAMETERS, rank: 2, seed: 1, residual: parameters })).residual).toBeNull();
  });
});
