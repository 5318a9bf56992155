import { GATHERED, WIDTH } from '../layout';
import { size } from './arguments';
import { addOuter } from './dense';

/** Bytes of a panel's row. */
const LINE: usize = WIDTH * 8;

/**
 * One task's rows of alternating least squares. Row r of out solves (G + Σ v hᵢ hᵢᵀ + ridge_r) x = Σ v hᵢ over the
 * entries (i, v) of row r of a sparse matrix, hᵢ being row i of the block `factors`. By Cholesky, in doubles.
 *
 * Arguments: offsets, indices, values (f32); the row at which each task begins (u32); factors, their rows; out, its
 * rows; panels of both; G (f64, square, 8 · panels wide); ridges (f64, above zero, one a row); room for each task, its
 * bytes: (8 · panels + GATHERED + 1) · 8 · panels · 8.
 */
export function alsRows(task: usize): void {
  const offsets = size(0);
  const indices = size(1);
  const values = size(2);
  const cuts = size(3) + (task << 2);
  const width = size(8) * WIDTH;
  const stride = width << 3;
  const matrix = size(11) + task * size(12);
  const vector = matrix + width * stride;
  const gathered = vector + stride;
  for (let row = <usize>load<u32>(cuts), stop = <usize>load<u32>(cuts, 4); row < stop; row++) {
    memory.copy(matrix, size(9), width * stride);
    memory.fill(vector, 0, stride);
    const ridge = load<f64>(size(10) + (row << 3));
    for (let at = matrix, end = matrix + width * stride; at < end; at += stride + 8) store<f64>(at, load<f64>(at) + ridge);
    const last = <usize>load<u32>(offsets + (row << 2), 4);
    for (let entry = <usize>load<u32>(offsets + (row << 2)); entry < last; entry += GATHERED) {
      const count = min(last - entry, <usize>GATHERED);
      for (let g: usize = 0; g < count; g++) {
        const place = (entry + g) << 2;
        gather(gathered + g * stride, vector, <usize>load<u32>(indices + place), <f64>load<f32>(values + place));
      }
      const end = gathered + count * stride;
      for (let i: usize = 0; i < stride; i += 32) {
        for (let j: usize = 0; j <= i; j += 32) addOuter(matrix + (i >> 3) * stride + j, stride, gathered + i, gathered + j, end + i, stride);
      }
    }
    solve(matrix, stride, vector, width);
    scatter(vector, row);
  }
}

/** √v · hᵢ to `to`, v · hᵢ onto `sum`. */
function gather(to: usize, sum: usize, i: usize, v: f64): void {
  const root = f64x2.splat(Math.sqrt(v));
  const panelBytes = size(5) * LINE;
  let from = size(4) + i * LINE;
  for (let panels = size(8); panels > 0; panels--, from += panelBytes) {
    for (let at = from, end = from + LINE; at < end; at += 16, to += 16, sum += 16) {
      const part = f64x2.mul(root, v128.load(at));
      v128.store(to, part);
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(root, part)));
    }
  }
}

function scatter(vector: usize, row: usize): void {
  const panelBytes = size(7) * LINE;
  let to = size(6) + row * LINE;
  for (let panels = size(8); panels > 0; panels--, to += panelBytes, vector += LINE) memory.copy(to, vector, LINE);
}

/** x of M x = x, in its place; M's lower triangle becomes its Cholesky factor. */
function solve(m: usize, stride: usize, x: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++) {
    const row = m + i * stride;
    for (let j: usize = 0; j < i; j++) {
      const at = row + (j << 3);
      store<f64>(at, (load<f64>(at) - dot(row, m + j * stride, j)) / load<f64>(m + j * stride + (j << 3)));
    }
    const at = row + (i << 3);
    const pivot = Math.sqrt(load<f64>(at) - dot(row, row, i));
    store<f64>(at, pivot);
    store<f64>(x + (i << 3), (load<f64>(x + (i << 3)) - dot(row, x, i)) / pivot);
  }
  // Backwards by rows: what is known of x is taken out of all that come before.
  for (let i = n; i-- > 0; ) {
    const row = m + i * stride;
    const value = load<f64>(x + (i << 3)) / load<f64>(row + (i << 3));
    store<f64>(x + (i << 3), value);
    for (let j: usize = 0; j < i; j++) store<f64>(x + (j << 3), load<f64>(x + (j << 3)) - value * load<f64>(row + (j << 3)));
  }
}

function dot(a: usize, b: usize, n: usize): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = a + (n << 3);
  for (const fours = a + ((n & ~3) << 3); a < fours; a += 32, b += 32) {
    low = f64x2.add(low, f64x2.mul(v128.load(a), v128.load(b)));
    high = f64x2.add(high, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; a < end; a += 8, b += 8) sum += load<f64>(a) * load<f64>(b);
  return sum;
}
