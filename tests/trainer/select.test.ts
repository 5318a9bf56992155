import { describe, expect, test } from 'vitest';
import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import { ndcg, relevanceOf } from '../../trainer/evaluation/metrics.ts';
import { SETTINGS } from '../../trainer/evaluation/settings.ts';
import { keepEntries, splitUsers } from '../../trainer/evaluation/split.ts';
import { DEFAULT_RESIDUAL, factorize, prepare } from '../../trainer/factorize.ts';
import { readKernel } from '../../trainer/openModel.ts';
import { Random } from '../../trainer/random.ts';
import type { Ratings } from '../../trainer/ratings/ratings.ts';
import { coveredRows, packResidual, rowsWithin, trainResidual } from '../../trainer/residual.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';
import { chooseParameters, describeChoice, residualWithin, startOf } from '../../trainer/select.ts';
import { judge, judgeResidual, makeTrials } from '../../trainer/trials.ts';

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

describe('what a setting is worth', () => {
  test.each([undefined, 1, 3])('is what the ten of a Recommender are worth, told %s', async (first) => {
    const [trial] = makeTrials(few);
    const { train, validation, test: others } = splitUsers(few, { fold: 0, positiveFrom: 4 });
    const people = [...validation, ...others].filter(({ positives }) => first === undefined || positives.length >= first);
    const ten = async (factors: Awaited<ReturnType<typeof factorize>>): Promise<number[]> => {
      const catalog = catalogOf(Array.from(factors.itemOfRow, (item) => train.items[item]!));
      const recommender = new Recommender({ manifest: { model: factors.parameters, ratingScale: train.scale }, factors: factors.index, foldIn: factors.foldIn, catalog, residual: factors.residual }, await KernelIndex.open(factors.index, kernel));
      return people.map((person) => ndcg(relevanceOf(recommender.recommend({ ...SETTINGS.B.question(person, first), k: 10 }).items.map(({ item }) => item.id), person.targets), person.targets.length, 10));
    };
    const { residual: _, ...bare } = startOf({ rank: 16, seed: 1, residual: 0, memory: 0.5 });
    const low = await factorize(train, bare);
    const engine = await KernelIndex.open(low.index, kernel);
    expect(judge(trial!, low, engine, first)).toEqual(await ten(low));

    const parameters = { ...DEFAULT_RESIDUAL, perItem: 8, rows: 200 };
    const found = await trainResidual(prepare(train).weights, low.index, low.foldIn, parameters);
    const ways = [{ weight: 0.75, fullFrom: 25 }, { weight: 2, fullFrom: 1 }, { weight: 2, fullFrom: 5 }];
    const worths = judgeResidual(trial!, low, packResidual(found!, 8, 1), engine, ways, first);
    for (const [i, way] of ways.entries()) {
      const whole = await factorize(train, { ...bare, residual: { ...parameters, ...way } });
      expect(worths[i]).toEqual(await ten(whole));
    }
    expect(new Set(worths.map((scores) => scores.join())).size).toBeGreaterThan(1);
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
    expect(selection!.unseenFold).toBeNull();
    expect(parameters.residual?.perItem ?? 8).toBe(8);
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

test('with so many entries an item takes 256 bytes', () => {
  expect(residualWithin({ rank: 64 })).toBe(59);
  expect(64 + 8 + 6 + 3 * 59).toBeLessThanOrEqual(256);
  expect(residualWithin({ rank: 64, store: 'SQfp16' })).toBe(38);
  expect(residualWithin({ rank: 300 })).toBe(0);
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
