import { writeTrainingUsers } from '../shared/artifact/trainingUsers.ts';
import type { Ratings } from './ratings/ratings.ts';
import { offsetsOf } from './ratings/sparse.ts';

/** Who rated what, as the file of the role `users`. @param itemOfRow see Factors. */
export function packTrainingUsers({ userIds, user, item, rating }: Ratings, itemOfRow: Uint32Array): Uint8Array<ArrayBuffer> {
  const rowOfItem = new Uint32Array(itemOfRow.length);
  itemOfRow.forEach((original, row) => (rowOfItem[original] = row));
  // Ratings come sorted by user, so their order is that of the file.
  return writeTrainingUsers({ ids: userIds, offsets: offsetsOf(user, userIds.length), rows: item.map((original) => rowOfItem[original]!), ratings: rating });
}
