import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadModel } from '../../../shared/artifact/load.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { FrameRateError } from '../../../shared/errors.ts';
import { itemId } from '../../../shared/ids.ts';
import type { CatalogItem, Filter, Rating } from '../../../shared/query.ts';
import { asSum, memorySource, tinyItems, tinyModel, type SumModel } from '../../support/tinyModel.ts';

const model = asSum(await loadModel(memorySource(await tinyModel())));
const recommender = new Recommender(model, new ExactIndex(model.factors));
const rate = (row: number, rating: number): Rating => ({ item: model.catalog.items[row]!.id, rating });
const ids = (ratings: readonly Rating[], k = 10) => recommender.recommend({ ratings, k }).items.map(({ item }) => item.id);

/** The model's formula, written down once more from DESIGN.md: score_j = Σ_d g_d · (Σ_i w_i E_i + c ū)_d · F_j,d. */
function scoreByHand({ factors, foldIn, manifest }: SumModel, ratings: readonly { row: number; rating: number }[], target: number): number {
  const { shrinkage, shrinkageEnd, priorWeight } = manifest.model;
  const n = ratings.length;
  const lambda = shrinkage * Math.max(0, 1 / n - 1 / shrinkageEnd);
  const row = (r: number): Float64Array => {
    const out = new Float64Array(factors.rank);
    decodeRow(factors, r, out);
    return out;
  };
  const wanted = row(target);
  let score = 0;
  for (let d = 0; d < factors.rank; d++) {
    let u = priorWeight * foldIn.prior[d]!;
    for (const { row: r, rating } of ratings) u += (rating / 4) * foldIn.encoderScale[r]! * row(r)[d]!;
    score += (u / (1 + lambda * foldIn.noise[d]!)) * wanted[d]!;
  }
  return score;
}

const people = fc.uniqueArray(fc.record({ row: fc.nat(39), rating: fc.integer({ min: 1, max: 10 }).map((half) => half / 2) }), { selector: ({ row }) => row, minLength: 1, maxLength: 39 });

describe('Recommender', () => {
  test('scores are the formula of the model', () => {
    fc.assert(
      fc.property(people, (person) => {
        const { items } = recommender.recommend({ ratings: person.map(({ row, rating }) => rate(row, rating)), k: 40 });
        for (const { item, score } of items) {
          const byHand = scoreByHand(model, person, model.catalog.rowOf(item.id)!);
          expect(Math.abs(score - byHand)).toBeLessThan(1e-4 * (1 + Math.abs(byHand)));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('nothing that was rated comes back, everything else does, each once', () => {
    fc.assert(
      fc.property(people, (person) => {
        const found = ids(person.map(({ row, rating }) => rate(row, rating)), 40);
        const rated = new Set(person.map(({ row }) => model.catalog.items[row]!.id));
        expect(found.some((id) => rated.has(id))).toBe(false);
        expect(new Set(found).size).toBe(40 - rated.size);
        expect(found.length).toBe(40 - rated.size);
      }),
    );
  });

  test('the order of the ratings does not matter, to the last bit', () => {
    fc.assert(
      fc.property(people, (person) => {
        const ratings = person.map(({ row, rating }) => rate(row, rating));
        const scores = (list: Rating[]) => recommender.recommend({ ratings: list }).items.map(({ item, score }) => [item.id, score]);
        expect(scores(ratings.toReversed())).toEqual(scores(ratings));
      }),
    );
  });

  test('shares of the reasons and of the average person add up to the whole score', () => {
    fc.assert(
      fc.property(people, (person) => {
        const ratings = person.map(({ row, rating }) => rate(row, rating));
        const [first] = recommender.recommend({ ratings, k: 1, explain: true }).items;
        if (!first) return;
        const shares = first.because!.map(({ share }) => share);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
        const row = model.catalog.rowOf(first.item.id)!;
        // Without any rating's part, what is left is the average person's: the score of nobody with this damping.
        const withoutRatings = first.score * (1 - shares.reduce((sum, share) => sum + share, 0));
        const prior = scoreByHand(model, person, row) - person.reduce((sum, one) => sum + onlyThis(person.length, one, row), 0);
        expect(Math.abs(withoutRatings - prior)).toBeLessThan(1e-3 * (1 + Math.abs(prior)));
      }),
      { numRuns: 50 },
    );
  });

  /** One rating's part in a person of n ratings. */
  function onlyThis(n: number, { row, rating }: { row: number; rating: number }, target: number): number {
    const { shrinkage, shrinkageEnd } = model.manifest.model;
    const lambda = shrinkage * Math.max(0, 1 / n - 1 / shrinkageEnd);
    const [from, to] = [new Float64Array(6), new Float64Array(6)];
    decodeRow(model.factors, row, from);
    decodeRow(model.factors, target, to);
    return from.reduce((sum, value, d) => sum + ((rating / 4) * model.foldIn.encoderScale[row]! * value * to[d]!) / (1 + lambda * model.foldIn.noise[d]!), 0);
  }

  test('no rating gives the popular start, and says so', () => {
    const answer = recommender.recommend({ ratings: [] });
    expect(answer.basis).toBe('popular');
    expect(answer.items).toHaveLength(10);
  });

  test('unknown ids are left out and listed', () => {
    const stranger = itemId('no such film');
    const answer = recommender.recommend({ ratings: [rate(3, 5), { item: stranger, rating: 4 }] });
    expect(answer.unknown).toEqual([stranger]);
    expect(answer.items).toEqual(recommender.recommend({ ratings: [rate(3, 5)] }).items);
    expect(recommender.recommend({ ratings: [{ item: stranger, rating: 4 }] }).basis).toBe('popular');
  });

  test('of a repeated item the last rating counts', () => {
    expect(ids([rate(3, 1), rate(4, 5), rate(3, 5)])).toEqual(ids([rate(3, 5), rate(4, 5)]));
  });

  test.each([0, 5.5, -1, NaN, Infinity])('a rating of %d is refused with its place', (rating) => {
    expect(() => recommender.recommend({ ratings: [rate(1, 4), rate(2, rating)] })).toThrow(
      expect.objectContaining({ code: 'RATING_OUT_OF_RANGE', pointer: '/ratings/1/rating' }),
    );
  });

  test.each([0, -1, 1.5, 1001, NaN])('k = %d is refused', (k) => {
    expect(() => recommender.recommend({ ratings: [], k })).toThrow(FrameRateError);
  });

  test('an id written as text finds a number, and the other way round', async () => {
    expect(ids([{ item: itemId('7'), rating: 5 }])).toEqual(ids([{ item: itemId(7), rating: 5 }]));
    const named = await loadModel(memorySource(await tinyModel({ items: tinyItems(40).map((item) => ({ ...item, id: itemId(`${String(item.id)}x`) })) })));
    expect(named.catalog.rowOf(itemId('7x'))).toBe(0);
    expect(named.catalog.rowOf(itemId('7'))).toBeUndefined();
  });

  test('excluded items do not come, and the next ones move up', () => {
    const all = ids([rate(3, 5)], 40);
    const [first, , third] = all;
    const { items } = recommender.recommend({ ratings: [rate(3, 5)], k: 40, exclude: [first!, third!, itemId('no such film')] });
    expect(items.map(({ item }) => item.id)).toEqual(all.filter((id) => id !== first && id !== third));
  });

  test('a filter leaves exactly the items that pass, in the order they had', () => {
    const genre = fc.constantFrom('Drama', 'War', 'Sci-Fi');
    const filters = fc.record(
      {
        genres: fc.array(genre, { maxLength: 2 }),
        withoutGenres: fc.array(genre, { maxLength: 2 }),
        years: fc.tuple(fc.integer({ min: 1940, max: 1995 }), fc.nat(30)).map(([from, span]) => ({ from, to: from + span })),
        only: fc.array(fc.nat(45).map((row) => itemId(10 * row + 7))),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(people, filters, (person, filter) => {
        const ratings = person.map(({ row, rating }) => rate(row, rating));
        const passes = ({ id, genres, year }: CatalogItem): boolean =>
          (!filter.genres || filter.genres.some((wanted) => genres.includes(wanted))) &&
          !filter.withoutGenres?.some((unwanted) => genres.includes(unwanted)) &&
          (!filter.years || (year !== null && year >= filter.years.from && year <= filter.years.to)) &&
          (!filter.only || filter.only.includes(id));
        const expected = recommender.recommend({ ratings, k: 40 }).items.filter(({ item }) => passes(item));
        expect(recommender.recommend({ ratings, k: 40, filter }).items).toEqual(expected);
      }),
    );
  });

  test.each<[string, Filter, string]>([
    ['a genre that no item has', { genres: ['Drama', 'Opera'] }, '/filter/genres/1'],
    ['an unwanted genre that no item has', { withoutGenres: ['drama'] }, '/filter/withoutGenres/0'],
    ['years that are upside down', { years: { from: 2000, to: 1990 } }, '/filter/years'],
  ])('%s is refused with its place', (_, filter, pointer) => {
    expect(() => recommender.recommend({ ratings: [], filter })).toThrow(expect.objectContaining({ code: 'BAD_QUERY', pointer }));
  });

  test('similar items are those of the largest cosine', () => {
    const vector = (row: number): Float64Array => {
      const out = new Float64Array(model.factors.rank);
      decodeRow(model.factors, row, out);
      return out;
    };
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
    const cosine = (a: Float64Array, b: Float64Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    for (const row of [0, 7, 39]) {
      const found = recommender.similar({ item: model.catalog.items[row]!.id, k: 5 });
      const expected = model.catalog.items
        .map((item, other) => ({ item, similarity: cosine(vector(row), vector(other)) }))
        .filter(({ item }) => item !== model.catalog.items[row])
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, 5);
      expect(found.map(({ item }) => item)).toEqual(expected.map(({ item }) => item));
      for (const [i, { similarity }] of found.entries()) expect(similarity).toBeCloseTo(expected[i]!.similarity, 5);
    }
  });

  test('an item that is not there is not found', () => {
    expect(() => recommender.similar({ item: itemId('no such film') })).toThrow(expect.objectContaining({ code: 'NOT_FOUND', pointer: '/item' }));
    expect(() => recommender.item(itemId(1))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(recommender.item(itemId(7)).title).toBe('Film 0');
  });
});
