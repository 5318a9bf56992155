import type { ItemId } from '../../shared/ids.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { offsetsOf } from '../ratings/sparse.ts';

/** How long the lists are that are looked at as lists. */
export const LIST_LENGTH = 10;

/** What can be said of one list of items, whoever it is for. */
export interface ListMeasures {
  /** Mean share of the train people who like an item of the list (average recommendation popularity: Yin et al. 2012). */
  readonly popularity: number;
  /** 1 − the mean cosine of all pairs, an item being the set of train people who like it (intra-list diversity: Ziegler et al. 2005). */
  readonly diversity: number;
  /** Mean −log2 of the share of the train people who like an item, in bits (mean self-information: Zhou et al. 2010). */
  readonly novelty: number;
}

/** What many lists together make of the catalogue. */
export interface CatalogueUse {
  /** Part of the catalogue that is in at least one list (Ge, Delgado-Battenfeld & Jannach 2010). */
  readonly coverage: number;
  /** Gini coefficient of how often each item of the catalogue is in a list: 0 all alike, 1 one for all (Shani & Gunawardana 2011). */
  readonly gini: number;
  /** Lorenz curve at 0, 1 … 100 % of the catalogue, rarest first: the share of all places that these items have. */
  readonly lorenz: readonly number[];
}

/** Judges lists by what the train people like, never by the ranker's own vectors: the same yardstick for all. */
export class ListJudge {
  readonly #indexOf: ReadonlyMap<ItemId, number>;
  readonly #people: number;
  /** People who like item i: `#fans` from `#offsets[i]` to `#offsets[i + 1]`, ascending. */
  readonly #offsets: Uint32Array;
  readonly #fans: Uint32Array;
  readonly #cosines = new Map<number, number>();

  /** @param train of a split: every item is liked by somebody. @param positiveFrom from this rating on it is liked. */
  constructor(train: Ratings, positiveFrom: number) {
    const { items, item, user, rating, userIds } = train;
    this.#indexOf = new Map(items.map(({ id }, index) => [id, index]));
    this.#people = userIds.length;
    const liked = Uint32Array.from(rating.keys()).filter((entry) => rating[entry]! >= positiveFrom);
    this.#offsets = offsetsOf(liked.map((entry) => item[entry]!), items.length);
    this.#fans = new Uint32Array(liked.length);
    const next = this.#offsets.slice();
    for (const entry of liked) this.#fans[next[item[entry]!]!++] = user[entry]!; // entries are sorted by user
  }

  /** @param list the first places of a ranking; an empty one says nothing: zeros. */
  measure(list: readonly ItemId[]): ListMeasures {
    const items = list.map((id) => this.#indexOf.get(id)!);
    const shares = items.map((item) => this.#fansOf(item) / this.#people);
    let similarity = 0;
    for (let a = 1; a < items.length; a++) for (let b = 0; b < a; b++) similarity += this.#cosine(items[a]!, items[b]!);
    const pairs = (items.length * (items.length - 1)) / 2;
    return {
      popularity: mean(shares),
      diversity: pairs > 0 ? 1 - similarity / pairs : 0,
      novelty: mean(shares.map((share) => -Math.log2(share))),
    };
  }

  catalogueUse(lists: readonly (readonly ItemId[])[]): CatalogueUse {
    const times = new Uint32Array(this.#indexOf.size);
    for (const list of lists) for (const id of list) times[this.#indexOf.get(id)!]!++;
    times.sort();
    const sums = new Float64Array(times.length + 1);
    let weighted = 0;
    times.forEach((count, place) => {
      sums[place + 1] = sums[place]! + count;
      weighted += (place + 1) * count;
    });
    const n = times.length;
    const total = sums[n]! || 1;
    return {
      coverage: times.filter((count) => count > 0).length / n,
      gini: (2 * weighted) / (n * total) - (n + 1) / n,
      lorenz: Array.from({ length: 101 }, (_, percent) => sums[Math.round((percent * n) / 100)]! / total),
    };
  }

  #fansOf(item: number): number {
    return this.#offsets[item + 1]! - this.#offsets[item]!;
  }

  #cosine(a: number, b: number): number {
    const key = Math.min(a, b) * this.#indexOf.size + Math.max(a, b);
    const known = this.#cosines.get(key);
    if (known !== undefined) return known;
    const cosine = this.#common(a, b) / Math.sqrt(this.#fansOf(a) * this.#fansOf(b));
    this.#cosines.set(key, cosine);
    return cosine;
  }

  #common(a: number, b: number): number {
    const [endA, endB] = [this.#offsets[a + 1]!, this.#offsets[b + 1]!];
    let common = 0;
    for (let i = this.#offsets[a]!, j = this.#offsets[b]!; i < endA && j < endB; ) {
      const difference = this.#fans[i]! - this.#fans[j]!;
      if (difference === 0) common++;
      if (difference <= 0) i++;
      if (difference >= 0) j++;
    }
    return common;
  }
}

const mean = (values: readonly number[]): number => (values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0);
