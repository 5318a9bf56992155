import type { Csr } from '../ratings/sparse.ts';
import type { Crew } from './crew.ts';

/** A sparse matrix by rows (see Csr) in a crew's memory, its values in 32 bits. */
export interface SharedCsr {
  readonly rows: number;
  readonly cols: number;
  readonly offsets: Uint32Array<SharedArrayBuffer>;
  readonly indices: Uint32Array<SharedArrayBuffer>;
  readonly values: Float32Array<SharedArrayBuffer>;
}

export function share(crew: Crew, matrix: Csr): SharedCsr {
  const shared = allocate(crew, matrix.rows, matrix.cols, matrix.indices.length);
  shared.offsets.set(matrix.offsets);
  shared.indices.set(matrix.indices);
  shared.values.set(matrix.values);
  return shared;
}

/** Columns become rows; entries stay sorted. */
export function shareTransposed(crew: Crew, { rows, cols, offsets, indices, values }: Csr): SharedCsr {
  const turned = allocate(crew, cols, rows, indices.length);
  const next = turned.offsets;
  for (let entry = 0; entry < indices.length; entry++) next[indices[entry]! + 1]!++;
  for (let column = 0; column < cols; column++) next[column + 1]! += next[column]!;
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const place = next[indices[entry]!]!++;
      turned.indices[place] = row;
      turned.values[place] = values[entry]!;
    }
  }
  // Each row's begin has moved to its end, which is the begin of the next.
  next.copyWithin(1, 0, cols);
  next[0] = 0;
  return turned;
}

const allocate = (crew: Crew, rows: number, cols: number, entries: number): SharedCsr => ({
  rows,
  cols,
  offsets: crew.words(rows + 1),
  indices: crew.words(entries),
  values: crew.floats(entries),
});
