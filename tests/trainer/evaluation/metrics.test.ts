import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimate, ndcg, recall, reciprocalRank, relevanceOf } from '../../../trainer/evaluation/metrics.ts';

describe('metrics of a ranking', () => {
  const relevance = relevanceOf([7, 3, 9, 1, 5], [3, 1, 8]); // found at places 2 and 4, one not at all

  test('by hand', () => {
    expect(relevance).toEqual([false, true, false, true, false]);
    const found = 1 / Math.log2(3) + 1 / Math.log2(5);
    const best = 1 + 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcg(relevance, 3, 5)).toBeCloseTo(found / best, 12);
    expect(ndcg(relevance, 3, 2)).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 12);
    expect(recall(relevance, 3, 5)).toBeCloseTo(2 / 3, 12);
    expect(recall(relevance, 3, 2)).toBeCloseTo(1 / 2, 12); // two places, three targets: two is all that fits
    expect(reciprocalRank(relevance)).toBe(1 / 2);
    expect(reciprocalRank([false, false])).toBe(0);
  });

  test('all are between 0 and 1, and 1 where the targets come first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 100 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }), (ranking, count, k) => {
        const targets = ranking.slice(0, count);
        const perfect = relevanceOf(ranking, targets);
        for (const metric of [ndcg, recall]) expect(metric(perfect, targets.length, k)).toBeCloseTo(1, 12);
        const reversed = relevanceOf(ranking.toReversed(), targets);
        for (const metric of [ndcg, recall]) {
          expect(metric(reversed, targets.length, k)).toBeGreaterThanOrEqual(0);
          expect(metric(reversed, targets.length, k)).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});

test('a mean and its standard error', () => {
  expect(estimate([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4) });
  expect(estimate([1]).standardError).toBeNaN();
});
