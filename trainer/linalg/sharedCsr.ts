import { transpose, type Csr } from '../ratings/sparse.ts';
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

/** The transpose, as sparse.ts makes it. */
export function shareTransposed(crew: Crew, matrix: Csr): SharedCsr {
  const turned = allocate(crew, matrix.cols, matrix.rows, matrix.indices.length);
  transpose(matrix, turned);
  return turned;
}

const allocate = (crew: Crew, rows: number, cols: number, entries: number): SharedCsr => ({
  rows,
  cols,
  offsets: crew.words(rows + 1),
  indices: crew.words(entries),
  values: crew.floats(entries),
});

/** Tasks of a product: many enough to even out threads that are not equally fast. */
export const TASKS = 64;

/** A side of a sparse matrix, cut into tasks with about as many entries. */
export interface Side {
  readonly matrix: SharedCsr;
  readonly tasks: number;
  /** Row at which each task begins, and the end of the last. */
  readonly cuts: Uint32Array<SharedArrayBuffer>;
}

export function cut(crew: Crew, matrix: SharedCsr, tasks = TASKS): Side {
  const cuts = crew.words(tasks + 1);
  const { rows, offsets } = matrix;
  // A row costs something by itself, too.
  const cost = (row: number): number => offsets[row]! + 4 * row;
  for (let row = 0, task = 0; task <= tasks; task++) {
    while (row < rows && cost(row) < (task / tasks) * cost(rows)) row++;
    cuts[task] = row;
  }
  return { matrix, tasks, cuts };
}
