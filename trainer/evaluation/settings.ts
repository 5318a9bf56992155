import type { Rating, RatingScale, RecommendQuery } from '../../shared/query.ts';
import { LIKED, type Ratings } from '../ratings/ratings.ts';
import { keepEntries, oneFifth, type HeldOutUser } from './split.ts';

/** What becomes of ratings below the threshold: the same people and targets, three ways to ask about them. */
export type SettingName = 'B' | 'A' | 'H';

export interface Setting {
  readonly name: SettingName;
  readonly title: string;
  /** What rankers are trained on, of a split's `train`. */
  train(train: Ratings, positiveFrom: number): Ratings;
  /** What is told about somebody, and so masked, and what is masked besides. @param first tell only so many positives. */
  question(user: HeldOutUser, first?: number): Pick<RecommendQuery, 'ratings' | 'exclude'>;
}

/** From which rating on something counts as liked where nobody says it: 4 of 5, and as much on other scales. */
export const likedFrom = ({ min, max }: RatingScale): number => (min > 0 ? 0.8 * max : min + 0.75 * (max - min));

/** Tells all, or the first few positives; what is rated and not told stays masked, so that every row ranks the same items. */
function tell(positives: readonly Rating[], low: readonly Rating[], first: number | undefined): Pick<RecommendQuery, 'ratings' | 'exclude'> {
  if (first === undefined) return { ratings: [...positives, ...low] };
  return { ratings: positives.slice(0, first), exclude: [...positives.slice(first), ...low].map(({ item }) => item) };
}

export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  B: {
    name: 'B',
    title: 'B: low ratings are told, and masked',
    train: (train) => train,
    question: ({ positives, low }, first) => tell(positives, low, first),
  },
  A: {
    name: 'A',
    title: 'A, binary: only what is liked is known, all of it alike; low ratings are neither told nor masked',
    train: likedOnly,
    question: ({ positives }, first) => tell(positives.map(({ item }) => ({ item, rating: LIKED.rating })), [], first),
  },
  H: {
    name: 'H',
    title: 'B with a fifth of the low ratings hidden: neither told nor masked',
    train: (train) => train,
    question: ({ positives, low }, first) => tell(positives, low.slice(0, low.length - oneFifth(low.length)), first),
  },
};

/** The ratings that count as liked, all of one weight. Every item stays: each is liked by somebody. */
function likedOnly(train: Ratings, positiveFrom: number): Ratings {
  const liked = keepEntries(train, (entry) => train.rating[entry]! >= positiveFrom);
  return { ...liked, rating: new Float32Array(liked.rating.length).fill(LIKED.rating), scale: LIKED.scale };
}
