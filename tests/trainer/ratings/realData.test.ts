import { describe, expect, test } from 'vitest';
import { readRatings } from '../../../trainer/ratings/read.ts';
import type { Ratings } from '../../../trainer/ratings/ratings.ts';
import { needs, realData, requireData } from '../../support/tools.ts';

function expectInOrder({ userIds, items, user, item, rating }: Ratings): void {
  const ascending = (ids: readonly (string | number)[]): boolean => ids.every((id, i) => i === 0 || ids[i - 1]! < id);
  expect(ascending(userIds) && ascending(items.map(({ id }) => id))).toBe(true);
  expect([user.length, item.length]).toEqual([rating.length, rating.length]);
  let ordered = true;
  for (let i = 1; i < rating.length; i++) ordered &&= user[i - 1]! < user[i]! || (user[i - 1] === user[i] && item[i - 1]! < item[i]!);
  expect(ordered).toBe(true);
}

const films = realData('ml-latest-small');
const needsFilms = needs('the ml-latest-small ratings', films, requireData);
describe.skipIf(needsFilms.skip)(`ml-latest-small${needsFilms.label}`, () => {
  test('is read whole', async () => {
    const ratings = await readRatings([films!]);
    expect(ratings.report).toMatchObject({ rowsRead: 100_836, kept: 100_836, dropped: [], repeats: 0, badRows: [], users: 610, items: 9724, titlesFound: 9724 });
    expect(ratings).toMatchObject({ scale: { min: 0.5, max: 5 }, dataset: { name: 'ml-latest-small', kind: 'movielens' } });
    expect(ratings.items[0]).toEqual({ id: 1, title: 'Toy Story', year: 1995, genres: ['Adventure', 'Animation', 'Children', 'Comedy', 'Fantasy'], imdbId: 'tt0114709', tmdbId: 862 });
    expect(ratings.rating.reduce((sum, value) => sum + value, 0)).toBe(353_083);
    expectInOrder(ratings);
  });

  test('its 20-core holds', async () => {
    const { userIds, items, user, item, report } = await readRatings([films!], { kCore: 20 });
    const least = (keys: Uint32Array, count: number): number => Math.min(...keys.reduce((counts, key) => (counts[key]!++, counts), new Uint32Array(count)));
    expect(least(user, userIds.length)).toBeGreaterThanOrEqual(20);
    expect(least(item, items.length)).toBeGreaterThanOrEqual(20);
    expect(report.kept + report.dropped[0]!.rows).toBe(100_836);
  });
});

const books = realData('goodbooks-10k-v1');
const needsBooks = needs('the goodbooks-10k-v1 ratings', books, requireData);
describe.skipIf(needsBooks.skip)(`goodbooks-10k-v1${needsBooks.label}`, () => {
  test('is read whole, its repeats resolved', async () => {
    const ratings = await readRatings([books!]);
    expect(ratings.report).toMatchObject({ rowsRead: 981_756, kept: 979_478, dropped: [], repeats: 2_278, users: 53_424, items: 10_000, titlesFound: 10_000 });
    expect(ratings).toMatchObject({ scale: { min: 1, max: 5 }, dataset: { name: 'goodbooks-10k', kind: 'goodbooks', licence: 'CC BY-SA 4.0' } });
    expect(ratings.items[0]).toMatchObject({ id: 1, title: 'The Hunger Games', year: 2008 });
    expect(ratings.items[1]).toMatchObject({ id: 2, title: "Harry Potter and the Sorcerer's Stone", year: 1997 });
    expectInOrder(ratings);
  });
});
