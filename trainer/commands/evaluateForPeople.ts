import { describeExplicit, measureFiveFolds, measureNewPeople } from '../evaluation/explicit.ts';
import { describeOnboarding, measureOnboarding } from '../evaluation/onboarding.ts';
import { readKernel } from '../openModel.ts';
import type { Progress } from '../progress.ts';
import type { Ratings } from '../ratings/ratings.ts';
import type { EvaluateOptions } from './evaluate.ts';

/** Measures what people get besides the ten: `--onboarding`, `--explicit`. */
export async function evaluateForPeople(ratings: Ratings, { onboarding, explicit, fold: folds, positiveFrom, rank, seed }: EvaluateOptions & { readonly positiveFrom: number }, progress: Progress): Promise<void> {
  const onProgress = (text: string): void => progress.update(text);
  if (onboarding) {
    const found = await measureOnboarding(ratings, { folds, positiveFrom, rank, seed, kernel: await readKernel(), onProgress });
    progress.say(`Asked ${found.people.toLocaleString('en')} people`);
    process.stdout.write(describeOnboarding(found));
  }
  if (explicit) {
    const known = measureFiveFolds(ratings, seed, onProgress);
    const people = await measureNewPeople(ratings, { fold: folds[0]!, positiveFrom, rank, seed });
    progress.say(`Five folds of ${ratings.rating.length.toLocaleString('en')} ratings, and ${people[0]!.people.toLocaleString('en')} new people`);
    process.stdout.write(describeExplicit(known, people));
  }
}
