import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ItemId } from '../../../shared/ids.ts';
import { ListJudge } from '../../../trainer/evaluation/lists.ts';
import type { Ratings } from '../../../trainer/ratings/ratings.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';
import { tinyItems } from '../../support/tinyModel.ts';

/** Who likes what: one string a person, item numbers as digits. */
function likes(...people: string[]): Ratings {
  const pairs = people.flatMap((items, user) => [...items].map((digit): [number, number] => [user, Number(digit)]));
  return {
    ...sampleRatings(),
    userIds: people.map((_, user) => user),
    items: tinyItems(Math.max(...pairs.map(([, item]) => item)) + 1),
    user: Uint32Array.from(pairs, ([user]) => user),
    item: Uint32Array.from(pairs, ([, item]) => item),
    rating: new Float32Array(pairs.length).fill(5),
  };
}

describe('lists, by hand', () => {
  const train = likes('01', '01', '02', '3');
  const lists = new ListJudge(train, 4);
  const id = (item: number): ItemId => train.items[item]!.id;

  test('popularity and novelty: shares of the people, and their bits', () => {
    const { popularity, novelty } = lists.measure([id(1), id(3)]); // 2 and 1 of 4
    expect(popularity).toBeCloseTo((0.5 + 0.25) / 2, 12);
    expect(novelty).toBeCloseTo((1 + 2) / 2, 12);
  });
  test('diversity: 1 minus the mean cosine of the pairs', () => {
    expect(lists.measure([id(0), id(1)]).diversity).toBeCloseTo(1 - 2 / Math.sqrt(3 * 2), 12);
    expect(lists.measure([id(0), id(3)]).diversity).toBe(1);
    expect(lists.measure([id(0), id(1), id(3)]).diversity).toBeCloseTo(1 - 2 / Math.sqrt(6) / 3, 12);
    expect(lists.measure([]).diversity).toBe(0);
  });
  test('what is disliked does not count', () => {
    const disliked = new ListJudge({ ...train, rating: train.rating.map((rating, i) => (i === 0 ? 1 : rating)) }, 4);
    expect(disliked.measure([id(0)]).popularity).toBe(0.5);
  });
  test('coverage and Gini', () => {
    expect(lists.catalogueUse([[id(0)], [id(0)]])).toMatchObject({ coverage: 0.25, gini: 0.75 }); // all on one of four: (n − 1) / n
    expect(lists.catalogueUse([[id(0), id(1)], [id(2), id(3)]])).toMatchObject({ coverage: 1, gini: 0 });
  });
});

test('the Lorenz curve rises from 0 to 1 below the diagonal, and the Gini coefficient is twice the area between', () => {
  const train = likes(...Array.from({ length: 10 }, (_, digit) => String(digit)));
  const lists = new ListJudge(train, 4);
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 60 }), (picks) => {
      const { lorenz, gini } = lists.catalogueUse(picks.map((item) => [train.items[item]!.id]));
      expect(lorenz).toHaveLength(101);
      expect([lorenz[0], lorenz[100]]).toEqual([0, 1]);
      const tenths = Array.from({ length: 11 }, (_, tenth) => lorenz[10 * tenth]!);
      tenths.forEach((value, tenth) => expect(value).toBeLessThanOrEqual(tenth / 10 + 1e-12));
      const area = tenths.slice(1).reduce((sum, value, i) => sum + (value + tenths[i]!) / 20, 0);
      expect(gini).toBeCloseTo(1 - 2 * area, 12);
    }),
  );
});
