import { BASELINES, RANKERS, type RankerKind } from '../evaluation/rankers.ts';
import { runEvaluation } from '../evaluation/run.ts';
import { writeResult } from '../evaluation/resultFile.ts';
import { describeResult } from '../evaluation/tables.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { evaluateForPeople } from './evaluateForPeople.ts';
import { parametersOf, readTrainingRatings, type TrainOptions } from './train.ts';

export interface EvaluateOptions extends Omit<TrainOptions, 'out'> {
  readonly fold: readonly number[];
  readonly positiveFrom: number;
  readonly model: readonly RankerKind[];
  readonly binary?: boolean;
  readonly hideLow?: boolean;
  readonly json?: string;
  readonly onboarding?: boolean;
  readonly explicit?: boolean;
}

/** Trains on eight tenths of the people and asks about the tenth that it never saw, beside two baselines. */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const progress = new Progress();
  const ratings = await readTrainingRatings(options, progress);
  if (options.onboarding || options.explicit) return evaluateForPeople(ratings, options, progress);
  const { fold: folds, positiveFrom, json } = options;
  const kinds = [...new Set([...BASELINES, ...options.model])];
  const result = await runEvaluation(ratings, {
    folds,
    positiveFrom,
    settings: ['B', ...(options.binary ? (['A'] as const) : []), ...(options.hideLow ? (['H'] as const) : [])],
    rankers: kinds.map((kind) => RANKERS[kind]),
    parameters: parametersOf(options),
    kernel: await readKernel(),
    onProgress: (text) => progress.update(text),
  });
  const { protocol } = result;
  progress.say(`${protocol.trainPeople.map((people, i) => `fold ${folds[i]}: trained on ${people.toLocaleString('en')} people and ${protocol.trainItems[i]!.toLocaleString('en')} items`).join('; ')}`);
  process.stdout.write(describeResult(result));
  if (json !== undefined) {
    await writeResult(json, result);
    progress.say(`Kept in ${json}`);
  }
}
