import type { FactorRows } from '../artifact/factorTable.ts';
import { FrameRateError } from '../errors.ts';
import type { RecommendQuery } from '../query.ts';
import { diversify, VARIETY_POOL } from './diversity.ts';
import { exp, ln } from './elementary.ts';
import type { Hits } from './vectorIndex.ts';

/** Among so many of the best the popularity dial chooses: so the rarest still suit the person. */
export const POPULARITY_POOL = 500;
/** What a score is multiplied with at 1: this power of the item's popularity. Models themselves have one of about 0.3 in them. */
const STRONGEST_EXPONENT = 0.6;
/** The least popularity that 32 bits hold: nobody's is 0. */
const LEAST = 2 ** -149;

/** How a list leans beside being right, see RecommendQuery. */
export interface Dials {
  readonly variety: number;
  readonly popularity: number;
}

/** @throws {FrameRateError} `BAD_QUERY`. */
export function checkDials({ variety = 0, popularity = 0 }: Pick<RecommendQuery, 'variety' | 'popularity'>): Dials {
  if (!(variety >= 0 && variety <= 1)) throw new FrameRateError('BAD_QUERY', `variety is ${variety}; it goes from 0 to 1.`, '/variety');
  if (!(popularity >= -1 && popularity <= 1)) throw new FrameRateError('BAD_QUERY', `popularity is ${popularity}; it goes from -1 to 1.`, '/popularity');
  return { variety, popularity };
}

/** How many hits turnDials() must get so that its answer is the same whatever k is. */
export const hitsNeeded = (k: number, { variety, popularity }: Dials): number => Math.max(k, variety > 0 ? VARIETY_POOL : 0, popularity !== 0 ? POPULARITY_POOL : 0);

/**
 * Orders hits anew: by popularity first, then for variety. Where both dials are 0 the hits come back as they are.
 * Scores stay those of the search.
 *
 * @param hits hitsNeeded() of them, best first.
 * @param popularity p of each row (FoldInTable).
 */
export function turnDials(hits: Hits, dials: Dials, factors: FactorRows, popularity: Float32Array): Hits {
  const leaning = dials.popularity === 0 ? { hits, worth: hits.scores } : leanToPopularity(hits, popularity, dials.popularity);
  if (dials.variety === 0) return leaning.hits;
  return diversify(leaning.hits, leaning.worth, factors, dials.variety);
}

/**
 * Orders the best POPULARITY_POOL by score · (p / p₁)^(STRONGEST_EXPONENT · dial), p₁ being the most popular item's;
 * a score below 0 is divided instead, which moves it the same way. What comes after the pool stays where it is.
 */
function leanToPopularity(hits: Hits, popularity: Float32Array, dial: number): { hits: Hits; worth: Float64Array } {
  const pool = Math.min(POPULARITY_POOL, hits.rows.length);
  const logOf = (row: number): number => ln(Math.max(popularity[row]!, LEAST));
  const most = logOf(0);
  const worth = hits.scores.map((score, i) => {
    if (i >= pool) return score;
    const factor = exp(STRONGEST_EXPONENT * dial * (logOf(hits.rows[i]!) - most));
    return score > 0 ? score * factor : score / factor;
  });
  const order = Array.from(hits.rows.keys()).sort((a, b) => Number(a >= pool) - Number(b >= pool) || (a < pool ? worth[b]! - worth[a]! : 0) || a - b);
  return {
    hits: { rows: Uint32Array.from(order, (i) => hits.rows[i]!), scores: Float64Array.from(order, (i) => hits.scores[i]!) },
    worth: Float64Array.from(order, (i) => worth[i]!),
  };
}
