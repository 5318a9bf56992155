/*
 * The inverse of a symmetric positive definite matrix, in place, by sweeping it block by block (Goodnight 1979, "A
 * tutorial on the SWEEP operator"; block Gauss-Jordan that keeps the symmetry). For the rows K of a block, V = A[·, K]:
 *
 *     D = A[K, K]⁻¹     W = V D     A[I, J] −= W[I] V[J]ᵀ     A[I, K] = W[I]     A[K, K] = −D     (I, J outside of K)
 *
 * After all blocks A has become −A⁻¹, at n³ operations as by Cholesky, nearly all of them in the one product W Vᵀ. Only
 * the lower triangle is read and written, so A[I, K] of rows I above K is the transpose of A[K, I].
 */
import { size } from './arguments';
import { PANEL, TILE } from '../layout';
import { addPanels } from './micro';

/** Where the arguments of both jobs of a step are. Sizes in entries; rows is a multiple of PANEL, a row begins every `stride`. */
const MATRIX = 0;
const ROWS = 1;
const STRIDE = 2;
const FIRST = 3; // of K
const DEPTH = 4; // rows of K
const V = 5; // packed, rows × depth
const W = 6; // −W, packed
const D = 7; // packed, depth × depth

/** Rows of one task: A[i, j] *= scale[i] · scale[j], below the diagonal and on it. Arguments: matrix, rows, stride, scale (f32). */
export function scaleRows(task: usize): void {
  const matrix = size(0);
  const rows = size(1);
  const stride = size(2) << 2;
  const scale = size(3);
  for (let i = task * TILE, end = min(i + TILE, rows); i < end; i++) {
    const row = matrix + i * stride;
    const factor = v128.load32_splat(scale + (i << 2));
    for (let j: usize = 0; j <= i << 2; j += 16) v128.store(row + j, f32x4.mul(f32x4.mul(v128.load(row + j), v128.load(scale + j)), factor));
  }
}

/** One task's rows I: packs V[I] and −W[I], and leaves W[I] where A[I, K] was. */
export function sweepPanel(task: usize): void {
  const first = size(FIRST);
  const depth = size(DEPTH);
  const begin = task * TILE;
  if (begin >= first && begin < first + depth) return;
  const matrix = size(MATRIX);
  const stride = size(STRIDE) << 2;
  const panelBytes = depth << 5;
  const d = size(D);
  for (let i = begin, end = min(begin + TILE, size(ROWS)); i < end; i += PANEL) {
    const v = size(V) + i * (depth << 2);
    const w = size(W) + i * (depth << 2);
    const below = i > first;
    const place = below ? matrix + i * stride + (first << 2) : matrix + first * stride + (i << 2);
    if (below) packRows(v, place, stride, depth, 1);
    else packColumns(v, place, stride, depth, 1);
    clear(place, stride, below ? <usize>PANEL : depth, below ? depth : <usize>PANEL);
    for (let k: usize = 0; k < depth; k += PANEL) {
      const dk = d + k * (depth << 2);
      if (below) addPanels(place + (k << 2), stride, v, dk, depth);
      else addPanels(place + k * stride, stride, dk, v, depth);
    }
    if (below) packRows(w, place, stride, depth, -1);
    else packColumns(w, place, stride, depth, -1);
  }
}

/** One tile: A[I, J] −= W[I] V[J]ᵀ. */
export function sweepUpdate(task: usize): void {
  const first = size(FIRST);
  const depth = size(DEPTH);
  const tileRow = triangleRow(task);
  const i0 = tileRow * TILE;
  const j0 = (task - ((tileRow * (tileRow + 1)) >> 1)) * TILE;
  if ((i0 >= first && i0 < first + depth) || (j0 >= first && j0 < first + depth)) return;
  const stride = size(STRIDE) << 2;
  const rowBytes = depth << 2;
  const rows = size(ROWS);
  const iEnd = min(i0 + TILE, rows);
  const jEnd = min(j0 + TILE, rows);
  for (let j = j0; j < jEnd; j += PANEL) {
    const v = size(V) + j * rowBytes;
    for (let i = max(i0, j); i < iEnd; i += PANEL) {
      addPanels(size(MATRIX) + i * stride + (j << 2), stride, size(W) + i * rowBytes, v, depth);
    }
  }
}

/** One tile: A[i, j] = A[j, i] = −scale[i] · scale[j] · A[i, j], whose lower triangle is known. Arguments as of scaleRows. */
export function mirror(task: usize): void {
  const matrix = size(0);
  const rows = size(1);
  const stride = size(2) << 2;
  const scale = size(3);
  const tileRow = triangleRow(task);
  const i0 = tileRow * TILE;
  const j0 = (task - ((tileRow * (tileRow + 1)) >> 1)) * TILE;
  for (let i = i0, iEnd = min(i0 + TILE, rows); i < iEnd; i++) {
    const factor = -load<f32>(scale + (i << 2));
    for (let j = j0, jEnd = min(j0 + TILE, i + 1); j < jEnd; j++) {
      const at = matrix + i * stride + (j << 2);
      const value = load<f32>(at) * factor * load<f32>(scale + (j << 2));
      store<f32>(at, value);
      store<f32>(matrix + j * stride + (i << 2), value);
    }
  }
}

/**
 * D = A[K, K]⁻¹ in doubles, by Gauss-Jordan on the whole block; writes −D back, and D packed. On the calling thread.
 * @param scratch f64, depth × depth.
 * @returns -1, or the row of the first pivot that is below `least`: the matrix is not positive definite, or nearly so.
 */
export function invertBlock(matrix: usize, stride: usize, first: usize, depth: usize, scratch: usize, packed: usize, least: f64): i32 {
  const block = matrix + (first * stride + first) * 4;
  const rowBytes = depth << 3;
  for (let i: usize = 0; i < depth; i++) {
    for (let j: usize = 0; j <= i; j++) {
      const value = <f64>load<f32>(block + ((i * stride + j) << 2));
      store<f64>(scratch + i * rowBytes + (j << 3), value);
      store<f64>(scratch + j * rowBytes + (i << 3), value);
    }
  }
  for (let k: usize = 0; k < depth; k++) {
    const pivotRow = scratch + k * rowBytes;
    const pivot = load<f64>(pivotRow + (k << 3));
    if (!(pivot >= least)) return <i32>(first + k);
    store<f64>(pivotRow + (k << 3), 1);
    const inverse = f64x2.splat(1 / pivot);
    for (let at = pivotRow, end = pivotRow + rowBytes; at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), inverse));
    for (let i: usize = 0; i < depth; i++) {
      if (i == k) continue;
      let at = scratch + i * rowBytes;
      const factor = v128.load64_splat(at + (k << 3));
      store<f64>(at + (k << 3), 0);
      for (let from = pivotRow, end = pivotRow + rowBytes; from < end; from += 16, at += 16) {
        v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(factor, v128.load(from))));
      }
    }
  }
  for (let i: usize = 0; i < depth; i++) {
    const panel = packed + (i & ~(PANEL - 1)) * (depth << 2) + ((i & (PANEL - 1)) << 2);
    for (let j: usize = 0; j < depth; j++) {
      const value = <f32>load<f64>(scratch + i * rowBytes + (j << 3));
      store<f32>(panel + (j << 5), value);
      if (j <= i) store<f32>(block + ((i * stride + j) << 2), -value);
    }
  }
  return -1;
}

/** A panel of 8 rows that lie `stride` bytes apart, times `sign`. */
function packRows(panel: usize, from: usize, stride: usize, depth: usize, sign: f32): void {
  for (let r: usize = 0; r < <usize>PANEL; r++) {
    let to = panel + (r << 2);
    for (let at = from + r * stride, end = at + (depth << 2); at < end; at += 4, to += 32) store<f32>(to, sign * load<f32>(at));
  }
}

/** A panel of 8 columns, times `sign`. */
function packColumns(panel: usize, from: usize, stride: usize, depth: usize, sign: f32): void {
  const factor = f32x4.splat(sign);
  for (const end = panel + (depth << 5); panel < end; panel += 32, from += stride) {
    v128.store(panel, f32x4.mul(v128.load(from), factor));
    v128.store(panel, f32x4.mul(v128.load(from, 16), factor), 16);
  }
}

function clear(at: usize, stride: usize, rows: usize, columns: usize): void {
  for (let r: usize = 0; r < rows; r++, at += stride) memory.fill(at, 0, columns << 2);
}

/** The row of the t-th entry of a lower triangle that is counted row by row. */
function triangleRow(t: usize): usize {
  return <usize>((Math.sqrt(8 * <f64>t + 1) - 1) / 2);
}
