import type { RatingScale } from '../../shared/query.ts';
import { isNumber, type Places } from './columns.ts';
import type { TextRecord } from './records.ts';
import { literal } from './session.ts';

/**
 * Which rows are ratings. The rules stand here twice: in SQL, for all rows, and in TypeScript, to find the lines of the
 * few that are shown.
 */
const reasons = {
  broken: 'broken quotes',
  narrow: 'too few columns',
  wide: 'too many columns',
  user: 'no user id',
  item: 'no item id',
  number: 'the rating is not a number',
  infinite: 'the rating is infinite',
  scale: ({ min, max }: RatingScale) => `the rating is outside of ${min} to ${max}`,
};

/** Larger ratings are infinite as 32-bit floats. */
const MAX_FLOAT32 = 3.4028235e38;

/**
 * Adds to rows of u, i, r and t each one's `reason` not to be used (null: a good row), and brings times to seconds:
 * seconds, milliseconds, micro- and nanoseconds since 1970 differ by more than all the times that ratings are from.
 */
export function judged(source: string, scale: RatingScale | null): string {
  const outside = scale === null ? '' : `WHEN r < ${scale.min} OR r > ${scale.max} THEN ${literal(reasons.scale(scale))}`;
  return `SELECT * REPLACE (CASE WHEN abs(t) >= 1e17 THEN t / 1e9 WHEN abs(t) >= 1e14 THEN t / 1e6 WHEN abs(t) >= 1e11 THEN t / 1e3 ELSE t END AS t), CASE
    WHEN u IS NULL OR u = '' THEN ${literal(reasons.user)}
    WHEN i IS NULL OR i = '' THEN ${literal(reasons.item)}
    WHEN r IS NULL OR isnan(r) THEN ${literal(reasons.number)}
    WHEN abs(r) > ${MAX_FLOAT32} THEN ${literal(reasons.infinite)}
    ${outside} END AS reason FROM (${source})`;
}

/** Reason not to use a record that has the wrong shape. Empty cells beyond the last column are none, as DuckDB has it. */
export function shapeReason({ cells }: TextRecord, width: number): string | null {
  if (cells === null) return reasons.broken;
  if (cells.length < width) return reasons.narrow;
  return cells.length === width || cells.every((cell, place) => place < width || cell === '') ? null : reasons.wide;
}

/** Reason not to use the cells of a record of the right shape. @param decimalComma whether "4,5" is 4.5. */
export function valueReason(cells: readonly string[], places: Places, scale: RatingScale | null, decimalComma: boolean): string | null {
  if (/^ *$/.test(cells[places.user]!)) return reasons.user;
  if (/^ *$/.test(cells[places.item]!)) return reasons.item;
  if (places.rating === null) return null;
  const text = cells[places.rating]!.trim();
  if (/^[+-]?inf(inity)?$/i.test(text)) return reasons.infinite;
  const number = decimalComma && !isNumber(text) ? text.replace(',', '.') : text;
  if (!isNumber(number)) return reasons.number;
  const value = Number(number);
  if (Math.abs(value) > MAX_FLOAT32) return reasons.infinite;
  return scale !== null && (value < scale.min || value > scale.max) ? reasons.scale(scale) : null;
}
