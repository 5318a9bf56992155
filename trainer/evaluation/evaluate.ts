import type { Rating } from '../../shared/query.ts';
import { estimate, ndcg, recall, reciprocalRank, relevanceOf, type Estimate } from './metrics.ts';
import type { Ranker } from './rankers.ts';
import type { HeldOutUser } from './split.ts';

const DEPTH = 100;

const METRICS = {
  'NDCG@10': (relevance: readonly boolean[], targets: number) => ndcg(relevance, targets, 10),
  'NDCG@100': (relevance: readonly boolean[], targets: number) => ndcg(relevance, targets, 100),
  'Recall@20': (relevance: readonly boolean[], targets: number) => recall(relevance, targets, 20),
  'Recall@50': (relevance: readonly boolean[], targets: number) => recall(relevance, targets, 50),
  MRR: (relevance: readonly boolean[]) => reciprocalRank(relevance),
} as const;

export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as Metric[];

/** Of one ranker over one set of users; `byUser` has one number a user, in their order, for paired comparisons. */
export interface Score extends Estimate {
  readonly byUser: readonly number[];
}

export interface Evaluation {
  readonly ranker: string;
  readonly scores: Readonly<Record<Metric, Score>>;
}

/** What a held-out user tells: everything but the targets, or only their first few positives. */
export const told = ({ positives, low }: HeldOutUser, first?: number): Rating[] => (first === undefined ? [...positives, ...low] : positives.slice(0, first));

/**
 * Asks a ranker about every held-out user, over the whole catalogue without what they told.
 * @param first ask as if they had rated only so many films.
 */
export function evaluate(ranker: Ranker, users: readonly HeldOutUser[], first?: number): Evaluation {
  const relevance = users.map((user) => relevanceOf(ranker.rank(told(user, first), DEPTH), user.targets));
  const score = (metric: Metric): Score => {
    const byUser = users.map((user, i) => METRICS[metric](relevance[i]!, user.targets.length));
    return { ...estimate(byUser), byUser };
  };
  return { ranker: ranker.name, scores: Object.fromEntries(METRIC_NAMES.map((metric) => [metric, score(metric)])) as Record<Metric, Score> };
}

/** How much better `a` is than `b` on the same users: their differences, user by user, have a smaller error than either. */
export const pairedDifference = (a: Score, b: Score): Estimate => estimate(a.byUser.map((value, i) => value - b.byUser[i]!));
