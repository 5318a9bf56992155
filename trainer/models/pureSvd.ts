import type { SvdParameters } from '../../shared/artifact/manifest.ts';
import { decompose, DEFAULT_PARAMETERS, toFactors } from '../factorize.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { TRIAL_TOLERANCE, type Choice, type SelectOptions } from '../select.ts';
import type { TruncatedSvd } from '../svd.ts';
import type { Trial } from '../trials.ts';
import { Contest } from './contest.ts';

/** PureSVD (Cremonesi, Koren & Turrin 2010) is the scaled SVD without its scaling, filter, prior and shrinkage. */
export const PURE_SVD: Omit<SvdParameters, 'rank' | 'seed'> = {
  ...DEFAULT_PARAMETERS,
  kind: 'puresvd',
  itemExponent: 0,
  userExponent: 0,
  softThreshold: 0,
  priorWeight: 0,
  shrinkage: 0,
};

const RANKS = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** Ranks worth comparing: these below the highest, and it. One SVD has all of them. */
export const ranksUpTo = (highest: number): number[] => [...RANKS.filter((rank) => rank < highest), highest];

/** The rank that is best for people kept aside; the start's is the highest that may be. */
export async function choosePureSvd(ratings: Ratings, start: SvdParameters, options: SelectOptions): Promise<Choice> {
  const svds = new Map<Trial, TruncatedSvd>();
  const contest = await Contest.open(ratings, options, async (trial, parameters: SvdParameters) => {
    const svd = svds.get(trial) ?? (await decompose(trial.training, start, { tolerance: TRIAL_TOLERANCE }));
    svds.set(trial, svd);
    return toFactors(trial.training, svd, parameters);
  });
  if (!contest) return { parameters: start, selection: null };
  let best = start;
  for (const rank of ranksUpTo(start.rank)) {
    options.onProgress?.(`rank ${rank}`);
    const next = { ...start, rank };
    if ((await contest.worth(next)).mean > (await contest.worth(best)).mean) best = next;
  }
  return contest.choice(start, best);
}
