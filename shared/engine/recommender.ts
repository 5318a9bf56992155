import type { Model } from '../artifact/load.ts';
import type { Manifest } from '../artifact/manifest.ts';
import { FrameRateError } from '../errors.ts';
import { itemRow, type ItemId, type ItemRow } from '../ids.ts';
import type { Rating, Reason, Recommendation, Recommendations, RecommendQuery } from '../query.ts';
import { ratingWeight } from '../ratingWeight.ts';
import { contributions, foldIn, type WeightedRow } from './foldIn.ts';
import { RowSet } from './rowSet.ts';
import { MAX_K, type VectorIndex } from './vectorIndex.ts';

export const DEFAULT_K = 10;
/** A person who has rated more than this is a mistake or an attack. */
export const MAX_RATINGS = 5000;

/** As much of a model as answers need. */
export interface Answerable extends Pick<Model, 'factors' | 'foldIn' | 'catalog'> {
  readonly manifest: Pick<Manifest, 'model' | 'ratingScale'>;
}

/** Folds a person in and finds their films: the one place where a question becomes an answer, behind every door. */
export class Recommender<M extends Answerable = Model> {
  constructor(
    readonly model: M,
    readonly index: VectorIndex,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws {FrameRateError} `RATING_OUT_OF_RANGE`, `BAD_QUERY`. Ids that the model does not know are left out and listed. */
  recommend({ ratings, k = DEFAULT_K, explain = false }: RecommendQuery): Recommendations {
    const start = this.now();
    if (!Number.isInteger(k) || k < 1 || k > MAX_K) throw new FrameRateError('BAD_QUERY', `k is ${k}; it goes from 1 to ${MAX_K}.`, '/k');
    const { known, unknown } = this.#resolve(ratings);
    const { factors, foldIn: table, manifest, catalog } = this.model;
    const query = foldIn(factors, table, manifest.model, known);
    const hits = this.index.search(query, k, RowSet.of(this.index.rows, known.map((rating) => rating.row)));
    const items = Array.from(hits.rows, (row, rank): Recommendation => {
      const item = catalog.items[row]!;
      const score = hits.scores[rank]!;
      return explain ? { item, score, because: this.#reasons(known, itemRow(row), score) } : { item, score };
    });
    return { items, basis: known.length > 0 ? 'ratings' : 'popular', unknown, computeMs: this.now() - start };
  }

  #resolve(ratings: readonly Rating[]): { known: WeightedRow[]; unknown: ItemId[] } {
    if (ratings.length > MAX_RATINGS) throw new FrameRateError('BAD_QUERY', `${ratings.length} ratings are too many; ${MAX_RATINGS} at most.`, '/ratings');
    const weights = new Map<ItemRow, number>();
    const unknown: ItemId[] = [];
    for (const [i, { item, rating }] of ratings.entries()) {
      const weight = ratingWeight(this.model.manifest.ratingScale, rating, `/ratings/${i}/rating`);
      const row = this.model.catalog.rowOf(item);
      if (row === undefined) unknown.push(item);
      else weights.set(row, weight);
    }
    return { known: Array.from(weights, ([row, weight]) => ({ row, weight })), unknown };
  }

  #reasons(known: readonly WeightedRow[], row: ItemRow, score: number): Reason[] {
    const { factors, foldIn: table, manifest, catalog } = this.model;
    const parts = contributions(factors, table, manifest.model, known, row);
    return known
      .map(({ row: rated }, i) => {
        const { id, title } = catalog.items[rated]!;
        return { item: id, title, share: parts[i]! / score };
      })
      .sort((a, b) => b.share - a.share);
  }
}
