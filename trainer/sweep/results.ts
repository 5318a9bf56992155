import { estimate, type Estimate } from '../evaluation/metrics.ts';
import { pairedDifference } from '../evaluation/evaluate.ts';
import { textTable } from '../textTable.ts';
import type { Objective } from './file.ts';
import type { Scores } from './judge.ts';
import type { Setting } from './space.ts';

/** A trial that was done, now or before a crash. */
export interface TrialResult {
  /** From 1 on, in the order of the settings. */
  readonly number: number;
  readonly run: string;
  readonly setting: Setting;
  readonly scores: Scores;
  readonly seconds: number;
}

export interface RankedTrial extends TrialResult {
  readonly all: Estimate;
  readonly few: Estimate;
  /** How far it is behind the best, person by person; null of the best itself. */
  readonly behind: Estimate | null;
}

/** Best first; of equal ones the one that was tried first. */
export function rankTrials(trials: readonly TrialResult[], objective: Objective): RankedTrial[] {
  const known = trials.map((trial) => ({ ...trial, all: estimate(trial.scores.all), few: estimate(trial.scores.few) }));
  known.sort((a, b) => b[objective].mean - a[objective].mean || a.number - b.number);
  return known.map((trial, i) => ({ ...trial, behind: i === 0 ? null : pairedDifference(known[0]!.scores[objective], trial.scores[objective]) }));
}

export const plusMinus = ({ mean, standardError }: Estimate): string => `${mean.toFixed(4)} ± ${standardError.toFixed(4)}`;

/** The names that differ between trials come first; all of them are a column. */
export const columnsOf = (trials: readonly Pick<TrialResult, 'setting'>[]): string[] => [...new Set(trials.flatMap(({ setting }) => Object.keys(setting)))];

/** Header and rows of the table of trials. */
export function trialRows(ranked: readonly RankedTrial[]): string[][] {
  const names = columnsOf(ranked);
  return [
    ['trial', ...names, 'NDCG@10', 'after few ratings', 'behind the best', 'seconds'],
    ...ranked.map(({ number, setting, all, few, behind, seconds }) => [String(number), ...names.map((name) => String(setting[name] ?? '')), plusMinus(all), plusMinus(few), behind ? plusMinus(behind) : '', seconds.toFixed(1)]),
  ];
}

export const trialTable = (ranked: readonly RankedTrial[]): string => textTable(trialRows(ranked));
