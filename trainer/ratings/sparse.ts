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

/** Columns become rows; entries stay sorted. @param turned where they go: zeros of the right lengths. */
export function transpose({ rows, cols, offsets, indices, values }: Csr, turned = room(cols, rows, values)): Csr {
  countKeys(indices, turned.offsets);
  const next = turned.offsets.slice();
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const place = next[indices[entry]!]!++;
      turned.indices[place] = row;
      turned.values[place] = values[entry]!;
    }
  }
  return turned;
}

function room(rows: number, cols: number, { length, constructor }: Csr['values']): Csr {
  const values = constructor === Float32Array ? new Float32Array(length) : new Float64Array(length);
  return { rows, cols, offsets: new Uint32Array(rows + 1), indices: new Uint32Array(length), values };
}

/** Where each key's entries begin once they are sorted by key, and the end of the last. */
export const offsetsOf = (keys: Uint32Array, keyCount: number): Uint32Array => countKeys(keys, new Uint32Array(keyCount + 1));

function countKeys(keys: Uint32Array, offsets: Uint32Array): Uint32Array {
  for (let i = 0; i < keys.length; i++) offsets[keys[i]! + 1]!++;
  for (let key = 1; key < offsets.length; key++) offsets[key]! += offsets[key - 1]!;
  return offsets;
}
