import type { ItemId } from '../../shared/ids.ts';
import { LIST_LENGTH, type CatalogueUse, type ListJudge, type ListMeasures } from './lists.ts';
import { estimate, ndcg, recall, reciprocalRank, relevanceOf, type Estimate, type Relevance } from './metrics.ts';
import type { HeldOutUser } from './split.ts';

/** How far down a ranking is looked. MRR is 0 for whoever has no target so far up. */
export const DEPTH = 100;

const ACCURACY = {
  'NDCG@10': (relevance: Relevance, targets: number) => ndcg(relevance, targets, 10),
  'NDCG@100': (relevance: Relevance, targets: number) => ndcg(relevance, targets, 100),
  'Recall@20': (relevance: Relevance, targets: number) => recall(relevance, targets, 20),
  'Recall@50': (relevance: Relevance, targets: number) => recall(relevance, targets, 50),
  MRR: (relevance: Relevance) => reciprocalRank(relevance),
} as const;

export type Metric = keyof typeof ACCURACY;
export type Measure = Metric | keyof ListMeasures;
export const METRICS = Object.keys(ACCURACY) as Metric[];
const LISTS: readonly (keyof ListMeasures)[] = ['popularity', 'diversity', 'novelty'];
export const MEASURES: readonly Measure[] = [...METRICS, ...LISTS];

/** Each measure of each person's answer, people in one order, so that two rankers can be compared person by person. */
export type ByPerson = Readonly<Record<Measure, readonly number[]>>;

/** What a ranker's answers to a group of people are worth. */
export interface Judged {
  readonly byPerson: ByPerson;
  readonly use: CatalogueUse;
}

/** @param rankings one a user, best first, without what they told; looked at down to DEPTH. */
export function judge(rankings: readonly (readonly ItemId[])[], users: readonly HeldOutUser[], lists: ListJudge): Judged {
  const tops = rankings.map((ranking) => ranking.slice(0, LIST_LENGTH));
  const relevance = rankings.map((ranking, i) => relevanceOf(ranking, users[i]!.targets));
  const measures = tops.map((top) => lists.measure(top));
  const of = (measure: Measure): number[] =>
    isMetric(measure) ? users.map(({ targets }, i) => ACCURACY[measure](relevance[i]!, targets.length)) : measures.map((values) => values[measure]);
  return { byPerson: byMeasure(of), use: lists.catalogueUse(tops) };
}

/** The same for several groups that were judged by themselves, e.g. the folds: people together, use of the catalogue on average. */
export function pool(parts: readonly Judged[]): Judged {
  const average = (of: (use: CatalogueUse) => number): number => parts.reduce((sum, { use }) => sum + of(use), 0) / parts.length;
  return {
    byPerson: byMeasure((measure) => parts.flatMap(({ byPerson }) => byPerson[measure])),
    use: {
      coverage: average(({ coverage }) => coverage),
      gini: average(({ gini }) => gini),
      lorenz: parts[0]!.use.lorenz.map((_, i) => average(({ lorenz }) => lorenz[i]!)),
    },
  };
}

/** How much better `a` is than `b` on the same people: their differences, person by person, have a smaller error than either. */
export const pairedDifference = (a: readonly number[], b: readonly number[]): Estimate => estimate(a.map((value, i) => value - b[i]!));

export function byMeasure<T>(of: (measure: Measure) => T): Readonly<Record<Measure, T>> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])) as Record<Measure, T>;
}

const isMetric = (measure: Measure): measure is Metric => measure in ACCURACY;
