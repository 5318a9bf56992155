import { likedFrom } from '../evaluation/settings.ts';
import { splitUsers } from '../evaluation/split.ts';
import { SPLIT_FILES, writeSplit } from '../evaluation/splitFiles.ts';
import { Progress } from '../progress.ts';
import { readTrainingRatings, type DataOptions } from './train.ts';

interface Options extends DataOptions {
  readonly fold: number;
  readonly positiveFrom?: number;
  readonly out: string;
}

/** Writes the split that `evaluate` uses, so that any other program can be compared on it. */
export async function split(options: Options): Promise<void> {
  const progress = new Progress();
  const ratings = await readTrainingRatings(options, progress);
  const how = { fold: options.fold, positiveFrom: options.positiveFrom ?? likedFrom(ratings.scale) };
  const whole = splitUsers(ratings, how);
  await writeSplit(options.out, whole, how);
  const { train, validation, test } = whole;
  progress.say(`${options.out}: ${train.rating.length.toLocaleString('en')} ratings by ${train.userIds.length.toLocaleString('en')} people in ${SPLIT_FILES.train}, ${validation.length.toLocaleString('en')} people in ${SPLIT_FILES.validation}, ${test.length.toLocaleString('en')} in ${SPLIT_FILES.test}`);
}
