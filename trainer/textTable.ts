/** Characters that a column takes at most; longer cells are cut. */
const WIDEST = 48;

/** Rows of cells as lines with their columns under one another. @param rows all of the same number of cells, the header first. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.min(WIDEST, Math.max(...rows.map((row) => [...row[column]!].length))));
  return rows.map((row) => `${row.map((cell, column) => fit(cell, widths[column]!)).join('  ').trimEnd()}\n`).join('');
}

function fit(cell: string, width: number): string {
  const letters = [...cell];
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : cell + ' '.repeat(width - letters.length);
}
