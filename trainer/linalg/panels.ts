import type { Crew } from './crew.ts';
import { OUTER_PANELS, PANEL } from './layout.ts';

/** Rows × depth in 32 bits, packed in panels of 8 rows for kernels/micro.ts; what fills the last one up is zero. */
export interface Panels {
  readonly count: number;
  readonly depth: number;
  readonly data: Float32Array<SharedArrayBuffer>;
}

/** @param factors rows × depth, by rows. @param scale of each row. Default: ones. */
export function pack(crew: Crew, factors: ArrayLike<number>, rows: number, depth: number, scale?: ArrayLike<number>): Panels {
  const count = Math.ceil(rows / PANEL);
  const data = crew.floats(count * PANEL * depth);
  for (let row = 0; row < rows; row++) {
    const factor = scale ? scale[row]! : 1;
    let place = Math.floor(row / PANEL) * PANEL * depth + (row % PANEL);
    for (let d = 0; d < depth; d++, place += PANEL) data[place] = factor * factors[row * depth + d]!;
  }
  return { count, depth, data };
}

/**
 * out = A · Bᵀ for `count` panels of A from `first` on.
 * @param out by rows, 8 · count rows of 8 · b.count entries at least.
 */
export async function outer(crew: Crew, a: Panels, first: number, count: number, b: Panels, out: Float32Array): Promise<void> {
  await crew.run(OUTER_PANELS, count, a.data.subarray(first * PANEL * a.depth), b.data, b.count, a.depth, out);
}
