/** A mean over users and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** @param values one number a user; of fewer than two the error is unknown (NaN). */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n) };
}

/** Whether each place of a ranking, best first, holds a target. */
export type Relevance = readonly boolean[];

export const relevanceOf = <T>(ranking: readonly T[], targets: readonly T[]): Relevance => {
  const wanted = new Set(targets);
  return ranking.map((item) => wanted.has(item));
};

const gain = (place: number): number => 1 / Math.log2(place + 2);

/** NDCG@k with binary gains, against the best ranking possible. @param targets how many there are, at least one. */
export function ndcg(relevance: Relevance, targets: number, k: number): number {
  let found = 0;
  let best = 0;
  for (let place = 0; place < k; place++) {
    if (relevance[place]) found += gain(place);
    if (place < targets) best += gain(place);
  }
  return found / best;
}

/** Targets found in the first k, of as many as fit there: divided by min(k, targets). */
export const recall = (relevance: Relevance, targets: number, k: number): number => relevance.slice(0, k).filter(Boolean).length / Math.min(k, targets);

/** 1 / place of the first target, 0 where none was found. */
export function reciprocalRank(relevance: Relevance): number {
  const first = relevance.indexOf(true);
  return first < 0 ? 0 : 1 / (first + 1);
}
