import type { FactorRows } from '../artifact/factorTable.ts';
import { meanRating, type StarsTable } from '../artifact/starsFile.ts';
import type { ItemRow } from '../ids.ts';
import type { RatingScale } from '../query.ts';
import { decodeRow } from './scoring.ts';

/** A rating of a person, by row. */
export interface RatedRow {
  readonly row: ItemRow;
  readonly rating: number;
}

/** Which rating a person would give to the item of a row, on the model's scale. */
export type RatingPredictor = (row: ItemRow) => number;

/** The solver stops when the equations hold to this part: within a hundredth of a star, after some ten rounds. */
const TOLERANCE = 1e-3;
const MAX_ROUNDS = 100;

/**
 * How a person departs from the mean rating m of each item, learnt from their own ratings alone:
 *
 *     r(i) ≈ m_i + b + w · x_i        x_i = F_i / ‖F_i‖, the item's direction in the index
 *
 * with the b (generous or strict) and w (taste) that minimise Σ (r_i − m_i − b − w · x_i)² + λ_b b² + λ_t ‖w‖².
 * In its dual form, (1 + X Xᵀ / λ_t + 11ᵀ / λ_b) α = r − m, b = Σα / λ_b and w = Xᵀα / λ_t, conjugate gradients take
 * some ten products with X, where a direct solver takes as many as the rank. For showing, never for ranking.
 *
 * @param ratings each row at most once; in any order, which gives the same bits. None: everybody's mean.
 */
export function fitRatings(factors: FactorRows, stars: StarsTable, { min, max }: RatingScale, ratings: readonly RatedRow[]): RatingPredictor {
  const { rank } = factors;
  const { offsetRidge, tasteRidge } = stars;
  const sorted = ratings.toSorted((a, b) => a.row - b.row);
  const n = sorted.length;
  const directions = new Float64Array(n * rank);
  sorted.forEach(({ row }, i) => writeDirection(factors, row, directions.subarray(i * rank, (i + 1) * rank)));
  const departures = Float64Array.from(sorted, ({ row, rating }) => rating - meanRating(stars, row));

  const taste = new Float64Array(rank);
  let offset = 0;
  /** Sets offset and taste to what α stands for. */
  const combine = (alpha: Float64Array): void => {
    taste.fill(0);
    offset = 0;
    for (let i = 0; i < n; i++) {
      offset += alpha[i]!;
      addScaled(taste, alpha[i]! / tasteRidge, directions, i * rank);
    }
    offset /= offsetRidge;
  };
  combine(
    conjugateGradients(departures, (alpha, out) => {
      combine(alpha);
      for (let i = 0; i < n; i++) out[i] = alpha[i]! + offset + dot(taste, directions, i * rank);
    }),
  );

  const direction = new Float64Array(rank);
  return (row) => {
    writeDirection(factors, row, direction);
    return Math.min(max, Math.max(min, meanRating(stars, row) + offset + dot(taste, direction, 0)));
  };
}

function writeDirection(factors: FactorRows, row: number, out: Float64Array): void {
  decodeRow(factors, row, out);
  const length = Math.sqrt(dot(out, out, 0)) || 1;
  for (let d = 0; d < out.length; d++) out[d]! /= length;
}

/** target += factor · source[from …]. Four at a time, which V8 runs nearly twice as fast as one. */
function addScaled(target: Float64Array, factor: number, source: Float64Array, from: number): void {
  let i = 0;
  for (const fours = target.length - (target.length & 3); i < fours; i += 4, from += 4) {
    target[i]! += factor * source[from]!;
    target[i + 1]! += factor * source[from + 1]!;
    target[i + 2]! += factor * source[from + 2]!;
    target[i + 3]! += factor * source[from + 3]!;
  }
  for (; i < target.length; i++, from++) target[i]! += factor * source[from]!;
}

/** a · b[from …]. Four sums side by side, which V8 runs twice as fast as one. */
function dot(a: Float64Array, b: Float64Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (const fours = a.length - (a.length & 3); i < fours; i += 4, from += 4) {
    s0 += a[i]! * b[from]!;
    s1 += a[i + 1]! * b[from + 1]!;
    s2 += a[i + 2]! * b[from + 2]!;
    s3 += a[i + 3]! * b[from + 3]!;
  }
  for (; i < a.length; i++, from++) s0 += a[i]! * b[from]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * Solves A x = b for a symmetric positive definite A (Hestenes & Stiefel 1952), from 0.
 * @param multiply writes A · vector into `out`.
 */
function conjugateGradients(b: Float64Array, multiply: (vector: Float64Array, out: Float64Array) => void): Float64Array {
  const n = b.length;
  const x = new Float64Array(n);
  const rest = b.slice();
  const search = b.slice();
  const image = new Float64Array(n);
  let square = dot(rest, rest, 0);
  const enough = TOLERANCE ** 2 * square;
  for (let round = 0; square > enough && round < MAX_ROUNDS; round++) {
    multiply(search, image);
    const step = square / dot(search, image, 0);
    for (let i = 0; i < n; i++) {
      x[i]! += step * search[i]!;
      rest[i]! -= step * image[i]!;
    }
    const before = square;
    square = dot(rest, rest, 0);
    for (let i = 0; i < n; i++) search[i] = rest[i]! + (square / before) * search[i]!;
  }
  return x;
}
