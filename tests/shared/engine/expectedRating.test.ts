import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { loadModel } from '../../../shared/artifact/load.ts';
import { meanRating, type StarsTable } from '../../../shared/artifact/starsFile.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { fitRatings, type RatedRow } from '../../../shared/engine/expectedRating.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { itemRow } from '../../../shared/ids.ts';
import { memorySource, tinyModel, tinyStars } from '../../support/tinyModel.ts';

const model = await loadModel(memorySource(await tinyModel({ extras: true })));
const { factors } = model;
const stars = tinyStars(40);
const scale = { min: 0.5, max: 5 };

const person = fc.uniqueArray(fc.record({ row: fc.nat(39).map(itemRow), rating: fc.integer({ min: 1, max: 10 }).map((half) => half / 2) }), { selector: ({ row }) => row, maxLength: 40 });

/** The same by the primal normal equations: (ΦᵀΦ + diag(λ)) θ = Φᵀ(r − m), with Φ = [1 x]. */
function byNormalEquations({ offsetRidge, tasteRidge }: StarsTable, ratings: readonly RatedRow[], target: number): number {
  const features = (row: number): number[] => {
    const direction = new Float64Array(factors.rank);
    decodeRow(factors, row, direction);
    const length = Math.hypot(...direction);
    return [1, ...Array.from(direction, (value) => value / length)];
  };
  let bonus = 0;
  if (ratings.length > 0) {
    const phi = new Matrix(ratings.map(({ row }) => features(row)));
    const y = Matrix.columnVector(ratings.map(({ row, rating }) => rating - meanRating(stars, row)));
    const ridge = Matrix.diag([offsetRidge, ...Array.from({ length: factors.rank }, () => tasteRidge)]);
    const theta = solve(Matrix.add(phi.transpose().mmul(phi), ridge), phi.transpose().mmul(y));
    bonus = new Matrix([features(target)]).mmul(theta).get(0, 0);
  }
  return Math.min(scale.max, Math.max(scale.min, meanRating(stars, target) + bonus));
}

describe('fitRatings', () => {
  test('is the ridge regression that it says it is', () => {
    fc.assert(
      fc.property(person, fc.nat(39), fc.constantFrom(0.5, 5, 50), (ratings, target, ridge) => {
        const table = { ...stars, tasteRidge: ridge };
        expect(fitRatings(factors, table, scale, ratings)(itemRow(target))).toBeCloseTo(byNormalEquations(table, ratings, target), 2);
      }),
    );
  });

  test('the order of the ratings does not matter, to the last bit', () => {
    fc.assert(
      fc.property(person, fc.nat(39).map(itemRow), (ratings, target) => {
        expect(fitRatings(factors, stars, scale, ratings.toReversed())(target)).toBe(fitRatings(factors, stars, scale, ratings)(target));
      }),
    );
  });
});

describe('expected ratings in recommendations', () => {
  const recommender = new Recommender(model, new ExactIndex(factors));
  const rate = (row: number, rating: number) => ({ item: model.catalog.items[row]!.id, rating });

  test('a newcomer is told what everybody gives', () => {
    for (const { item, expected } of recommender.recommend({ ratings: [], k: 40 }).items) {
      const row = model.catalog.rowOf(item.id)!;
      expect(expected).toBe(meanRating(model.stars!, row));
    }
  });

  test('who rates everything higher than others is expected to go on', () => {
    const of = (rating: number) => recommender.recommend({ ratings: [1, 2, 3, 4, 5].map((row) => rate(row, rating)), k: 35 }).items;
    const strict = new Map(of(1).map(({ item, expected }) => [item.id, expected!]));
    for (const { item, expected } of of(5)) expect(expected).toBeGreaterThanOrEqual(strict.get(item.id)!);
  });

  test('they change no order, and do not come unasked or from a model that has none', async () => {
    const query = { ratings: [rate(3, 5), rate(7, 1)], k: 40 };
    const { items } = recommender.recommend(query);
    const without = recommender.recommend({ ...query, expect: false }).items;
    expect(without).toEqual(items.map(({ item, score }) => ({ item, score })));
    const plain = await loadModel(memorySource(await tinyModel()));
    expect(new Recommender(plain, new ExactIndex(plain.factors)).recommend(query).items).toEqual(without);
  });
});
