import { describe, expect, test } from 'vitest';
import { Random } from '../../trainer/random.ts';
import { DEFAULT_PARAMETERS, factorize } from '../../trainer/factorize.ts';
import { askFirst, LIST_LENGTH } from '../../trainer/onboarding.ts';
import type { Ratings } from '../../trainer/ratings/ratings.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';

const sample = sampleRatings();

/** People of `kinds` tastes: each has seen what everybody has (items 0 to 4) and half of the ten items of their kind. */
function tribes(kinds: number, people: number): Ratings {
  const random = new Random(1);
  const entries = Array.from({ length: people }, (_, u) => {
    const kind = u % kinds;
    return Array.from({ length: 5 + 10 * kinds }, (_, i) => i).filter((i) => i < 5 || (Math.floor((i - 5) / 10) === kind && random.uniform() < 0.5)).map((i) => ({ u, i }));
  }).flat();
  return {
    ...sample,
    userIds: Array.from({ length: people }, (_, u) => u),
    items: sample.items.slice(0, 5 + 10 * kinds),
    user: Uint32Array.from(entries, ({ u }) => u),
    item: Uint32Array.from(entries, ({ i }) => i),
    rating: new Float32Array(entries.length).fill(4),
  };
}

describe('askFirst', () => {
  test('asks about what tells people apart before what everybody has seen', async () => {
    const ratings = tribes(4, 200);
    const factors = await factorize(ratings, { ...DEFAULT_PARAMETERS, rank: 8, seed: 1 });
    const asked = askFirst(ratings, factors).map((row) => factors.itemOfRow[row]!);
    const kindOf = (item: number): number => (item < 5 ? -1 : Math.floor((item - 5) / 10));
    expect(asked.slice(0, 4).map(kindOf).sort()).toEqual([0, 1, 2, 3]);
  });

  test('asks about each item once, and stops where nobody would go on', async () => {
    const factors = await factorize(sample, { ...DEFAULT_PARAMETERS, rank: 16, seed: 1 });
    const asked = askFirst(sample, factors);
    expect(asked).toHaveLength(LIST_LENGTH);
    expect(new Set(asked).size).toBe(LIST_LENGTH);
    expect(askFirst(sample, factors)).toEqual(asked);
  });

  test('a small catalogue is asked about whole', async () => {
    const few = tribes(1, 9);
    const factors = await factorize(few, { ...DEFAULT_PARAMETERS, rank: 64, seed: 1 });
    expect([...askFirst(few, factors)].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, row) => row));
  });
});
