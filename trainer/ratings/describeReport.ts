import type { ReadReport } from './ratings.ts';

const grouped = (count: number): string => count.toLocaleString('en');

/** What a person wants to know about what was read, a line each. */
export function describeReport({ files, rowsRead, kept, dropped, repeats, badRows, users, items, titlesFound }: ReadReport): string[] {
  const ratings = files.filter(({ role }) => role === 'ratings');
  return [
    `Read ${grouped(rowsRead)} rows${ratings.length > 1 ? ` of ${grouped(ratings.length)} files` : ''}; kept ${grouped(kept)} ratings of ${grouped(items)} items by ${grouped(users)} users`,
    ...(titlesFound < items ? [`${titlesFound === 0 ? 'No item has a title' : `${grouped(items - titlesFound)} items have no title`}: they are called by their id`] : []),
    ...(repeats > 0 ? [`${grouped(repeats)} rows are repeated ratings of one item by one user: the newest counts`] : []),
    ...dropped.map(({ reason, rows }) => `Dropped ${grouped(rows)} rows: ${reason}`),
    ...badRows.map(({ file, line, reason, text }) => `  ${file}:${line}: ${reason}: ${text}`),
  ];
}
