import { describe, expect, test } from 'vitest';
import { meanRating, quantizeMeans } from '../../shared/artifact/starsFile.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';
import { biases, trainStars } from '../../trainer/stars.ts';

const sample = sampleRatings();

/** Everybody of 40 rates `perUser` of 20 items; item i is worth 2 + i / 10, user u adds (u % 5 − 2) / 2. Generous people rate the first items. */
function planted() {
  const entries = Array.from({ length: 40 }, (_, u) => Array.from({ length: 20 }, (_, i) => ({ u, i })))
    .flat()
    .filter(({ u, i }) => (u % 5 >= 2 ? i < 14 : i >= 6));
  return {
    ...sample,
    userIds: Array.from({ length: 40 }, (_, u) => u),
    items: sample.items.slice(0, 20),
    user: Uint32Array.from(entries, ({ u }) => u),
    item: Uint32Array.from(entries, ({ i }) => i),
    rating: Float32Array.from(entries, ({ u, i }) => 2 + i / 10 + ((u % 5) - 2) / 2),
  };
}

describe('biases', () => {
  test('tell a good item from one that generous people rate', () => {
    const { item, user } = biases(planted());
    const byGenerosity = [0, 1, 2, 3, 4].map((kind) => user[kind]!);
    expect(byGenerosity).toEqual(byGenerosity.toSorted((a, b) => a - b));
    const { rating, item: items } = planted();
    const plain = (i: number): number => {
      const own = rating.filter((_, entry) => items[entry] === i);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    // The last item is worth 1.9 more than the first. Their means are far from that, and shrinkage leaves a part of the way.
    expect(plain(19) - plain(0)).toBeLessThan(0.7);
    expect(item[19]! - item[0]!).toBeGreaterThan(0.9);
    expect(item[19]! - item[0]!).toBeLessThan(1.9);
  });
});

describe('trainStars', () => {
  test('has the shrunk mean of each row, in the order of the rows', () => {
    const ratings = planted();
    const { mean, item } = biases(ratings);
    const table = trainStars(ratings, Uint32Array.of(19, 0, 7));
    expect(table.rows).toBe(3);
    [19, 0, 7].forEach((original, row) => expect(meanRating(table, row)).toBeCloseTo(mean + item[original]!, 2));
  });
});

test('means that are all alike have no step between them, whichever way they are rounded', () => {
  for (const mean of [4, 3.9999999999999996, 0.1, 3.3]) {
    const table = quantizeMeans([mean, mean]);
    expect(table.step).toBe(0);
    expect(meanRating({ rows: 2, offsetRidge: 1, tasteRidge: 1, ...table }, 1)).toBeCloseTo(mean, 6);
  }
});
