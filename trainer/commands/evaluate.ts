import { BASELINES, RANKERS, type RankerKind } from '../evaluation/rankers.ts';
import { runEvaluation } from '../evaluation/run.ts';
import { evaluateRanks } from '../evaluation/ranks.ts';
import { writeResult } from '../evaluation/resultFile.ts';
import { likedFrom } from '../evaluation/settings.ts';
import { splitUsers } from '../evaluation/split.ts';
import { describeResult } from '../evaluation/tables.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { startOf } from '../select.ts';
import { evaluateForPeople } from './evaluateForPeople.ts';
import { readTrainingRatings, requestOf, type TrainingOptions } from './train.ts';

export interface EvaluateOptions extends TrainingOptions {
  readonly fold: readonly number[];
  readonly positiveFrom?: number;
  readonly model: readonly RankerKind[];
  readonly binary?: boolean;
  readonly hideLow?: boolean;
  readonly dials?: boolean;
  readonly ranks?: boolean;
  readonly json?: string;
  readonly onboarding?: boolean;
  readonly explicit?: boolean;
}

/** Trains on eight tenths of the people and asks about the tenth that it never saw, beside two baselines. */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const progress = new Progress();
  const ratings = await readTrainingRatings(options, progress);
  const { fold: folds, positiveFrom = likedFrom(ratings.scale), json } = options;
  if (options.onboarding || options.explicit) return evaluateForPeople(ratings, { ...options, positiveFrom }, progress);
  const { tune, mostResidual, ...request } = requestOf(options, ratings);
  const parameters = startOf(request);
  const kernel = await readKernel();
  const onProgress = (text: string): void => progress.update(text);
  const kinds = [...new Set([...BASELINES, ...options.model])];
  const measured = await runEvaluation(ratings, {
    folds,
    positiveFrom,
    settings: ['B', ...(options.binary ? (['A'] as const) : []), ...(options.hideLow ? (['H'] as const) : [])],
    rankers: kinds.map((kind) => RANKERS[kind]),
    parameters,
    tune,
    mostResidual,
    kernel,
    dials: options.dials ?? false,
    onProgress,
  });
  const ranks = options.ranks ? await evaluateRanks(splitUsers(ratings, { fold: folds[0]!, positiveFrom }), parameters, kernel, onProgress) : null;
  const result = { ...measured, ...(ranks && { ranks }) };
  const { protocol } = result;
  progress.say(`${protocol.trainPeople.map((people, i) => `fold ${folds[i]}: trained on ${people.toLocaleString('en')} people and ${protocol.trainItems[i]!.toLocaleString('en')} items`).join('; ')}`);
  process.stdout.write(describeResult(result));
  if (json !== undefined) {
    await writeResult(json, result);
    progress.say(`Kept in ${json}`);
  }
}
