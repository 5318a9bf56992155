import type { Reason, Recommendation, Recommendations } from '../../shared/query.ts';

/** The ratings that speak for a film, largest share first; none where it is simply popular. */
export const reasonsFor = ({ basis }: Recommendations, { because = [] }: Recommendation): readonly Reason[] =>
  basis === 'ratings' ? because.filter(({ share }) => share > 0) : [];
