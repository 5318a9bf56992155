import type { RatingScale } from '../../shared/query.ts';

/** The most that our five stars say. They begin at a half. */
export const MAX_STARS = 5;

/**
 * What so many stars are on a model's scale: its top is our top, and whatever lies below its bottom counts as that.
 * Half a star is 0.5 from 0.5 to 5, 1 from 1 to 5, and 1 from 1 to 10.
 */
export const toScale = (stars: number, { min, max }: RatingScale): number =>
  Math.max(min, (stars * max) / MAX_STARS);

/** What a rating on a model's scale is in our stars: the other way round, half a star at the least. */
export const fromScale = (rating: number, { max }: RatingScale): number =>
  Math.min(MAX_STARS, Math.max(0.5, (rating * MAX_STARS) / max));
