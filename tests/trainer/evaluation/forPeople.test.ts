import { beforeAll, describe, expect, test } from 'vitest';
import { SURPRISE_DEFAULTS, trainBiasedMf } from '../../../trainer/evaluation/biasedMf.ts';
import { describeExplicit, errorsOf, foldOf, measureFiveFolds, measureNewPeople } from '../../../trainer/evaluation/explicit.ts';
import { describeOnboarding, measureOnboarding } from '../../../trainer/evaluation/onboarding.ts';
import { readKernel } from '../../../trainer/openModel.ts';
import { Random } from '../../../trainer/random.ts';
import type { Ratings } from '../../../trainer/ratings/ratings.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';
import { keepEntries } from '../../../trainer/evaluation/split.ts';

const sample = sampleRatings();
/** A third of the people: enough to see what is better. */
const some = keepEntries(sample, (entry) => sample.user[entry]! % 3 === 0);

describe('errors', () => {
  test('of one and of three', () => {
    expect(errorsOf([1, -3])).toEqual({ rmse: Math.sqrt(5), mae: 2 });
  });

  test('five folds of about the same size, the same in every program', () => {
    const counts = [0, 0, 0, 0, 0];
    for (let user = 0; user < 100; user++) for (let item = 0; item < 100; item++) counts[foldOf(user, item)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(150);
    // Worked out by hand-written Python over 32-bit integers.
    expect([foldOf(1, 1), foldOf(1, 3), foldOf(610, 170875)]).toEqual([1, 0, 2]);
  });
});

describe('biased matrix factorisation', () => {
  test('learns ratings that are made of biases and two factors', () => {
    const random = new Random(3);
    const [users, items] = [60, 50];
    const draw = (rows: number): number[][] => Array.from({ length: rows }, () => [random.normal(), random.normal()]);
    const [p, q] = [draw(users), draw(items)];
    const truth = (u: number, i: number): number => 3 + 0.3 * Math.sin(u) + 0.4 * Math.cos(i) + 0.5 * (p[u]![0]! * q[i]![0]! + p[u]![1]! * q[i]![1]!);
    const all = Array.from({ length: users * items }, (_, n) => ({ u: Math.floor(n / items), i: n % items }));
    const ratings: Ratings = {
      ...sample,
      userIds: Array.from({ length: users }, (_, u) => u),
      items: sample.items.slice(0, items),
      user: Uint32Array.from(all, ({ u }) => u),
      item: Uint32Array.from(all, ({ i }) => i),
      rating: Float32Array.from(all, ({ u, i }) => truth(u, i)),
    };
    const entries = Uint32Array.from(all.keys());
    const [learnt, hidden] = [entries.filter((entry) => entry % 7 !== 2), entries.filter((entry) => entry % 7 === 2)];
    const predict = trainBiasedMf(ratings, learnt, { ...SURPRISE_DEFAULTS, factors: 8, epochs: 200, rate: 0.01, seed: 1 });
    const { rmse } = errorsOf(Array.from(hidden, (entry) => predict(ratings.user[entry]!, ratings.item[entry]!) - ratings.rating[entry]!));
    const spread = errorsOf(Array.from(hidden, (entry) => 3 - ratings.rating[entry]!)).rmse;
    expect(rmse).toBeLessThan(0.35 * spread);
  });

  test('whom and what it has never seen stand at the mean', () => {
    const entries = Uint32Array.of(0);
    const predict = trainBiasedMf(some, entries, { ...SURPRISE_DEFAULTS, epochs: 0, seed: 1 });
    expect(predict(some.user[0]! + 1, some.item[0]! + 1)).toBe(some.rating[0]);
  });
});

/** 400 people of four kinds: each rates most items of their own kind, about 4.5, and some of the others, about 2. */
function tribes(): Ratings {
  const random = new Random(5);
  const entries = Array.from({ length: 400 }, (_, u) =>
    Array.from({ length: 100 }, (_unused, i) => ({ u, i, own: i % 4 === u % 4 })).filter(({ own }) => random.uniform() < (own ? 0.7 : 0.15)),
  ).flat();
  return {
    ...sample,
    userIds: Array.from({ length: 400 }, (_, u) => u),
    items: sample.items.slice(0, 100),
    user: Uint32Array.from(entries, ({ u }) => u),
    item: Uint32Array.from(entries, ({ i }) => i),
    rating: Float32Array.from(entries, ({ own }) => (own ? 4.5 : 2) + (random.uniform() - 0.5)),
  };
}

describe('expected ratings', () => {
  test('come nearer with taste than with biases alone, and the more so the more is told', async () => {
    const rows = await measureNewPeople(tribes(), { fold: 0, positiveFrom: 4, rank: 8, seed: 1 });
    expect(rows.map(({ told }) => told)).toEqual([0, 5, 20, Infinity]);
    expect(rows[0]!.taste).toEqual(rows[0]!.bias);
    for (const { better } of rows.slice(1)) expect(better.mean).toBeGreaterThan(4 * better.standardError);
    for (const [i, { taste }] of rows.slice(1).entries()) expect(taste.rmse).toBeLessThan(rows[i]!.taste.rmse);
    const folds = measureFiveFolds(keepEntries(some, (entry) => some.user[entry]! < 60), 1, () => undefined);
    expect(describeExplicit(folds, rows)).toMatch(/biased matrix factorisation 100 +0\.\d{4} +0\.\d{4}\n/);
  });
});

describe('onboarding', () => {
  let kernel: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    kernel = await readKernel();
  });

  test('three lists are put to the same people, and compared in pairs', async () => {
    const found = await measureOnboarding(some, { folds: [0], positiveFrom: 4, rank: 16, seed: 1, kernel });
    expect(found.lists.map(({ list }) => list)).toEqual(['most popular', 'random of the popular', 'most telling']);
    const [popular, , telling] = found.lists;
    expect(popular!.better).toBeNull();
    // Asking for the popular brings most answers; the differences are those of the means.
    for (const other of found.lists) expect(popular!.answersInTen).toBeGreaterThanOrEqual(other.answersInTen);
    telling!.accuracy.forEach(({ mean }, stop) => expect(telling!.better![stop]!.mean).toBeCloseTo(mean - popular!.accuracy[stop]!.mean));
    expect(describeOnboarding(found)).toContain(`${found.people} newcomers`);
  });
});
