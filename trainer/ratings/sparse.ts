/** A sparse matrix by rows: row r has the entries `offsets[r]` up to `offsets[r + 1]`, columns ascending. */
export interface Csr {
  readonly rows: number;
  readonly cols: number;
  /** Length rows + 1. */
  readonly offsets: Uint32Array;
  /** Column of each entry. */
  readonly indices: Uint32Array;
  readonly values: Float32Array | Float64Array;
}

/** Columns become rows; entries stay sorted. */
export function transpose({ rows, cols, offsets, indices, values }: Csr): Csr {
  const turned = offsetsOf(indices, cols);
  const next = turned.slice();
  const rowOfEntry = new Uint32Array(indices.length);
  const turnedValues = values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const place = next[indices[entry]!]!++;
      rowOfEntry[place] = row;
      turnedValues[place] = values[entry]!;
    }
  }
  return { rows: cols, cols: rows, offsets: turned, indices: rowOfEntry, values: turnedValues };
}

/** Where each key's entries begin once they are sorted by key, and the end of the last. */
export function offsetsOf(keys: Uint32Array, keyCount: number): Uint32Array {
  const offsets = new Uint32Array(keyCount + 1);
  for (let i = 0; i < keys.length; i++) offsets[keys[i]! + 1]!++;
  for (let key = 0; key < keyCount; key++) offsets[key + 1]! += offsets[key]!;
  return offsets;
}
