import { describe, expect, test } from 'vitest';
import { keepEntries } from '../../trainer/evaluation/split.ts';
import { readKernel } from '../../trainer/openModel.ts';
import { Random } from '../../trainer/random.ts';
import type { Ratings } from '../../trainer/ratings/ratings.ts';
import { coveredRows, rowsWithin } from '../../trainer/residual.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';
import { chooseParameters, describeChoice, startOf } from '../../trainer/select.ts';
import { makeTrials } from '../../trainer/trials.ts';

const sample = sampleRatings();
const firstUsers = (count: number): Ratings => keepEntries(sample, (entry) => sample.user[entry]! < count);
const few = firstUsers(300);
const kernel = await readKernel();
const start = startOf({ rank: 16, seed: 1, residual: 8, memory: 0.5 });

describe('makeTrials', () => {
  test('asks everybody at most once, and never somebody who trains', () => {
    const trials = makeTrials(few);
    expect(trials.length).toBe(5);
    const asked = trials.flatMap(({ people }) => people.map(({ id }) => id));
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(250);
    // 300 people less those who are asked, and those with too few positives.
    for (const { training, people } of trials) expect(training.weights.rows + people.length).toBeLessThanOrEqual(300);
  });

  test('takes fewer splits where these have people enough', () => {
    expect(makeTrials(sample)).toHaveLength(3);
  });
});

describe('chooseParameters', () => {
  test('finds something better than it begins with, the same each time, within its budget', async () => {
    const steps: string[] = [];
    const choose = () => chooseParameters(few, start, { budget: 3, kernel, onProgress: (text) => steps.push(text) });
    const { parameters, selection } = await choose();
    expect(new Set(steps.map((text) => /a \S+ b \S+/.exec(text.replace(',', ''))?.[0]).filter(Boolean)).size).toBeLessThanOrEqual(3);
    expect(selection!.people).toBeGreaterThan(250);
    expect(selection!.splits).toBe(5);
    expect(selection!.after).toBeGreaterThan(selection!.before - selection!.standardError);
    expect(selection!.residual!.kept).toBe(parameters.residual !== undefined);
    expect(await choose()).toEqual({ parameters, selection });
    expect(describeChoice(parameters, selection)).toHaveLength(3);
  }, 60_000);

  test('without a budget, or with too few people, all stays as it is', async () => {
    expect(await chooseParameters(few, start, { budget: 0, kernel })).toEqual({ parameters: start, selection: null });
    expect(await chooseParameters(firstUsers(30), start, { budget: 3, kernel })).toEqual({ parameters: start, selection: null });
  });

  test('a residual that tells nothing is left out', async () => {
    const random = new Random(3);
    const noise = { ...few, rating: few.rating.map(() => 3 + random.integer(3)), item: few.item.slice() };
    // Everybody rates whatever: rows stay sorted, pairs unique.
    for (let i = 0, begin = 0; i <= noise.user.length; i++) {
      if (i < noise.user.length && noise.user[i] === noise.user[begin]) continue;
      const drawn = new Set<number>();
      while (drawn.size < i - begin) drawn.add(random.integer(few.items.length));
      noise.item.set([...drawn].sort((a, b) => a - b), begin);
      begin = i;
    }
    const { parameters, selection } = await chooseParameters(noise, start, { budget: 1, kernel });
    expect(selection!.residual!.kept).toBe(false);
    expect(parameters.residual).toBeUndefined();
  }, 60_000);
});

describe('what a residual covers', () => {
  test('items with ratings enough, no more than asked for', () => {
    expect(coveredRows([90, 30, 6, 5.9, 1], 10)).toBe(3);
    expect(coveredRows([90, 30, 6, 5.9, 1], 2)).toBe(2);
    expect(coveredRows([], 2)).toBe(0);
  });

  test('what the memory holds', () => {
    expect(rowsWithin(0.5e9)).toBeGreaterThan(10_000);
    expect(4 * rowsWithin(0.5e9) ** 2).toBeLessThan(0.5e9);
  });
});
