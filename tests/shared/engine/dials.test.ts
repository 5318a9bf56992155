import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { quantizeSq8, type Sq8Table } from '../../../shared/artifact/faissSq8.ts';
import { turnDials } from '../../../shared/engine/dials.ts';
import { diversify, VARIETY_POOL } from '../../../shared/engine/diversity.ts';
import { exp, ln } from '../../../shared/engine/elementary.ts';
import type { Recommender } from '../../../shared/engine/recommender.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import type { Hits } from '../../../shared/engine/vectorIndex.ts';
import type { RecommendQuery } from '../../../shared/query.ts';
import { openRecommenderFrom } from '../../../trainer/openModel.ts';
import { Random } from '../../../trainer/random.ts';

describe('ln and exp', () => {
  const positive = fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true });
  test('ln is Math.log to the last few bits', () => {
    fc.assert(
      fc.property(positive, (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(2e-15 * Math.max(1, Math.abs(Math.log(x))));
      }),
      { numRuns: 2000 },
    );
    for (const x of [1, 2, 0.5, Math.SQRT1_2, Math.SQRT2, 5e-324, Number.MAX_VALUE]) expect(ln(x)).toBeCloseTo(Math.log(x), 12);
    expect(ln(1)).toBe(0);
  });
  test('exp is Math.exp to the last few bits', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(2e-13);
      }),
      { numRuns: 2000 },
    );
    expect(exp(0)).toBe(1);
  });
  test('golden bits: the same in every engine', () => {
    expect([ln(3), ln(0.1), ln(12345.678), exp(1), exp(-0.37), exp(5.5)]).toEqual(GOLDEN);
  });
});
const GOLDEN = [1.0986122886681096, -2.3025850929940455, 9.421061321291832, 2.7182818284590455, 0.6907343306373547, 244.69193226422044];

interface Case {
  readonly factors: Sq8Table;
  readonly hits: Hits;
}

function randomCase(seed: number, rows: number, rank: number): Case {
  const random = new Random(seed);
  const values = new Float64Array(rows * rank);
  random.fillNormal(values);
  const scores = new Float64Array(rows);
  random.fillNormal(scores);
  scores.sort().reverse();
  // Rows in another order than the scores: 7 and their number have no common divisor.
  return { factors: quantizeSq8(values, rows, rank), hits: { rows: Uint32Array.from({ length: rows }, (_, i) => (i * 7) % rows), scores } };
}
const cases = fc.record({ seed: fc.nat(), rows: fc.integer({ min: 1, max: 40 }).filter((n) => n % 7 !== 0), rank: fc.integer({ min: 1, max: 12 }), variety: fc.double({ min: 0.01, max: 0.99, noNaN: true }) });

/** ln det by elimination. */
function logDeterminant(matrix: number[][]): number {
  const m = matrix.map((row) => [...row]);
  let sum = 0;
  for (let p = 0; p < m.length; p++) {
    sum += Math.log(m[p]![p]!);
    for (let i = p + 1; i < m.length; i++) {
      const factor = m[i]![p]! / m[p]![p]!;
      for (let j = p; j < m.length; j++) m[i]![j]! -= factor * m[p]![j]!;
    }
  }
  return sum;
}

/** The definition in its simplest form: determinants from scratch at every step. */
function greedyByDefinition({ factors, hits }: Case, variety: number): number[] {
  const rows = Array.from(hits.rows.slice(0, VARIETY_POOL));
  const vectors = rows.map((row) => {
    const out = new Float64Array(factors.rank);
    decodeRow(factors, row, out);
    const length = Math.hypot(...out);
    return out.map((value) => value / length);
  });
  const kernel = vectors.map((a, i) => vectors.map((b, j) => (i === j ? 1 : 0.99 * a.reduce((sum, value, d) => sum + value * b[d]!, 0))));
  const last = hits.scores[rows.length - 1]!;
  const relevance = rows.map((_, i) => (hits.scores[i]! - last) / (hits.scores[0]! - last));
  const objective = (chosen: readonly number[]): number =>
    chosen.reduce((sum, i) => sum + (1 - variety) * relevance[i]!, 0) + variety * 0.3 * logDeterminant(chosen.map((i) => chosen.map((j) => kernel[i]![j]!)));
  const chosen: number[] = [];
  while (chosen.length < rows.length) {
    const rest = rows.map((_, i) => i).filter((i) => !chosen.includes(i));
    const gains = rest.map((i) => objective([...chosen, i]));
    chosen.push(rest[gains.indexOf(Math.max(...gains))]!);
  }
  return chosen.map((i) => rows[i]!);
}

describe('variety', () => {
  test('is greedy MAP inference, as determinants from scratch give it', () => {
    fc.assert(
      fc.property(cases.filter(({ rows }) => rows > 1 && rows < 16), ({ seed, rows, rank, variety }) => {
        const asked = randomCase(seed, rows, rank);
        expect([...diversify(asked.hits, asked.hits.scores, asked.factors, variety).rows]).toEqual(greedyByDefinition(asked, variety));
      }),
      { numRuns: 150 },
    );
  });

  test('moves what is there, with its score, and the best stays first below 1', () => {
    fc.assert(
      fc.property(cases, ({ seed, rows, rank, variety }) => {
        const { hits, factors } = randomCase(seed, rows, rank);
        const turned = diversify(hits, hits.scores, factors, variety);
        const pairs = ({ rows: ids, scores }: Hits) => Array.from(ids, (row, i) => [row, scores[i]!] as const).sort((a, b) => a[0] - b[0]);
        expect(pairs(turned)).toEqual(pairs(hits));
        expect(turned.rows[0]).toBe(hits.rows[0]);
      }),
    );
  });

  test('two of a kind do not stand together', () => {
    const values = Float64Array.of(1, 0, 1, 0.01, 0, 1); // rows 0 and 1 point one way, row 2 another
    const hits = { rows: Uint32Array.of(0, 1, 2), scores: Float64Array.of(3, 2.9, 2) };
    expect([...diversify(hits, hits.scores, quantizeSq8(values, 3, 2), 0.5).rows]).toEqual([0, 2, 1]);
  });

  test('more items than dimensions, and items without a direction, have an order', () => {
    const { factors, hits } = randomCase(3, 100, 2);
    const order = diversify(hits, hits.scores, factors, 1);
    expect(new Set(order.rows).size).toBe(100);
    const none = { rows: 3, rank: 2, min: new Float32Array(2), range: new Float32Array(2), codes: new Uint8Array(6) };
    expect([...diversify({ rows: Uint32Array.of(0, 1, 2), scores: new Float64Array(3) }, new Float64Array(3), none, 0.5).rows]).toEqual([0, 1, 2]);
  });
});

describe('the popularity dial', () => {
  const factors = quantizeSq8(new Float64Array(4).fill(1), 4, 1);
  const popularity = Float32Array.of(100, 10, 1, 0);
  const order = (scores: number[], dial: number) => [...turnDials({ rows: Uint32Array.of(0, 1, 2, 3).slice(0, scores.length), scores: Float64Array.from(scores) }, { variety: 0, popularity: dial }, factors, popularity).rows];

  test('multiplies a score with a power of the popularity', () => {
    // Of ten times as popular, at −1: 10^0.6 = 3.98 times the score.
    expect(order([3.9, 1], -1)).toEqual([1, 0]);
    expect(order([4, 1], -1)).toEqual([0, 1]);
    expect(order([1, 1], 1)).toEqual([0, 1]);
  });
  test('moves negative scores the same way', () => {
    expect(order([-1, -2], -1)).toEqual([1, 0]);
    expect(order([-1, -2], 1)).toEqual([0, 1]);
  });
  test('nobody knows it: still an order', () => expect(order([4, 3, 2, 1], -1)).toEqual([3, 2, 1, 0]));
});

describe('at the recommender', () => {
  let recommender: Recommender;
  beforeAll(async () => {
    recommender = await openRecommenderFrom(inject('sampleModel'));
  });
  const answer = (query: Partial<RecommendQuery>) => recommender.recommend({ ratings: recommender.model.catalog.items.slice(3, 11).map(({ id }) => ({ item: id, rating: 4.5 })), ...query }).items;
  const ids = (query: Partial<RecommendQuery>) => answer(query).map(({ item }) => item.id);

  test('0 is untouched, to the bit', () => {
    expect(answer({ variety: 0, popularity: 0, k: 1000 })).toEqual(answer({ k: 1000 }));
  });
  test('ten are the beginning of a hundred and of all', () => {
    for (const dials of [{ variety: 0.6 }, { popularity: -0.5 }, { variety: 0.3, popularity: 0.8 }]) {
      const all = ids({ ...dials, k: 1000 });
      expect(new Set(all).size).toBe(all.length);
      expect(ids(dials)).toEqual(all.slice(0, 10));
      expect(ids({ ...dials, k: 100 })).toEqual(all.slice(0, 100));
    }
  });
  test('less popular as the dial goes down', () => {
    const mean = (popularity: number) => ids({ popularity }).reduce<number>((sum, id) => sum + recommender.model.catalog.rowOf(id)!, 0) / 10;
    const means = [1, 0.5, 0, -0.5, -1].map(mean);
    expect(means).toEqual(means.toSorted((a, b) => a - b));
    expect(means[0]).toBeLessThan(means[4]!);
  });
  test('explanations are of the score that is shown', () => {
    for (const { score, because } of answer({ variety: 0.5, popularity: -0.5, explain: true })) {
      expect(Number.isFinite(score)).toBe(true);
      expect(because!.length).toBe(8);
    }
  });
  test.each<[Partial<RecommendQuery>, string]>([
    [{ variety: -0.1 }, '/variety'],
    [{ variety: 1.1 }, '/variety'],
    [{ variety: NaN }, '/variety'],
    [{ popularity: -1.5 }, '/popularity'],
    [{ popularity: NaN }, '/popularity'],
  ])('%j is refused', (query, pointer) => {
    expect(() => answer(query)).toThrow(expect.objectContaining({ code: 'BAD_QUERY', pointer }));
  });
});
