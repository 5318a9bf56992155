import { pairedDifference } from '../evaluation/evaluate.ts';
import type { Estimate } from '../evaluation/metrics.ts';
import type { PeopleScores } from './runRecord.ts';

/** How much better one model is than another, and how that is known. */
export interface Gain extends Estimate {
  /** Person by person, or by the two standard errors alone, which says less. */
  readonly paired: boolean;
  readonly people: number | null;
}

/** What is known of a model's worth on a split. */
export interface Worth {
  readonly split: string;
  readonly estimate: Estimate;
  readonly scores: PeopleScores | null;
}

/** @returns null where they were not measured on the same people: then nothing follows. */
export function gainOf(a: Worth, b: Worth): Gain | null {
  if (a.split !== b.split) return null;
  if (a.scores && b.scores && a.scores.split === b.scores.split && a.scores.metric === b.scores.metric && a.scores.scores.length === b.scores.scores.length) {
    return { ...pairedDifference(a.scores.scores, b.scores.scores), paired: true, people: a.scores.scores.length };
  }
  return { mean: a.estimate.mean - b.estimate.mean, standardError: Math.hypot(a.estimate.standardError, b.estimate.standardError), paired: false, people: null };
}

export const describeGain = ({ mean, standardError, paired, people }: Gain): string =>
  `${mean < 0 ? '−' : '+'}${Math.abs(mean).toFixed(4)} ± ${standardError.toFixed(4)} NDCG@10 (${paired ? `person by person, ${people} people` : 'unpaired'})`;
