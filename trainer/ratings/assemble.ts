import { offsetsOf } from './sparse.ts';

/** Ratings as they lie in the files: `user` and `item` index the sorted ids. */
export interface RawRatings {
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly rating: Float32Array;
  /** Seconds; -Infinity where it is unknown, so that any known time is newer. Null: no times at all. */
  readonly time: Float64Array | null;
}

export interface Assembled {
  /** Index of each kept user in the sorted ids, ascending; likewise of each kept item. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** Parallel, sorted by user, then item; indices into `users` and `items`. */
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly rating: Float32Array;
  /** Rows that gave way to another of the same user and item. */
  readonly repeats: number;
  /** Rows of users and items with too few ratings. */
  readonly scarce: number;
}

/** The fewest ratings that a user and an item must have; 1 asks for nothing. */
export interface Minimum {
  readonly user: number;
  readonly item: number;
}

/** Sorts, resolves repeats, then drops users and items below the minimum until all that are left have enough. */
export function assemble(raw: RawRatings, userCount: number, itemCount: number, minimum: Minimum): Assembled {
  // Two stable counting sorts: by user, then item, then place in the files.
  const order = sortByKey(raw.user, userCount, sortByKey(raw.item, itemCount, null));
  const unique = resolveRepeats(raw, order);
  const rows = dropScarce(raw, unique, userCount, itemCount, minimum);
  const users = keptKeys(raw.user, rows, userCount);
  const items = keptKeys(raw.item, rows, itemCount);
  const rating = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) rating[i] = raw.rating[rows[i]!]!;
  return {
    users: users.keys,
    items: items.keys,
    user: rows.map((row) => users.indexOf[raw.user[row]!]!),
    item: rows.map((row) => items.indexOf[raw.item[row]!]!),
    rating,
    repeats: order.length - unique.length,
    scarce: unique.length - rows.length,
  };
}

/** Row numbers ordered by key; rows of one key keep the order of `order` (null: 0, 1, 2 …). */
function sortByKey(keys: Uint32Array, keyCount: number, order: Uint32Array | null): Uint32Array {
  const next = offsetsOf(keys, keyCount);
  const sorted = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const row = order === null ? i : order[i]!;
    sorted[next[keys[row]!]!++] = row;
  }
  return sorted;
}

/** The newest row of each pair; of equally new ones the last. Reuses `order`. */
function resolveRepeats({ user, item, time }: RawRatings, order: Uint32Array): Uint32Array {
  const kept = order;
  let count = 0;
  for (let i = 0; i < order.length; ) {
    let newest = order[i]!;
    const [u, v] = [user[newest]!, item[newest]!];
    for (i++; i < order.length && user[order[i]!] === u && item[order[i]!] === v; i++) {
      const row = order[i]!;
      if (time === null || time[row]! >= time[newest]!) newest = row;
    }
    kept[count++] = newest;
  }
  return kept.subarray(0, count);
}

/** Peels: whoever has too few ratings goes, and takes them from the other side, which may then have too few. Reuses `rows`. */
function dropScarce(raw: RawRatings, rows: Uint32Array, userCount: number, itemCount: number, minimum: Minimum): Uint32Array {
  if (minimum.user <= 1 && minimum.item <= 1) return rows;
  const user = rows.map((row) => raw.user[row]!);
  const item = rows.map((row) => raw.item[row]!);
  const byItem = sortByKey(item, itemCount, null);
  const userStarts = offsetsOf(user, userCount);
  const itemStarts = offsetsOf(item, itemCount);
  const userLeft = Uint32Array.from({ length: userCount }, (_, u) => userStarts[u + 1]! - userStarts[u]!);
  const itemLeft = Uint32Array.from({ length: itemCount }, (_, i) => itemStarts[i + 1]! - itemStarts[i]!);
  const alive = new Uint8Array(rows.length).fill(1);
  const scarce: number[] = []; // users as they are, items below zero
  userLeft.forEach((left, u) => left < minimum.user && scarce.push(u));
  itemLeft.forEach((left, i) => left < minimum.item && scarce.push(~i));
  const drop = (entry: number): void => {
    if (alive[entry] === 0) return;
    alive[entry] = 0;
    const [u, i] = [user[entry]!, item[entry]!];
    if (userLeft[u]!-- === minimum.user) scarce.push(u);
    if (itemLeft[i]!-- === minimum.item) scarce.push(~i);
  };
  for (let key = scarce.pop(); key !== undefined; key = scarce.pop()) {
    if (key >= 0) for (let entry = userStarts[key]!; entry < userStarts[key + 1]!; entry++) drop(entry);
    else for (let at = itemStarts[~key]!; at < itemStarts[~key + 1]!; at++) drop(byItem[at]!);
  }
  let kept = 0;
  for (let entry = 0; entry < rows.length; entry++) if (alive[entry] === 1) rows[kept++] = rows[entry]!;
  return rows.subarray(0, kept);
}

function keptKeys(keys: Uint32Array, rows: Uint32Array, keyCount: number): { keys: Uint32Array; indexOf: Uint32Array } {
  const used = new Uint8Array(keyCount);
  for (let i = 0; i < rows.length; i++) used[keys[rows[i]!]!] = 1;
  const indexOf = new Uint32Array(keyCount);
  let count = 0;
  for (let key = 0; key < keyCount; key++) if (used[key] === 1) indexOf[key] = count++;
  const kept = new Uint32Array(count);
  for (let key = 0; key < keyCount; key++) if (used[key] === 1) kept[indexOf[key]!] = key;
  return { keys: kept, indexOf };
}
