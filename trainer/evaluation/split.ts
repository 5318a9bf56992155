import type { ItemId } from '../../shared/ids.ts';
import type { Rating } from '../../shared/query.ts';
import { compareIds } from '../ratings/ids.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { offsetsOf } from '../ratings/sparse.ts';
import { fmix32, idBits } from './hash.ts';

/** How a split is made: strong generalisation, the same on every machine and in every language. */
export interface SplitOptions {
  /** 0 to 9: block `fold` is test, the next one validation, the other eight train. */
  readonly fold: number;
  /** From this rating on a film counts as liked. */
  readonly positiveFrom: number;
}

/** Somebody whose ratings nothing was trained on. */
export interface HeldOutUser {
  readonly id: string | number;
  /** What is told to the model, in the order of their hashes: four fifths of the positives. */
  readonly positives: readonly Rating[];
  /** Ratings below `positiveFrom`, in the same order. They are told as well, and masked; settings.ts has other ways. */
  readonly low: readonly Rating[];
  /** To be found: the last fifth, rounded down. */
  readonly targets: readonly ItemId[];
}

export interface Split {
  /** All ratings of the train users for the items of the vocabulary: those that a train user likes. */
  readonly train: Ratings;
  readonly validation: readonly HeldOutUser[];
  readonly test: readonly HeldOutUser[];
}

export const BLOCKS = 10;
const FEWEST_POSITIVES = 5;
const USER_SEED = fmix32(42);
const ITEM_SALT = 0x5bd1e995;

/** How many of so many are held out: a fifth, rounded down. */
export const oneFifth = (count: number): number => Math.floor(count / 5);

/**
 * Users with at least five positives are ordered by `fmix32(uid ^ fmix32(42))` (ties by id) and cut into ten blocks.
 * A held-out user's positives are ordered by `fmix32(iid ^ fmix32(uid ^ 0x5bd1e995))`; the last fifth are the targets.
 * Items that no train user likes are unknown to everybody. Held-out users without a target are left out.
 */
export function splitUsers(ratings: Ratings, { fold, positiveFrom }: SplitOptions): Split {
  const { userIds, user, item, rating } = ratings;
  const offsets = offsetsOf(user, userIds.length);
  const blockOf = assignBlocks(ratings, offsets, positiveFrom);
  const testBlock = fold;
  const validationBlock = (fold + 1) % BLOCKS;
  // Nobody with too few positives trains either: the protocol is about the others.
  const trains = (u: number): boolean => blockOf[u]! >= 0 && blockOf[u] !== testBlock && blockOf[u] !== validationBlock;

  const known = new Uint8Array(ratings.items.length);
  for (let i = 0; i < rating.length; i++) if (rating[i]! >= positiveFrom && trains(user[i]!)) known[item[i]!] = 1;
  const heldOut = (block: number): HeldOutUser[] =>
    userIds.flatMap((id, u) => {
      if (blockOf[u] !== block) return [];
      const own = readOwn(ratings, offsets[u]!, offsets[u + 1]!, known);
      const held = holdOut(id, own, positiveFrom);
      return held.targets.length > 0 ? [held] : [];
    });
  return { train: keepEntries(ratings, (i) => trains(user[i]!) && known[item[i]!] === 1), validation: heldOut(validationBlock), test: heldOut(testBlock) };
}

/** Block of each user, −1 for those with too few positives. */
function assignBlocks({ userIds, rating }: Ratings, offsets: Uint32Array, positiveFrom: number): Int8Array {
  const eligible = userIds.flatMap((id, u) => {
    let positives = 0;
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) if (rating[i]! >= positiveFrom) positives++;
    return positives >= FEWEST_POSITIVES ? [{ u, id, hash: fmix32(idBits(id) ^ USER_SEED) }] : [];
  });
  eligible.sort((a, b) => a.hash - b.hash || compareIds(a.id, b.id));
  const blocks = new Int8Array(userIds.length).fill(-1);
  eligible.forEach(({ u }, place) => (blocks[u] = Math.floor((place * BLOCKS) / eligible.length)));
  return blocks;
}

function readOwn({ items, item, rating }: Ratings, from: number, to: number, known: Uint8Array): Rating[] {
  const own: Rating[] = [];
  for (let i = from; i < to; i++) if (known[item[i]!]) own.push({ item: items[item[i]!]!.id, rating: rating[i]! });
  return own;
}

function holdOut(id: string | number, own: readonly Rating[], positiveFrom: number): HeldOutUser {
  const salt = fmix32(idBits(id) ^ ITEM_SALT);
  const inOrder = own
    .map((rating) => ({ rating, hash: fmix32(idBits(rating.item) ^ salt) }))
    .sort((a, b) => a.hash - b.hash || compareIds(a.rating.item, b.rating.item))
    .map(({ rating }) => rating);
  const positives = inOrder.filter(({ rating }) => rating >= positiveFrom);
  const told = positives.length - oneFifth(positives.length);
  return { id, positives: positives.slice(0, told), low: inOrder.filter(({ rating }) => rating < positiveFrom), targets: positives.slice(told).map(({ item }) => item) };
}

/** The ratings that pass, with users and items that have none left out. */
export function keepEntries(ratings: Ratings, passes: (entry: number) => boolean): Ratings {
  const all = new Uint32Array(ratings.rating.length);
  let count = 0;
  for (let i = 0; i < all.length; i++) if (passes(i)) all[count++] = i;
  const kept = all.subarray(0, count);
  const dense = (keys: Uint32Array, count: number): { used: number[]; indices: Uint32Array } => {
    const newIndex = new Int32Array(count).fill(-1);
    for (const i of kept) newIndex[keys[i]!] = 0;
    const used = Array.from(newIndex.keys()).filter((key) => newIndex[key] === 0);
    used.forEach((key, index) => (newIndex[key] = index));
    return { used, indices: kept.map((i) => newIndex[keys[i]!]!) };
  };
  const users = dense(ratings.user, ratings.userIds.length);
  const items = dense(ratings.item, ratings.items.length);
  return {
    ...ratings,
    userIds: users.used.map((u) => ratings.userIds[u]!),
    items: items.used.map((i) => ratings.items[i]!),
    user: users.indices,
    item: items.indices,
    rating: new Float32Array(kept.length).map((_, entry) => ratings.rating[kept[entry]!]!),
  };
}
