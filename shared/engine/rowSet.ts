/** A set of rows as a bitmap, 32 rows a word: what a scan asks about rows that it must not return. */
export class RowSet {
  /** Bit `row & 31` of word `row >>> 5` is set when the row is in. */
  readonly words: Uint32Array;

  /** @param rows rows 0 … rows − 1 can be in the set. */
  constructor(readonly rows: number) {
    this.words = new Uint32Array((rows + 31) >>> 5);
  }

  static of(rows: number, members: Iterable<number>): RowSet {
    const set = new RowSet(rows);
    for (const row of members) set.add(row);
    return set;
  }

  add(row: number): void {
    this.words[row >>> 5]! |= 1 << (row & 31);
  }

  has(row: number): boolean {
    return ((this.words[row >>> 5]! >>> (row & 31)) & 1) === 1;
  }
}
