import type { FactorRows } from '../artifact/factorTable.ts';
import type { Model } from '../artifact/load.ts';
import type { Manifest } from '../artifact/manifest.ts';
import { FrameRateError } from '../errors.ts';
import type { ItemRow } from '../ids.ts';
import { ridgeRule } from './ridgeRule.ts';
import { decodeRow } from './scoring.ts';
import { sumRule } from './sumRule.ts';

/** One rating of a person, ready for the algebra. */
export interface WeightedRow {
  readonly row: ItemRow;
  /** w(rating), see ratingWeight.ts. */
  readonly weight: number;
}

/** What the kinds of models differ in: see FoldIn. */
export interface Rule {
  /** s of a row. */
  scaleOf(row: number): number;
  /** c. */
  readonly priorWeight: number;
  /**
   * T for somebody with these ratings, multiplied with a vector in its place.
   * @param ratings in order of their rows.
   */
  turn(ratings: readonly WeightedRow[]): (vector: Float64Array) => void;
}

/** As much of a model as folding in needs. */
export interface Foldable extends Pick<Model, 'foldIn'> {
  readonly factors: FactorRows;
  readonly manifest: Pick<Manifest, 'model'>;
}

/**
 * How a model makes a person of ratings: any ratings, at once, without training. It is the query
 *
 *     u = T (Σ w_i · s_i · F_i + c · ū)
 *
 * to be multiplied with every item's F. sumRule.ts and ridgeRule.ts have T, which follows from which items were rated
 * and is symmetric, s and c. So a score u · F_j is linear in what the ratings say, and all of it has a cause.
 */
export class FoldIn {
  readonly #rule: Rule;

  /** @throws {FrameRateError} `BAD_ARTIFACT` where the fold-in file is not that of the model's kind, or cannot be one. */
  constructor(private readonly model: Foldable) {
    this.#rule = ruleOf(model);
  }

  /**
   * A person's query; of no ratings the average person's, ū, whatever c is. The same ratings in any order give the same
   * bits, on every device.
   * @param ratings each row at most once.
   * @returns length `rank`.
   */
  personOf(ratings: readonly WeightedRow[]): Float32Array {
    const { factors, foldIn } = this.model;
    const { scaleOf, priorWeight, turn } = this.#rule;
    const ordered = inOrder(ratings);
    const sum = new Float64Array(factors.rank);
    const decoded = new Float64Array(sum.length);
    for (const { row, weight } of ordered) {
      decodeRow(factors, row, decoded);
      const scale = weight * scaleOf(row);
      for (let d = 0; d < sum.length; d++) sum[d]! += scale * decoded[d]!;
    }
    const prior = priorWeight || Number(ordered.length === 0);
    for (let d = 0; d < sum.length; d++) sum[d]! += prior * foldIn.prior[d]!;
    turn(ordered)(sum);
    return Float32Array.from(sum);
  }

  /**
   * The part of each rating in the score of one item, w_i · s_i · F_i · T F_item: these and the prior's part add up to it.
   * @returns one number a rating, in the order given.
   */
  contributionsOf(ratings: readonly WeightedRow[]): (item: ItemRow) => Float64Array {
    const { factors } = this.model;
    const turn = this.#rule.turn(inOrder(ratings));
    const target = new Float64Array(factors.rank);
    const decoded = new Float64Array(target.length);
    return (item) => {
      decodeRow(factors, item, target);
      turn(target);
      return Float64Array.from(ratings, ({ row, weight }) => {
        decodeRow(factors, row, decoded);
        let dot = 0;
        for (let d = 0; d < target.length; d++) dot += decoded[d]! * target[d]!;
        return weight * this.#rule.scaleOf(row) * dot;
      });
    };
  }
}

/** Sums of doubles depend on their order, so it is fixed. */
const inOrder = (ratings: readonly WeightedRow[]): WeightedRow[] => ratings.toSorted((a, b) => a.row - b.row);

function ruleOf({ factors, foldIn, manifest: { model } }: Foldable): Rule {
  const rule = model.kind === 'ials' ? 'gram' in foldIn && ridgeRule(factors, foldIn, model) : !('gram' in foldIn) && sumRule(foldIn, model);
  if (!rule) throw new FrameRateError('BAD_ARTIFACT', `The fold-in file does not suit a model of kind ${model.kind}. Publish the model again.`);
  return rule;
}
