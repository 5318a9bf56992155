import type { FactorRows } from '../artifact/factorTable.ts';
import type { Model } from '../artifact/load.ts';
import type { Manifest } from '../artifact/manifest.ts';
import { FrameRateError } from '../errors.ts';
import { itemRow, type ItemId, type ItemRow } from '../ids.ts';
import type { ResidualTable } from '../artifact/residualFile.ts';
import type { StarsTable } from '../artifact/starsFile.ts';
import type { CatalogItem, Filter, Rating, Reason, Recommendation, Recommendations, RecommendQuery, SimilarItem, SimilarQuery } from '../query.ts';
import { ratingWeight } from '../ratingWeight.ts';
import type { Encoder } from '../onnx/encoder.ts';
import { checkDials, hitsNeeded, turnDials } from './dials.ts';
import { fitRatings, type RatedRow } from './expectedRating.ts';
import { FoldIn, type WeightedRow } from './foldIn.ts';
import { residualBonus, residualContributions } from './residual.ts';
import { RowFilter } from './rowFilter.ts';
import { RowSet } from './rowSet.ts';
import { decodeRow } from './scoring.ts';
import { MAX_K, type VectorIndex } from './vectorIndex.ts';

export const DEFAULT_K = 10;
/** A person who has rated more than this is a mistake or an attack. */
export const MAX_RATINGS = 5000;
/** Similar items are sought among so many times k, and so many at least, of those that the factors rank first. */
const SIMILAR_POOL = { times: 4, least: 200 };

/** As much of a model as answers need. */
export interface Answerable extends Pick<Model, 'foldIn' | 'catalog'> {
  readonly factors: FactorRows;
  readonly manifest: Pick<Manifest, 'model' | 'ratingScale'>;
  readonly residual?: ResidualTable | null;
  readonly stars?: StarsTable | null;
}

/** A person's ratings, by the rows of the model. */
interface Told {
  readonly known: readonly (WeightedRow & RatedRow)[];
  readonly unknown: readonly ItemId[];
}

/** Who somebody is to the search: the score of every row follows from it. */
export interface Person extends Told {
  /** Length `rank`. */
  readonly vector: Float32Array;
  /** What the residual adds, see residual.ts; missing where the model has none, or an encoder made the vector. */
  readonly bonus?: Float64Array;
}

/** Folds a person in and finds their films: the one place where a question becomes an answer, behind every door. */
export class Recommender<M extends Answerable = Model<FactorRows>> {
  readonly #filter: RowFilter;
  readonly #foldIn: FoldIn;

  /** @throws {FrameRateError} `BAD_ARTIFACT` where the model's fold-in is not what its kind says. */
  constructor(
    readonly model: M,
    readonly index: VectorIndex,
    private readonly encoder: Encoder | null = null,
  ) {
    this.#filter = new RowFilter(model.catalog);
    this.#foldIn = new FoldIn(model);
  }

  /**
   * What every door asks: the model's encoder says who somebody is, where it has one, else the fold-in. An encoder is
   * not linear, so there are no exact shares, and `because` is empty; and it takes no part for somebody new.
   * @throws {FrameRateError} as `recommend`; `BAD_ARTIFACT` where the encoder breaks.
   */
  async ask(query: RecommendQuery): Promise<Recommendations> {
    if (!this.encoder) return this.recommend(query);
    const start = performance.now();
    const told = this.#resolve(query.ratings);
    if (told.known.length === 0) return this.recommend(query);
    checkK(query.k ?? DEFAULT_K);
    checkDials(query);
    return this.#answer(query, told, await this.encoder.encode(told.known), start);
  }

  /**
   * The answer of the fold-in.
   * @throws {FrameRateError} `RATING_OUT_OF_RANGE`, `BAD_QUERY`. Ids that the model does not know are left out and listed.
   */
  recommend(query: RecommendQuery): Recommendations {
    const start = performance.now();
    return this.#answer(query, this.#resolve(query.ratings), null, start);
  }

  /**
   * Somebody by their ratings, for who asks for several people at once (group.ts).
   * @throws {FrameRateError} as `ask`.
   */
  async person(ratings: readonly Rating[]): Promise<Person> {
    const told = this.#resolve(ratings);
    return this.#person(told, this.encoder && told.known.length > 0 ? await this.encoder.encode(told.known) : null);
  }

  /** @param encoded the person's vector where an encoder made it; it knows nothing of a residual. */
  #person(told: Told, encoded: Float32Array | null): Person {
    const { residual, manifest } = this.model;
    if (encoded) return { ...told, vector: encoded };
    const vector = this.#foldIn.personOf(told.known);
    return residual ? { ...told, vector, bonus: residualBonus(residual, manifest.model, told.known) } : { ...told, vector };
  }

  #answer({ k = DEFAULT_K, explain = false, exclude, filter, expect = true, ...leaning }: RecommendQuery, told: Told, encoded: Float32Array | null, start: number): Recommendations {
    checkK(k);
    const dials = checkDials(leaning);
    const { factors, foldIn: table, manifest, catalog, stars } = this.model;
    const { known, unknown, vector, bonus } = this.#person(told, encoded);
    const best = this.index.search(vector, hitsNeeded(k, dials), this.leftOut(known.map(({ row }) => row), exclude, filter), bonus);
    const hits = turnDials(best, dials, factors, table.popularity);
    const predict = stars && expect ? fitRatings(factors, stars, manifest.ratingScale, known) : null;
    const contributions = explain && !encoded ? this.#foldIn.contributionsOf(known) : null;
    const items = Array.from(hits.rows.subarray(0, k), (hit, rank): Recommendation => {
      const row = itemRow(hit);
      const score = hits.scores[rank]!;
      return {
        item: catalog.item(row),
        score,
        ...(predict && { expected: predict(row) }),
        ...(explain && { because: contributions ? this.#reasons(known, contributions, row, score) : [] }),
      };
    });
    return { items, basis: known.length > 0 ? 'ratings' : 'popular', unknown, computeMs: performance.now() - start };
  }

  /**
   * Items whose factors point the same way, among those that a search with the item's own factors ranks first:
   * so what hardly anybody knows, and whose direction is chance, does not come up.
   * @throws {FrameRateError} `NOT_FOUND`, `BAD_QUERY`.
   */
  similar({ item, k = DEFAULT_K, exclude, filter }: SimilarQuery): SimilarItem[] {
    checkK(k);
    const { factors, catalog } = this.model;
    const row = this.#rowOf(item);
    const own = new Float64Array(factors.rank);
    decodeRow(factors, row, own);
    const pool = Math.min(MAX_K, Math.max(SIMILAR_POOL.least, SIMILAR_POOL.times * k));
    const { rows, scores } = this.index.search(Float32Array.from(own), pool, this.leftOut([row], exclude, filter));
    const other = new Float64Array(factors.rank);
    return Array.from(rows, (found, i): SimilarItem => {
      decodeRow(factors, found, other);
      return { item: catalog.item(found), similarity: scores[i]! / (Math.hypot(...own) * Math.hypot(...other) || 1) };
    })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);
  }

  /** @throws {FrameRateError} `NOT_FOUND`. */
  item(id: ItemId): CatalogItem {
    return this.model.catalog.item(this.#rowOf(id));
  }

  #rowOf(id: ItemId): ItemRow {
    const row = this.model.catalog.rowOf(id);
    if (row === undefined) throw new FrameRateError('NOT_FOUND', `The model has no item ${JSON.stringify(id)}.`, '/item');
    return row;
  }

  /** What a search must not return. @throws {FrameRateError} `BAD_QUERY`: what is wrong with the filter. */
  leftOut(rows: readonly ItemRow[], exclude: readonly ItemId[] = [], filter?: Filter): RowSet {
    const { catalog } = this.model;
    const out = RowSet.of(this.index.rows, rows);
    for (const id of exclude) {
      const row = catalog.rowOf(id);
      if (row !== undefined) out.add(row);
    }
    if (filter) out.addAll(this.#filter.rowsOutside(filter));
    return out;
  }

  #resolve(ratings: readonly Rating[]): Told {
    if (ratings.length > MAX_RATINGS) throw new FrameRateError('BAD_QUERY', `${ratings.length} ratings are too many; ${MAX_RATINGS} at most.`, '/ratings');
    const known = new Map<ItemRow, WeightedRow & RatedRow>();
    const unknown: ItemId[] = [];
    for (const [i, { item, rating }] of ratings.entries()) {
      const weight = ratingWeight(this.model.manifest.ratingScale, rating, `/ratings/${i}/rating`);
      const row = this.model.catalog.rowOf(item);
      if (row === undefined) unknown.push(item);
      else known.set(row, { row, weight, rating });
    }
    return { known: [...known.values()], unknown };
  }

  #reasons(known: readonly WeightedRow[], contributions: (item: ItemRow) => Float64Array, row: ItemRow, score: number): Reason[] {
    const { residual, manifest, catalog } = this.model;
    const parts = contributions(row);
    if (residual) residualContributions(residual, manifest.model, known, row).forEach((part, i) => (parts[i]! += part));
    return known
      .map(({ row: rated }, i) => {
        const { id, title } = catalog.item(rated);
        return { item: id, title, share: parts[i]! / score };
      })
      .sort((a, b) => b.share - a.share);
  }
}

export function checkK(k: number): void {
  if (!Number.isInteger(k) || k < 1 || k > MAX_K) throw new FrameRateError('BAD_QUERY', `k is ${k}; it goes from 1 to ${MAX_K}.`, '/k');
}
