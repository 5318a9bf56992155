import type { Crew } from './crew.ts';
import { PANEL } from './layout.ts';

/** A dense symmetric matrix in a crew's memory, in 32 bits: entry (i, j) is `data[i * stride + j]`. */
export interface Symmetric {
  readonly n: number;
  /** n, rounded up to a multiple of 8; so many rows there are, too. What is beyond n belongs to the kernels. */
  readonly stride: number;
  /** Length stride². Which triangles are set, is said by who sets them. */
  readonly data: Float32Array<SharedArrayBuffer>;
}

export function newSymmetric(crew: Crew, n: number): Symmetric {
  const stride = Math.ceil(n / PANEL) * PANEL;
  return { n, stride, data: crew.floats(stride * stride) };
}
