import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatManifest, type EvaluationSummary, type Manifest, type ModelKind, type SvdParameters } from '../../shared/artifact/manifest.ts';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import { readKernel } from '../openModel.ts';
import type { Progress } from '../progress.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { METRICS } from './evaluate.ts';
import { BASELINES, RANKERS } from './rankers.ts';
import { RESULT_FILE, writeResult } from './resultFile.ts';
import { runEvaluation, type EvaluationResult } from './run.ts';
import { likedFrom } from './settings.ts';
import { describeShortly } from './tables.ts';

/** How the model was trained. */
interface Training {
  readonly kind: ModelKind;
  /** Where choosing its parameters began, which is done anew: those of the model were chosen on these people, too. See Lesson. */
  readonly parameters: SvdParameters;
  readonly tune: number;
}

/**
 * The short evaluation at the end of a training: trains the same again on the people of a split, asks the others, prints
 * one table, keeps everything beside the model and the metrics in its manifest. The published model stays what it is:
 * trained on everybody.
 */
export async function evaluateTrained(folder: string, manifest: Manifest, ratings: Ratings, { kind, parameters, tune }: Training, progress: Progress): Promise<void> {
  let result: EvaluationResult;
  try {
    result = await runEvaluation(ratings, {
      folds: [0],
      positiveFrom: likedFrom(ratings.scale),
      settings: ['B'],
      groups: ['all', 'few'],
      rankers: [...BASELINES.filter((baseline) => baseline !== kind), kind].map((name) => RANKERS[name]),
      parameters,
      tune,
      kernel: await readKernel(),
      onProgress: (text) => progress.update(`Evaluating: ${text}`),
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    progress.say(`Not evaluated. ${error.message}`);
    return forgetEvaluation(folder);
  }
  progress.say(`Evaluated the same training on ${result.protocol.trainPeople[0]!.toLocaleString('en')} people, asking others; the published model is trained on everybody.`);
  process.stdout.write(`\n${describeShortly(result)}`);
  await writeResult(join(folder, RESULT_FILE), result);
  await writeAtomically(join(folder, 'manifest.json'), formatManifest({ ...manifest, evaluation: summarise(result) }));
}

/** What was measured before is of another model. */
export const forgetEvaluation = (folder: string): Promise<void> => rm(join(folder, RESULT_FILE), { force: true });

function summarise({ settings, protocol }: EvaluationResult): EvaluationSummary {
  const { people, rows } = settings[0]!.groups[0]!;
  const { measures } = rows.at(-1)!;
  return {
    protocol: `people that the training had not seen (fold ${protocol.folds.join(', ')} of 10, liked from ${protocol.positiveFrom}, setting B); the published model is trained on everybody`,
    people,
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, measures[metric]])),
  };
}
