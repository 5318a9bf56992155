import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { MAX_MEMBERS, recommendForGroup } from '../../../shared/engine/group.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { scoreRow, toCodeQuery } from '../../../shared/engine/scoring.ts';
import type { GroupMember, GroupQuery } from '../../../shared/groupQuery.ts';
import { itemId, type ItemId } from '../../../shared/ids.ts';
import type { Rating } from '../../../shared/query.ts';
import { writeTasteCode } from '../../../shared/tasteCode.ts';
import { residuals } from '../../support/residual.ts';
import { memorySource, tinyItems, tinyModel } from '../../support/tinyModel.ts';

const ROWS = 40;
const tiny = await loadModel(memorySource(await tinyModel({ extras: true })));
const plain = new Recommender(tiny, new ExactIndex(tiny.factors));
const withResidual = fc.sample(residuals(ROWS), 1)[0]!;
const residual: Model = { ...tiny, residual: withResidual, manifest: { ...tiny.manifest, model: { ...tiny.manifest.model, residual: { perItem: 8, rows: ROWS, userExponent: 0, theta: 0, lambda: 1, weight: 1, fullFrom: 3 } } } };
const recommenders = { 'without a residual': plain, 'with a residual': new Recommender(residual, new ExactIndex(residual.factors)) };
const idOf = (row: number): ItemId => tiny.catalog.items[row]!.id;

const ratings = fc
  .uniqueArray(fc.record({ row: fc.nat(ROWS - 1), rating: fc.integer({ min: 1, max: 10 }).map((half) => half / 2) }), { selector: ({ row }) => row, maxLength: 8 })
  .map((list) => list.map(({ row, rating }): Rating => ({ item: idOf(row), rating })));
const groups = fc.array(ratings, { minLength: 1, maxLength: 4 }).map((lists) => lists.map((own) => ({ ratings: own })));

/** The list, from what each of them would see alone. */
function byHand(recommender: Recommender, members: readonly { ratings: readonly Rating[] }[], fairness: number): { id: ItemId; likings: number[]; score: number }[] {
  const alone = members.map((member) => recommender.recommend({ ratings: member.ratings, k: ROWS }).items);
  const rated = new Set(members.flatMap((member) => member.ratings.map(({ item }) => item)));
  return tiny.catalog.items
    .filter(({ id }) => !rated.has(id))
    .map(({ id }) => {
      const likings = alone.map((items) => items.find(({ item }) => item.id === id)!.score / (items[9]!.score > 0 ? items[9]!.score : 1));
      const least = Math.min(...likings);
      return { id, likings, cold: least < 0, score: ((1 - fairness) * likings.reduce((sum, liking) => sum + liking, 0)) / likings.length + fairness * least };
    })
    .sort((a, b) => Number(a.cold) - Number(b.cold) || b.score - a.score);
}

describe.each(Object.entries(recommenders))('a group, %s', (_, recommender) => {
  test('gets what its members think, each as they would alone', async () => {
    await fc.assert(
      fc.asyncProperty(groups, fc.constantFrom(0, 0.3, 1), async (members, fairness) => {
        const { items } = await recommendForGroup(recommender, { members, fairness, k: ROWS });
        const expected = byHand(recommender, members, fairness);
        expect(items).toHaveLength(expected.length);
        const byId = new Map(expected.map((film) => [film.id, film]));
        for (const [i, { item, score, members: opinions }] of items.entries()) {
          const film = byId.get(item.id)!;
          expect(score).toBeCloseTo(film.score, 9);
          opinions.forEach(({ liking }, m) => expect(liking).toBeCloseTo(film.likings[m]!, 9));
          expect(score).toBeCloseTo(expected[i]!.score, 9); // the same order, but for ties
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of one gets that one’s own ten', async () => {
    await fc.assert(
      fc.asyncProperty(ratings, async (own) => {
        const { items } = await recommendForGroup(recommender, { members: [{ ratings: own }] });
        expect(items.map(({ item }) => item.id)).toEqual(recommender.recommend({ ratings: own }).items.map(({ item }) => item.id));
      }),
      { numRuns: 40 },
    );
  });

  test('is the same whoever is named first', async () => {
    await fc.assert(
      fc.asyncProperty(groups, async (members) => {
        const ids = async (own: readonly GroupMember[]) => (await recommendForGroup(recommender, { members: own })).items.map(({ score }) => score.toFixed(9));
        expect(await ids(members.toReversed())).toEqual(await ids(members));
      }),
      { numRuns: 30 },
    );
  });
});

test('without fairness the list is the best on average of the whole catalogue, however large, but for what somebody is cold to', async () => {
  const large = await loadModel(memorySource(await tinyModel({ items: tinyItems(1500), seed: 4 })));
  const recommender = new Recommender(large, new ExactIndex(large.factors));
  const members = [[3, 500, 900], [40, 41, 1200]].map((rows) => ({ ratings: rows.map((row): Rating => ({ item: large.catalog.items[row]!.id, rating: 5 })) }));
  const likings = await Promise.all(
    members.map(async ({ ratings: own }) => {
      const code = toCodeQuery(large.factors, (await recommender.person(own)).vector);
      const unit = recommender.recommend({ ratings: own }).items[9]!.score;
      return (row: number): number => scoreRow(large.factors, code, row) / unit;
    }),
  );
  const rated = new Set(members.flatMap(({ ratings: own }) => own.map(({ item }) => item)));
  const best = large.catalog.items
    .map(({ id }, row) => ({ id, of: likings.map((liking) => liking(row)) }))
    .filter(({ id, of }) => !rated.has(id) && Math.min(...of) >= 0)
    .sort((a, b) => b.of[0]! + b.of[1]! - a.of[0]! - a.of[1]!)
    .slice(0, 10);
  const { items } = await recommendForGroup(recommender, { members, fairness: 0 });
  expect(items.map(({ item }) => item.id)).toEqual(best.map(({ id }) => id));
});

describe('what comes for nobody', () => {
  const members = [{ ratings: [{ item: idOf(3), rating: 5 }] }, { ratings: [{ item: idOf(5), rating: 4 }, { item: idOf(8), rating: 2 }] }];
  const ids = async (query: Partial<GroupQuery>) => (await recommendForGroup(plain, { members, k: ROWS, ...query })).items.map(({ item }) => item.id);

  test('a film that one of them has rated, unless it is asked for', async () => {
    expect(await ids({})).not.toEqual(expect.arrayContaining([idOf(3)]));
    expect((await ids({})).length).toBe(ROWS - 3);
    const { items } = await recommendForGroup(plain, { members, k: ROWS, seenToo: true });
    expect(items).toHaveLength(ROWS);
    const own = items.find(({ item }) => item.id === idOf(8))!;
    expect(own.members[0]).not.toHaveProperty('rated');
    expect(own.members[1]).toMatchObject({ rated: 2 });
    expect(own.members[1]).not.toHaveProperty('expected');
  });

  test('a film of a genre that one of them leaves out', async () => {
    const left = (await recommendForGroup(plain, { members: [members[0]!, { ...members[1]!, filter: { withoutGenres: ['War'] } }], k: ROWS })).items;
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter(({ item }) => item.genres.includes('War'))).toEqual([]);
  });

  test('what is excluded or filtered out for all', async () => {
    const found = await ids({ exclude: [idOf(0)], filter: { genres: ['Sci-Fi'] } });
    expect(found).not.toContain(idOf(0));
    expect(found.every((id) => tiny.catalog.items.find((item) => item.id === id)!.genres.includes('Sci-Fi'))).toBe(true);
  });
});

describe('a taste code', () => {
  const own: Rating[] = [{ item: idOf(3), rating: 5 }, { item: idOf(20), rating: 1 }];

  test('stands for the ratings, and tells none of them', async () => {
    const code = writeTasteCode((await plain.person(own)).vector, tiny.manifest.modelId);
    const byRatings = await recommendForGroup(plain, { members: [{ ratings: own }], k: ROWS });
    const byCode = await recommendForGroup(plain, { members: [{ taste: code }], k: ROWS, exclude: own.map(({ item }) => item) });
    expect(byCode.items.slice(0, 3).map(({ item }) => item.id)).toEqual(byRatings.items.slice(0, 3).map(({ item }) => item.id));
    expect(byCode.items[0]!.members[0]).not.toHaveProperty('expected');
    expect(byRatings.items[0]!.members[0]).toHaveProperty('expected');
  });

  test.each([
    ['of another model', writeTasteCode(new Float32Array(6).fill(1), 'ffff456789abcdef'), /another model/],
    ['of another rank', writeTasteCode(new Float32Array(7).fill(1), tiny.manifest.modelId), /another model/],
    ['that is damaged', writeTasteCode(new Float32Array(6).fill(1), tiny.manifest.modelId).slice(0, -2), /damaged/],
  ])('%s is refused with its place', async (_name, taste, message) => {
    await expect(recommendForGroup(plain, { members: [{ ratings: own }, { taste }] })).rejects.toThrow(expect.objectContaining({ code: 'BAD_QUERY', pointer: '/members/1/taste', message: expect.stringMatching(message) }));
  });
});

test.each<[string, GroupQuery, string]>([
  ['nobody', { members: [] }, '/members'],
  ['too many', { members: Array.from({ length: MAX_MEMBERS + 1 }, () => ({ ratings: [] })) }, '/members'],
  ['an impossible fairness', { members: [{ ratings: [] }], fairness: 1.5 }, '/fairness'],
  ['too long a list', { members: [{ ratings: [] }], k: 501 }, '/k'],
  ['a rating off the scale', { members: [{ ratings: [] }, { ratings: [{ item: idOf(1), rating: 9 }] }] }, '/members/1/ratings/0/rating'],
  ['a genre that there is not', { members: [{ ratings: [], filter: { withoutGenres: ['Opera'] } }] }, '/members/0/filter/withoutGenres/0'],
  ['an item that there is not, left out', { members: [{ ratings: [] }], filter: { genres: ['Opera'] } }, '/filter/genres/0'],
])('%s is refused with its place', async (_name, query, pointer) => {
  await expect(recommendForGroup(plain, query)).rejects.toThrow(expect.objectContaining({ pointer }));
});

test('ids that the model does not know take no part', async () => {
  const { items } = await recommendForGroup(plain, { members: [{ ratings: [{ item: itemId('none'), rating: 5 }] }] });
  expect(items).toHaveLength(10);
});
