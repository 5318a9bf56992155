import type * as expectedRating from '../../../../shared/engine/expectedRating.ts';
import type * as starsFile from '../../../../shared/artifact/starsFile.ts';

/** A widget expects no ratings, and does not load what that takes. */
const never = (): never => {
  throw new Error('A widget loads no stars.');
};
export const readStarsTable: typeof starsFile.readStarsTable = never;
export const fitRatings: typeof expectedRating.fitRatings = never;
