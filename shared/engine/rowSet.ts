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

  /** All rows that the other set has, too. */
  addAll(other: RowSet): void {
    for (let word = 0; word < this.words.length; word++) this.words[word]! |= other.words[word]!;
  }

  /** The same of the first `rows` rows alone. */
  first(rows: number): RowSet {
    const set = new RowSet(rows);
    set.words.set(this.words.subarray(0, set.words.length));
    if (rows & 31) set.words[set.words.length - 1]! &= (1 << (rows & 31)) - 1;
    return set;
  }

  /** The rows that are not in it. */
  complement(): RowSet {
    const others = new RowSet(this.rows);
    for (let word = 0; word < this.words.length; word++) others.words[word] = ~this.words[word]!;
    if (this.rows & 31) others.words[others.words.length - 1]! &= (1 << (this.rows & 31)) - 1;
    return others;
  }

  has(row: number): boolean {
    return ((this.words[row >>> 5]! >>> (row & 31)) & 1) === 1;
  }
}
