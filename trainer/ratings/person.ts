import { itemId } from '../../shared/ids.ts';
import type { Rating } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import { findPersonPlaces, hasRatingsHeader, isNumber } from './columns.ts';
import { inspectFile } from './file.ts';
import { readRecords } from './records.ts';
import { Session } from './session.ts';
import { excerpt, openTextTable } from './table.ts';

/**
 * One person's ratings: a text table with a column for the item and one for the rating, in the file's order.
 * @throws {InputError} for the first row that is none: in a file this small each row is meant.
 */
export async function readPerson(path: string): Promise<Rating[]> {
  const session = await Session.open({ threads: 1 });
  try {
    const file = await inspectFile(path, session);
    if (file.format === 'parquet') throw new InputError(`${path} is Parquet: give one person's ratings as CSV.`);
    const table = await openTextTable(file, 2, (row) => hasRatingsHeader(row, {}));
    const places = findPersonPlaces(table);
    const ratings: Rating[] = [];
    const users = new Set<string>();
    let skip = table.headRecords;
    for await (const records of readRecords(table.file, table.dialect)) {
      for (const { line, text, cells } of records) {
        if (skip-- > 0) continue;
        const id = cells?.[places.item]?.trim() ?? '';
        const rating = cells?.[places.rating]?.trim() ?? '';
        if (id === '' || !isNumber(rating)) throw new InputError(`${path}:${line}: this is no item and its rating: ${excerpt(text)}`);
        if (places.user !== null) users.add(cells![places.user]?.trim() ?? '');
        if (users.size > 1) throw new InputError(`${path}:${line}: a second user, ${[...users].at(-1)}: give the ratings of one person.`);
        ratings.push({ item: itemId(Number.isSafeInteger(Number(id)) && String(Number(id)) === id ? Number(id) : id), rating: Number(rating) });
      }
    }
    return ratings;
  } finally {
    await session.close();
  }
}
