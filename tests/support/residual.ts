import fc from 'fast-check';
import type { ResidualTable } from '../../shared/artifact/residualFile.ts';

export interface Entry {
  readonly row: number;
  readonly target: number;
  readonly value: number;
}

/** A table of these entries: at most one of each pair, none of a row with itself. */
export function residualOf(rows: number, entries: readonly Entry[], scale: ArrayLike<number>): ResidualTable {
  const sorted = entries.toSorted((a, b) => a.row - b.row || a.target - b.target);
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, row) => sorted.filter((entry) => entry.row < row).length);
  return { rows, offsets, targets: Uint16Array.from(sorted, ({ target }) => target), values: Int8Array.from(sorted, ({ value }) => value), scale: Float32Array.from(scale) };
}

/** Tables of exactly so many rows. */
export const residuals = (rows: number): fc.Arbitrary<ResidualTable> => {
  const entry = fc.record({ row: fc.nat(rows - 1), target: fc.nat(rows - 1), value: fc.integer({ min: -127, max: 127 }) }).filter(({ row, target }) => row !== target);
  const entries = rows < 2 ? fc.constant([]) : fc.uniqueArray(entry, { selector: ({ row, target }) => row * rows + target, maxLength: 4 * rows });
  const scales = fc.array(fc.float({ min: 0, max: 4, noNaN: true }), { minLength: rows, maxLength: rows });
  return fc.tuple(entries, scales).map(([list, scale]) => residualOf(rows, list, scale));
};
