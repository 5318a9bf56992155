import { evaluate as evaluateRanker, METRIC_NAMES, pairedDifference, type Evaluation } from '../evaluation/evaluate.ts';
import { popularityRanker, PURE_SVD, trainRanker, type Ranker } from '../evaluation/rankers.ts';
import { splitUsers, type HeldOutUser } from '../evaluation/split.ts';
import type { Estimate } from '../evaluation/metrics.ts';
import { DEFAULT_PARAMETERS } from '../factorize.ts';
import { InputError } from '../inputError.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { textTable } from '../textTable.ts';
import { readTrainingRatings, type TrainOptions } from './train.ts';

export interface EvaluateOptions extends Omit<TrainOptions, 'out'> {
  readonly fold: number;
  readonly positiveFrom: number;
}

const FEW = [1, 3, 5, 10];
const FEW_RATINGS = 25;

/** Trains on eight tenths of the people and asks about the tenth that it never saw, beside two baselines. */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const progress = new Progress();
  const ratings = await readTrainingRatings(options, progress);
  const { train, test } = splitUsers(ratings, options);
  if (test.length < 2) throw new InputError(`Fold ${options.fold} has ${test.length} people to ask: they need 5 ratings of ${options.positiveFrom} and more. Give more ratings, or a lower --positive-from.`);
  progress.say(`${train.userIds.length.toLocaleString('en')} people train on ${train.items.length.toLocaleString('en')} items, ${test.length.toLocaleString('en')} others are asked`);

  const { rank, seed } = options;
  const kernel = await readKernel();
  const rankers: Ranker[] = [popularityRanker(train)];
  for (const [name, parameters] of [['PureSVD', PURE_SVD], ['ssvd', DEFAULT_PARAMETERS]] as const) {
    progress.update(`Training ${name}`);
    rankers.push(await trainRanker(`${name} ${rank}`, train, { ...parameters, rank, seed }, kernel));
    progress.say(`Trained ${name} at rank ${rank}`);
  }

  printTable('All ratings told', rankers, test);
  const few = test.filter(({ positives, low }) => positives.length + low.length < FEW_RATINGS);
  if (few.length >= 2) printTable(`People with fewer than ${FEW_RATINGS} ratings`, rankers, few);
  for (const first of FEW) {
    const enough = test.filter(({ positives }) => positives.length >= first);
    if (enough.length >= 2) printTable(`After ${first} ${first === 1 ? 'rating' : 'ratings'}`, rankers, enough, first);
  }
}

const format = ({ mean, standardError }: Estimate): string => `${mean.toFixed(4)} ± ${standardError.toFixed(4)}`;

function printTable(title: string, rankers: readonly Ranker[], users: readonly HeldOutUser[], first?: number): void {
  const evaluations = rankers.map((ranker) => evaluateRanker(ranker, users, first));
  const ours = evaluations.at(-1)!;
  const difference = (other: Evaluation): string => (other === ours ? '' : format(pairedDifference(ours.scores['NDCG@10'], other.scores['NDCG@10'])));
  const lines = [
    ['', ...METRIC_NAMES, `${ours.ranker} better by (NDCG@10)`],
    ...evaluations.map((evaluation) => [evaluation.ranker, ...METRIC_NAMES.map((metric) => format(evaluation.scores[metric])), difference(evaluation)]),
  ];
  process.stdout.write(`\n${title} (${users.length.toLocaleString('en')} people, mean ± standard error)\n${textTable(lines)}`);
}
