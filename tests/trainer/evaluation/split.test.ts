import { describe, expect, test } from 'vitest';
import { BLOCKS, splitUsers, type HeldOutUser } from '../../../trainer/evaluation/split.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';

const ratings = sampleRatings();
const options = { positiveFrom: 4 };
const folds = Array.from({ length: BLOCKS }, (_, fold) => splitUsers(ratings, { ...options, fold }));
const idsOf = (users: readonly HeldOutUser[]) => users.map(({ id }) => id);

describe('splitUsers', () => {
  test('train, validation and test are different people', () => {
    for (const { train, validation, test: asked } of folds) {
      const all = [...train.userIds, ...idsOf(validation), ...idsOf(asked)];
      expect(new Set(all).size).toBe(all.length);
    }
  });

  test('over the folds everybody is asked once, and validation is the next test', () => {
    const asked = folds.flatMap(({ test: users }) => idsOf(users));
    expect(new Set(asked).size).toBe(asked.length);
    const positives = new Map<number, number>();
    ratings.user.forEach((user, i) => positives.set(user, (positives.get(user) ?? 0) + (ratings.rating[i]! >= 4 ? 1 : 0)));
    expect(asked.length).toBe([...positives.values()].filter((count) => count >= 5).length);
    expect(new Set(idsOf(folds[0]!.validation))).toEqual(new Set(idsOf(folds[1]!.test)));
  });

  test('blocks are of one size', () => {
    const sizes = folds.map(({ test: users }) => users.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  test('a fifth of the positives, rounded down, is to be found; nothing of it is told', () => {
    for (const { positives, low, targets } of folds[3]!.test) {
      expect(targets.length).toBe(Math.floor((positives.length + targets.length) / 5));
      const told = new Set([...positives, ...low].map(({ item }) => item));
      expect(targets.some((item) => told.has(item))).toBe(false);
      expect(positives.every(({ rating }) => rating >= 4) && low.every(({ rating }) => rating < 4)).toBe(true);
    }
  });

  test('the vocabulary is what train users like, and train keeps their other ratings of it', () => {
    const { train } = folds[2]!;
    const liked = new Set([...train.item].filter((_, i) => train.rating[i]! >= 4));
    expect(liked.size).toBe(train.items.length);
    expect([...train.rating].some((rating) => rating < 4)).toBe(true);
  });

  test('it follows from the ids alone, not from where people stand in the data', () => {
    const last = ratings.userIds.length - 1;
    const reversed = {
      ...ratings,
      userIds: ratings.userIds.toReversed(),
      user: ratings.user.toReversed().map((user) => last - user),
      item: ratings.item.toReversed(),
      rating: ratings.rating.toReversed(),
    };
    const facts = (users: readonly HeldOutUser[]) => new Map(users.map(({ id, positives, targets }) => [id, { positives, targets }]));
    expect(facts(splitUsers(reversed, { ...options, fold: 0 }).test)).toEqual(facts(folds[0]!.test));
  });
});
