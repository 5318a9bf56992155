import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble, type Minimum, type RawRatings } from '../../../trainer/ratings/assemble.ts';
import { readRatings } from '../../../trainer/ratings/read.ts';
import { scratchFolder, triples } from './scratch.ts';

interface Row {
  readonly user: number;
  readonly item: number;
  readonly rating: number;
  readonly time: number;
}

const USERS = 8;
const ITEMS = 6;
const rows = fc.array(fc.record({ user: fc.nat(USERS - 1), item: fc.nat(ITEMS - 1), rating: fc.integer({ min: 1, max: 10 }), time: fc.constantFrom(-Infinity, 1, 2, 3) }), { maxLength: 60 });

const rawOf = (list: readonly Row[], times: boolean): RawRatings => ({
  user: Uint32Array.from(list, ({ user }) => user),
  item: Uint32Array.from(list, ({ item }) => item),
  rating: Float32Array.from(list, ({ rating }) => rating),
  time: times ? Float64Array.from(list, ({ time }) => time) : null,
});

/** The same by the book: a map for the repeats, whole passes over all rows for the core. */
function naive(list: readonly Row[], times: boolean, minimum: Minimum): Row[] {
  const newest = new Map<string, Row>();
  for (const row of list) {
    const key = `${row.user},${row.item}`;
    const before = newest.get(key);
    if (!before || !times || row.time >= before.time) newest.set(key, row);
  }
  let left = [...newest.values()];
  for (;;) {
    const enough = left.filter(({ user, item }) => left.filter((other) => other.user === user).length >= minimum.user && left.filter((other) => other.item === item).length >= minimum.item);
    if (enough.length === left.length) return left.sort((a, b) => a.user - b.user || a.item - b.item);
    left = enough;
  }
}

describe('assemble', () => {
  test('sorts, takes the newest and peels as one would by the book', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (list, times, user, item) => {
        const expected = naive(list, times, { user, item });
        const got = assemble(rawOf(list, times), USERS, ITEMS, { user, item });
        expect(Array.from(got.rating, (rating, i) => [got.users[got.user[i]!], got.items[got.item[i]!], rating])).toEqual(expected.map((row) => [row.user, row.item, row.rating]));
        expect([...got.users]).toEqual([...new Set(expected.map((row) => row.user))]);
        expect([...got.items]).toEqual([...new Set(expected.map((row) => row.item))].sort((a, b) => a - b));
        expect(got.rating.length + got.repeats + got.scarce).toBe(list.length);
      }),
      { numRuns: 500 },
    );
  });

  test('a long chain falls in one go', () => {
    // User n rates the items n and n + 1: the first item has one rating only, and so has everybody after it.
    const links = 200_000;
    const list = Array.from({ length: 2 * links }, (_, i) => ({ user: i >> 1, item: (i >> 1) + (i & 1), rating: 1, time: 0 }));
    expect(assemble(rawOf(list, false), links, links + 1, { user: 2, item: 2 })).toMatchObject({ scarce: 2 * links, repeats: 0 });
  });
});

describe('readRatings', () => {
  const { write } = scratchFolder();

  test('gives the same ratings for the same rows in any order', async () => {
    const pair = fc.tuple(fc.constantFrom('10', '9', '8', '7'), fc.constantFrom('b', 'a', 'Z', 'é'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(pair, { selector: String, minLength: 1 }).chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length, maxLength: pairs.length }))),
        async (orders) => {
          const [one, other] = await Promise.all(orders.map(async (pairs, i) => readRatings([await write(`order-${i}.csv`, `user,item,rating\n${pairs.map(([user, item]) => `${user},${item},${user.length + item.charCodeAt(0)}`).join('\n')}\n`)])));
          const { dataset: _, report: { files: __, ...report }, ...rest } = one!;
          expect(other).toMatchObject({ ...rest, report });
        },
      ),
      { numRuns: 20 },
    );
  });

  test('keeps the k-core, or a minimum of one side', async () => {
    const file = await write('core.csv', 'user,item,rating\na,x,1\na,y,2\nb,x,3\nb,y,4\nc,x,5\nd,z,1\n');
    const core = await readRatings([file], { kCore: 2 });
    expect(triples(core)).toEqual([['a', 'x', 1], ['a', 'y', 2], ['b', 'x', 3], ['b', 'y', 4]]);
    expect(core.report).toMatchObject({ rowsRead: 6, kept: 4, users: 2, items: 2, dropped: [{ reason: 'users and items with too few ratings', rows: 2 }] });
    expect(triples(await readRatings([file], { minItemRatings: 2 })).map(([user]) => user)).toEqual(['a', 'a', 'b', 'b', 'c']);
    expect(triples(await readRatings([file], { minUserRatings: 2 })).map(([user]) => user)).toEqual(['a', 'a', 'b', 'b']);
  });
});
