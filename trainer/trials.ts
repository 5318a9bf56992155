import type { Catalog } from '../shared/artifact/catalog.ts';
import { catalogOf } from '../shared/artifact/writeCatalog.ts';
import { KernelIndex } from '../shared/engine/kernelIndex.ts';
import { Recommender } from '../shared/engine/recommender.ts';
import type { RatingScale } from '../shared/query.ts';
import { fmix32, idBits } from './evaluation/hash.ts';
import { ndcg, relevanceOf } from './evaluation/metrics.ts';
import { likedFrom, SETTINGS } from './evaluation/settings.ts';
import { BLOCKS, keepEntries, splitUsers, type HeldOutUser } from './evaluation/split.ts';
import { prepare, type Trained, type Training } from './factorize.ts';
import type { Ratings } from './ratings/ratings.ts';
import { offsetsOf } from './ratings/sparse.ts';

/** A part of the people to train on, and another part to ask. */
export interface Trial {
  readonly training: Training;
  readonly catalog: Catalog;
  readonly scale: RatingScale;
  readonly people: readonly HeldOutUser[];
}

/** Enough people to tell one setting from another, and no more ratings than that takes. */
const ENOUGH_PEOPLE = 600;
const MOST_PEOPLE_A_TRIAL = 2000;
const ENOUGH_RATINGS = 1_500_000;

/**
 * Splits of the ratings for choosing parameters on: a fifth of the people is asked, the others train. Where people are
 * few they take turns, up to five times, until each was asked once.
 */
export function makeTrials(ratings: Ratings): Trial[] {
  const some = someUsers(ratings, ENOUGH_RATINGS);
  const trials: Trial[] = [];
  let people = 0;
  for (let fold = 0; fold < BLOCKS && people < ENOUGH_PEOPLE; fold += 2) {
    const { train, validation, test } = splitUsers(some, { fold, positiveFrom: likedFrom(ratings.scale) });
    const asked = [...validation, ...test].slice(0, MOST_PEOPLE_A_TRIAL);
    if (asked.length === 0 || train.rating.length === 0) continue;
    const training = prepare(train);
    trials.push({ training, catalog: catalogOf(Array.from(training.itemOfRow, (item) => train.items[item]!)), scale: train.scale, people: asked });
    people += asked.length;
  }
  return trials;
}

/** All ratings of as many users, drawn by the hash of their ids, as have about so many. */
function someUsers(ratings: Ratings, most: number): Ratings {
  if (ratings.rating.length <= most) return ratings;
  const { userIds, user } = ratings;
  const offsets = offsetsOf(user, userIds.length);
  const drawn = new Uint8Array(userIds.length);
  const order = Array.from(userIds, (id, u) => ({ u, hash: fmix32(idBits(id)) })).sort((a, b) => a.hash - b.hash || a.u - b.u);
  let count = 0;
  for (const { u } of order) {
    count += offsets[u + 1]! - offsets[u]!;
    if (count > most) break;
    drawn[u] = 1;
  }
  return keepEntries(ratings, (entry) => drawn[user[entry]!] === 1);
}

/**
 * NDCG@10 of each person who is asked, by the engine that every door has.
 * @param first ask as if they had liked only so many; whoever has fewer is not asked.
 */
export async function judge({ catalog, scale, people }: Trial, { index, foldIn, residual, parameters }: Trained, kernel: WebAssembly.Module, first?: number): Promise<number[]> {
  const recommender = new Recommender({ manifest: { model: parameters, ratingScale: scale }, factors: index, foldIn, catalog, residual }, await KernelIndex.open(index, kernel));
  return people
    .filter(({ positives }) => first === undefined || positives.length >= first)
    .map((person) => {
      const { items } = recommender.recommend({ ...SETTINGS.B.question(person, first), k: 10 });
      return ndcg(relevanceOf(items.map(({ item }) => item.id), person.targets), person.targets.length, 10);
    });
}
