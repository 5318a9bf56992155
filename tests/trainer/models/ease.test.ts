import { inverse, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { itemId } from '../../../shared/ids.ts';
import { keepEntries } from '../../../trainer/evaluation/split.ts';
import { trainEase } from '../../../trainer/models/ease.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';

const sample = sampleRatings();
// The first 60 items by id, so that a dense inverse is quick.
const few = keepEntries(sample, (entry) => sample.item[entry]! < 60);

test('EASE is the closed form, for each λ', async () => {
  const lambdas: number[] = [];
  for await (const { training, lambda, score } of trainEase(few, [20, 500])) {
    lambdas.push(lambda);
    const { weights } = training;
    const x = Matrix.zeros(weights.rows, weights.cols);
    for (let user = 0; user < weights.rows; user++) for (let e = weights.offsets[user]!; e < weights.offsets[user + 1]!; e++) x.set(user, weights.indices[e]!, weights.values[e]!);
    const p = inverse(x.transpose().mmul(x).add(Matrix.eye(x.columns).mul(lambda)));
    const rated = [{ row: 3, weight: 1.25 }, { row: 40, weight: 0.5 }];
    const scores = score(rated);
    for (let j = 0; j < x.columns; j++) {
      if (rated.some(({ row }) => row === j)) continue;
      expect(scores[j]).toBeCloseTo(rated.reduce((sum, { row, weight }) => sum - (weight * p.get(row, j)) / p.get(j, j), 0), 4);
    }
  }
  expect(lambdas).toEqual([20, 500]);
});

test('more items than memory holds are refused in a sentence', async () => {
  const many = 30_000;
  const items = Array.from({ length: many }, (_, i) => ({ ...sample.items[0]!, id: itemId(i) }));
  const wide = { ...sample, items, userIds: [1], user: new Uint32Array(many), item: Uint32Array.from(items.keys()), rating: new Float32Array(many).fill(4) };
  await expect(trainEase(wide, [20]).next()).rejects.toThrow(/30,000 items take 3\.6 GB.*--k-core/);
});
