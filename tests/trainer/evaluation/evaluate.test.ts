import { beforeAll, describe, expect, test } from 'vitest';
import { judge, pairedDifference, pool } from '../../../trainer/evaluation/evaluate.ts';
import { ListJudge } from '../../../trainer/evaluation/lists.ts';
import { estimate } from '../../../trainer/evaluation/metrics.ts';
import { popularityRanker, RANKERS } from '../../../trainer/evaluation/rankers.ts';
import { runEvaluation, type EvaluationResult, type RunOptions } from '../../../trainer/evaluation/run.ts';
import { SETTINGS } from '../../../trainer/evaluation/settings.ts';
import { splitUsers } from '../../../trainer/evaluation/split.ts';
import { DEFAULT_PARAMETERS } from '../../../trainer/factorize.ts';
import { readKernel } from '../../../trainer/openModel.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';

const ratings = sampleRatings();
const { train, test: users } = splitUsers(ratings, { fold: 0, positiveFrom: 4 });
const lists = new ListJudge(train, 4);

describe('judge', () => {
  test('somebody who knows the targets scores 1, somebody who knows nothing 0', () => {
    const oracle = judge(users.map(({ targets }) => targets), users, lists);
    const nobody = judge(users.map(() => []), users, lists);
    for (const metric of ['NDCG@10', 'NDCG@100', 'Recall@20', 'Recall@50', 'MRR'] as const) {
      expect(estimate(oracle.byPerson[metric]).mean).toBeCloseTo(1, 12);
      expect(estimate(nobody.byPerson[metric])).toEqual({ mean: 0, standardError: 0 });
    }
    expect(nobody.use.coverage).toBe(0);
  });

  test('what is pooled is what was judged together', () => {
    const ranker = popularityRanker(train);
    const answer = (asked: typeof users) => judge(asked.map((user) => ranker.rank({ ...SETTINGS.B.question(user), k: 100 }, user)), asked, lists);
    const whole = answer(users);
    expect(pool([answer(users.slice(0, 40)), answer(users.slice(40))]).byPerson).toEqual(whole.byPerson);
    expect(pairedDifference(whole.byPerson['NDCG@10'], whole.byPerson['NDCG@10'])).toEqual({ mean: 0, standardError: 0 });
  });
});

describe('settings ask about the same people and targets', () => {
  const [user] = users.filter(({ positives, low }) => positives.length > 12 && low.length > 10);
  const ids = (list: readonly { item: unknown }[]) => list.map(({ item }) => item);

  test('B tells all that is not a target', () => {
    expect(SETTINGS.B.question(user!)).toEqual({ ratings: [...user!.positives, ...user!.low] });
    expect(SETTINGS.B.train(train, 4)).toBe(train);
  });
  test('A knows what is liked, at a weight of 1', () => {
    const binary = SETTINGS.A.train(train, 4);
    expect(binary.items).toEqual(train.items);
    expect(binary.userIds).toEqual(train.userIds);
    expect(binary.rating.length).toBe(train.rating.filter((rating) => rating >= 4).length);
    expect(new Set(binary.rating)).toEqual(new Set([4]));
    const { ratings: told, exclude } = SETTINGS.A.question(user!);
    expect(ids(told)).toEqual(ids(user!.positives));
    expect(exclude).toBeUndefined();
  });
  test('H leaves out a fifth of the low ratings, rounded down, and does not mask them', () => {
    const { ratings: told, exclude } = SETTINGS.H.question(user!);
    expect(told.length).toBe(user!.positives.length + user!.low.length - Math.floor(user!.low.length / 5));
    expect(exclude).toBeUndefined();
  });
  test('after a few ratings the rest is masked as before', () => {
    for (const setting of Object.values(SETTINGS)) {
      const masked = (first?: number) => {
        const { ratings: told, exclude = [] } = setting.question(user!, first);
        return new Set([...ids(told), ...exclude]);
      };
      expect(setting.question(user!, 3).ratings.length).toBe(3);
      if (setting.name !== 'H') expect(masked(3)).toEqual(masked());
    }
  });
});

describe('runEvaluation', () => {
  const rankers = [RANKERS.popularity, RANKERS.puresvd, RANKERS.ssvd];
  const run = async (options: Partial<RunOptions>): Promise<EvaluationResult> =>
    runEvaluation(ratings, { folds: [0], positiveFrom: 4, settings: ['B'], rankers, parameters: { ...DEFAULT_PARAMETERS, rank: 16, seed: 1 }, kernel: await readKernel(), ...options });
  let both: EvaluationResult;
  beforeAll(async () => {
    both = await run({ folds: [0, 5], settings: ['B', 'A', 'H'] });
  });

  test('the same twice, to the last digit', async () => {
    expect(await run({ folds: [0, 5], settings: ['B', 'A', 'H'] })).toEqual(both);
  });

  test('several folds are their people together', async () => {
    const [zero, five] = await Promise.all([run({ groups: ['all'] }), run({ folds: [5], groups: ['all'] })]);
    const all = (result: EvaluationResult) => result.settings[0]!.groups[0]!;
    expect(all(both).people).toBe(all(zero).people + all(five).people);
    const weighted = (all(zero).rows[2]!.measures['NDCG@10'].mean * all(zero).people + all(five).rows[2]!.measures['NDCG@10'].mean * all(five).people) / all(both).people;
    expect(all(both).rows[2]!.measures['NDCG@10'].mean).toBeCloseTo(weighted, 12);
  });

  test('each setting has everybody, those with few ratings, and the first ratings', () => {
    expect(both.settings.map(({ setting }) => setting)).toEqual(['B', 'A', 'H']);
    for (const { groups } of both.settings) {
      expect(groups.filter(({ kind }) => kind === 'after').map(({ told }) => told)).toEqual([1, 3, 5, 10]);
      expect(groups[0]!.rows.map(({ ranker }) => ranker)).toEqual(['popularity', 'PureSVD', 'ssvd']);
      expect(groups[0]!.rows.at(-1)!.behind).toBeNull();
    }
  });

  test('who is like others is found better than by popularity, which asks nobody', () => {
    const [popularity, , ssvd] = both.settings[0]!.groups[0]!.rows;
    expect(ssvd!.measures['NDCG@10'].mean).toBeGreaterThan(popularity!.measures['NDCG@10'].mean);
    expect(ssvd!.coverage).toBeGreaterThan(popularity!.coverage);
    expect(ssvd!.gini).toBeLessThan(popularity!.gini);
    expect(ssvd!.measures.novelty.mean).toBeGreaterThan(popularity!.measures.novelty.mean);
  });

  test('nobody to ask is said', async () => {
    await expect(run({ positiveFrom: 6 })).rejects.toThrow(/Fold 0 has 0 people to ask/);
  });
});
