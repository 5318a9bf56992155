import type { ItemId } from './ids.ts';
import type { CatalogItem, Filter, Rating } from './query.ts';

/** Somebody of a group: by their ratings, or by a taste code (tasteCode.ts), which tells no ratings. */
export type GroupMember = ({ readonly ratings: readonly Rating[] } | { readonly taste: string }) & {
  /** What it leaves out comes for nobody. */
  readonly filter?: Filter;
};

/** One list for several people; engine/group.ts says how it is made. */
export interface GroupQuery {
  /** 1 to MAX_MEMBERS. */
  readonly members: readonly GroupMember[];
  /** How many to return, 1 to 500. Default 10. */
  readonly k?: number;
  readonly exclude?: readonly ItemId[];
  readonly filter?: Filter;
  /** Films that somebody of them has rated may come, too. Default false. */
  readonly seenToo?: boolean;
  /** Whose liking counts: from 0, everybody's alike, to 1, that of whoever likes the film least. Default 0.3. */
  readonly fairness?: number;
}

/** What one of them thinks of a film. */
export interface MemberOpinion {
  /** 1: as much as the tenth of their own ten. May be more, and below 0. */
  readonly liking: number;
  /** The rating that they would give, on the model's RatingScale; missing where the model cannot say, and for a taste code. */
  readonly expected?: number;
  /** The rating that they gave; only with `seenToo`. */
  readonly rated?: number;
}

export interface GroupRecommendation {
  readonly item: CatalogItem;
  /** (1 − fairness) · the mean of their likings + fairness · the least of them. */
  readonly score: number;
  /** In the order of the question's members. */
  readonly members: readonly MemberOpinion[];
}

export interface GroupRecommendations {
  /** Best first. Fewer than k where the catalogue ends. */
  readonly items: readonly GroupRecommendation[];
  readonly computeMs: number;
}
