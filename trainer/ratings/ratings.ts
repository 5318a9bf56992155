import type { CatalogItem, RatingScale } from '../../shared/query.ts';

/** What everybody in the trainer speaks: who rated what how, with dense indices. */
export interface Ratings {
  /** Source ids by dense user index. Numbers in their order where all are safe integers, else strings by code unit. */
  readonly userIds: readonly (string | number)[];
  /** Catalogue by dense item index, sorted by id the same way; only items with a kept rating. */
  readonly items: readonly CatalogItem[];
  /** Dense user index of each kept rating. These three run in parallel, sorted by user, then item; pairs are unique. */
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly rating: Float32Array;
  readonly scale: RatingScale;
  readonly dataset: Dataset;
  readonly report: ReadReport;
}

/** What a row without a rating counts as: something that is liked, at a weight of exactly 1 (ratingWeight.ts). */
export const LIKED = { rating: 4, scale: { min: 1, max: 5 } } as const;

/** Where the ratings are from, for the manifest of a model. */
export interface Dataset {
  /** Fit for a folder's name. */
  readonly name: string;
  readonly kind: 'movielens' | 'goodbooks' | 'sample' | 'file';
  readonly licence: string | null;
  /** Whom to cite. */
  readonly attribution: string | null;
  readonly url: string | null;
  /** SHA-256, hex, over the bytes of the files that were read (whatever their names) and the options of reading. */
  readonly digest: string;
}

/** What became of every row: `rowsRead` = `kept` + `repeats` + all of `dropped`. */
export interface ReadReport {
  readonly files: readonly ReadFile[];
  /** Rows of the ratings files; headers and blank lines are none. */
  readonly rowsRead: number;
  readonly kept: number;
  readonly dropped: readonly DroppedRows[];
  /** Rows that gave way to a newer (or, of equal time, later) rating of the same user and item. */
  readonly repeats: number;
  /** The first few of the rows that could not be used, in file order. */
  readonly badRows: readonly BadRow[];
  readonly users: number;
  readonly items: number;
  /** Items that have a title other than their id. */
  readonly titlesFound: number;
}

export interface ReadFile {
  /** As the user wrote it, or below the folder that the user wrote. */
  readonly path: string;
  readonly role: 'ratings' | 'items' | 'links';
  readonly bytes: number;
}

export interface DroppedRows {
  readonly reason: string;
  readonly rows: number;
}

export interface BadRow {
  readonly file: string;
  /** Counted from 1; of Parquet files the row. */
  readonly line: number;
  /** Cut where it is long. */
  readonly text: string;
  readonly reason: string;
}
