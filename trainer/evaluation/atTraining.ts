import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatManifest, type EvaluationSummary, type Manifest, type ModelKind, type Selection, type SvdParameters } from '../../shared/artifact/manifest.ts';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import { MODEL_NAMES } from '../models/describe.ts';
import type { Chosen } from '../models/plan.ts';
import { readKernel } from '../openModel.ts';
import type { Progress } from '../progress.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { METRICS } from './evaluate.ts';
import { BASELINES, openRanker, RANKERS } from './rankers.ts';
import { RESULT_FILE, writeResult } from './resultFile.ts';
import { runEvaluation, type EvaluationResult } from './run.ts';
import { likedFrom } from './settings.ts';
import { describeShortly } from './tables.ts';

/** The tenth of the people who are asked: nobody of them may have a part in choosing parameters. */
export const ASKED_FOLD = 0;

/** How the model was trained. */
interface Training {
  readonly kind: ModelKind;
  /** Where choosing began: the baselines take rank and seed from it. */
  readonly start: SvdParameters;
  readonly chosen: Chosen;
}

export interface TrainedEvaluation {
  readonly result: EvaluationResult;
  /** NDCG@10 of each person who was asked. */
  readonly scores: readonly number[];
}

/**
 * The short evaluation at the end of a training: trains the same again on the people of a split, asks the others, prints
 * one table, keeps everything beside the model and the metrics in its manifest. The published model stays what it is:
 * trained on everybody.
 *
 * @returns null where there are too few people to ask.
 */
export async function evaluateTrained(folder: string, manifest: Manifest, ratings: Ratings, { kind, start, chosen }: Training, progress: Progress): Promise<TrainedEvaluation | null> {
  let result: EvaluationResult;
  let scores: readonly number[] = [];
  try {
    result = await runEvaluation(ratings, {
      folds: [ASKED_FOLD],
      positiveFrom: likedFrom(ratings.scale),
      settings: ['B'],
      groups: ['all', 'few'],
      rankers: [
        ...BASELINES.filter((baseline) => baseline !== kind).map((name) => RANKERS[name]),
        async ({ train, kernel }) => await openRanker(kind === 'ssvd' ? kind : MODEL_NAMES[kind], train, await chosen.train(train), kernel),
      ],
      parameters: start,
      kernel: await readKernel(),
      onScores: (values) => (scores = values),
      onProgress: (text) => progress.update(`Evaluating: ${text}`),
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    progress.say(`Not evaluated. ${error.message}`);
    await forgetEvaluation(folder);
    return null;
  }
  progress.say(`Evaluated the same training on ${result.protocol.trainPeople[0]!.toLocaleString('en')} people, asking others; the published model is trained on everybody.`);
  process.stdout.write(`\n${describeShortly(result)}`);
  await writeResult(join(folder, RESULT_FILE), result);
  await writeAtomically(join(folder, 'manifest.json'), formatManifest({ ...manifest, evaluation: summarise(result, manifest.selection) }));
  return { result, scores };
}

/** What was measured before is of another model. */
export const forgetEvaluation = (folder: string): Promise<void> => rm(join(folder, RESULT_FILE), { force: true });

function summarise({ settings, protocol }: EvaluationResult, selection: Selection | undefined): EvaluationSummary {
  const { people, rows } = settings[0]!.groups[0]!;
  const { measures } = rows.at(-1)!;
  return {
    protocol: `people that the training had not seen (fold ${protocol.folds.join(', ')} of 10, liked from ${protocol.positiveFrom}, setting B)${selection ? ', nor the choice of the parameters' : ''}; the published model is trained on everybody`,
    people,
    metrics: Object.fromEntries(METRICS.map((metric) => [metric, measures[metric]])),
  };
}
