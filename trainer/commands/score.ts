import { basename, join } from 'node:path';
import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import { readAnswers } from '../evaluation/answers.ts';
import type { Ranker } from '../evaluation/rankers.ts';
import { BASELINES, RANKERS } from '../evaluation/rankers.ts';
import { evaluateSplits, type RunOptions } from '../evaluation/run.ts';
import { writeResult } from '../evaluation/resultFile.ts';
import { readPeople, readSplitOrigin, SPLIT_FILES } from '../evaluation/splitFiles.ts';
import { describeResult } from '../evaluation/tables.ts';
import { InputError } from '../inputError.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { startOf } from '../select.ts';
import { readTrainingRatings, type TrainOptions } from './train.ts';

interface Options extends Pick<TrainOptions, 'rank' | 'seed'> {
  readonly split: string;
  readonly answers: readonly string[];
  readonly baselines: boolean;
  readonly json?: string;
}

/** Measures what any program answered about the people of a split, beside the same baselines as `evaluate`. */
export async function score({ split, answers, baselines, json, rank, seed }: Options): Promise<void> {
  const progress = new Progress();
  const origin = await readSplitOrigin(split);
  if (!origin) throw new InputError(`${split} holds no split. Make one: framerate split --data … --out ${split}`);
  const train = await readTrainingRatings({ data: [join(split, SPLIT_FILES.train)] }, progress);
  const test = await readPeople(join(split, SPLIT_FILES.test));
  const validation = await readPeople(join(split, SPLIT_FILES.validation));
  const catalog = catalogOf(train.items);

  const rankers: Ranker[] = [];
  for (const path of answers) {
    const { rankings, toldItems, shortLists } = await readAnswers(path, test, catalog);
    if (toldItems > 0) progress.say(`${path}: ${toldItems.toLocaleString('en')} items that were told came all the same and were left out.`);
    if (shortLists > 0) progress.say(`${path}: ${shortLists.toLocaleString('en')} people have fewer than 100 items; what is not there counts as not found.`);
    const byUser = new Map(test.map((user, i) => [user, rankings[i]!]));
    rankers.push({ name: basename(path).replace(/\.jsonl?$/, ''), rank: (_, user) => byUser.get(user) ?? [] });
  }
  const options: RunOptions = {
    folds: [origin.fold],
    positiveFrom: origin.positiveFrom,
    settings: ['B'],
    groups: ['all', 'few'],
    rankers: [...(baselines ? BASELINES.map((kind) => RANKERS[kind]) : []), ...rankers.map((ranker) => () => Promise.resolve(ranker))],
    parameters: startOf({ rank, seed, residual: 0, memory: 0 }),
    kernel: await readKernel(),
    onProgress: (text) => progress.update(text),
  };
  const result = await evaluateSplits(train, options, () => ({ train, validation, test }));
  process.stdout.write(describeResult(result));
  if (json !== undefined) {
    await writeResult(json, result);
    progress.say(`Kept in ${json}`);
  }
}
