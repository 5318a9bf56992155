import { FrameRateError } from './errors.ts';
import type { RatingScale } from './query.ts';

/**
 * w(r): how much a rating counts as a sign of taste. r / 4 on a scale that ends at 5; other scales are mapped to it.
 * Always positive: even a low rating says what somebody chooses to watch (DESIGN.md, "The model").
 * @throws {FrameRateError} `RATING_OUT_OF_RANGE`.
 */
export function ratingWeight(scale: RatingScale, rating: number, pointer?: string): number {
  if (!(rating >= scale.min && rating <= scale.max)) {
    throw new FrameRateError('RATING_OUT_OF_RANGE', `A rating is ${rating}; this model's go from ${scale.min} to ${scale.max}.`, pointer);
  }
  // A scale that touches zero or goes below it has no meaningful ratio: its ends become 1 and 5.
  const onFive = scale.min > 0 ? (5 * rating) / scale.max : 1 + (4 * (rating - scale.min)) / (scale.max - scale.min || 1);
  return onFive / 4;
}
