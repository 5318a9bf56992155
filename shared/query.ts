import type { ItemId } from './ids.ts';

/** One film, as the catalogue of a model knows it. */
export interface CatalogItem {
  readonly id: ItemId;
  readonly title: string;
  readonly year: number | null;
  readonly genres: readonly string[];
  /** "tt0133093" form. */
  readonly imdbId: string | null;
  readonly tmdbId: number | null;
}

/** The scale that the training ratings were given on; `min` and `max` are inclusive. */
export interface RatingScale {
  readonly min: number;
  readonly max: number;
}

export interface Rating {
  readonly item: ItemId;
  /** On the model's RatingScale. */
  readonly rating: number;
}

/** Which items may be returned at all: those for which everything holds that is given. */
export interface Filter {
  /** Has at least one of these genres. */
  readonly genres?: readonly string[];
  /** Has none of these genres. */
  readonly withoutGenres?: readonly string[];
  /** Is from these years, inclusive. An item whose year is unknown is from none. */
  readonly years?: { readonly from?: number; readonly to?: number };
  /** Is one of these, e.g. on a watchlist. Ids that the model does not know are none. */
  readonly only?: readonly ItemId[];
}

/** The question that every door takes. */
export interface RecommendQuery {
  /** Any order; of repeated items the last counts. Empty: the popular start. */
  readonly ratings: readonly Rating[];
  /** How many to return, 1 to 1000. Default 10. */
  readonly k?: number;
  /** Say why: adds `because` to each recommendation. Default false. */
  readonly explain?: boolean;
  /** Items that must not come, besides the rated ones: seen elsewhere, not interested. */
  readonly exclude?: readonly ItemId[];
  readonly filter?: Filter;
  /** Predict a rating for each recommendation, where the model can. Default true. */
  readonly expect?: boolean;
  /** How unlike each other the films are to be, 0 to 1: of the best hundred each next one is chosen for being new, too. Default 0. */
  readonly variety?: number;
  /** From surprising (-1) to what everybody likes (1), among the best five hundred. Default 0: as the ratings say. */
  readonly popularity?: number;
}

/** What else is like one item? Needs no ratings. */
export interface SimilarQuery {
  readonly item: ItemId;
  /** How many to return, 1 to 1000. Default 10. */
  readonly k?: number;
  readonly exclude?: readonly ItemId[];
  readonly filter?: Filter;
}

export interface SimilarItem {
  readonly item: CatalogItem;
  /** Cosine of the two items' factors, −1 to 1. */
  readonly similarity: number;
}

/** The exact part that one rating has in one recommendation's score. */
export interface Reason {
  readonly item: ItemId;
  readonly title: string;
  /** Part of the whole score, which is linear in the ratings; below zero where the rating speaks against it. */
  readonly share: number;
}

export interface Recommendation {
  readonly item: CatalogItem;
  /** Inner product of the person's vector and the item's factors: orders items (unless variety or popularity do), has no unit. */
  readonly score: number;
  /**
   * The rating that this person would give, on the model's RatingScale; for newcomers the item's mean. For showing:
   * what somebody rates highest is not what they watch next. Of any single film by `filter: { only: [id] }`.
   * Missing where the model was published without what it takes, and with `expect: false`.
   */
  readonly expected?: number;
  /** Largest share first. The rest, up to 1, is what is liked by everybody. Only with `explain`. */
  readonly because?: readonly Reason[];
}

export interface Recommendations {
  /** Best first; nothing that the person rated, excluded or filtered out. Fewer than k where the catalogue ends. */
  readonly items: readonly Recommendation[];
  /** `popular` while no known item is rated. */
  readonly basis: 'ratings' | 'popular';
  /** Rated ids that the model does not know; they were left out of the question. */
  readonly unknown: readonly ItemId[];
  /** Fold-in, search and re-ranking, without any transport. */
  readonly computeMs: number;
}
