/*
 * Products of tall, thin blocks, in doubles. A block lies in panels of 8 columns (../block.ts): entry (r, c) is at
 * ((c / 8) · rows + r) · 8 + c % 8.
 */
import { PANELS_OF_PRODUCT, ROWS_AT_ONCE, WIDTH } from '../layout';
import { real, size } from './arguments';

const COLUMNS: usize = WIDTH;
/** Bytes of a panel's row. */
const LINE: usize = COLUMNS * 8;
/** Panels whose part of a small matrix, 8 kB, stays in the nearest cache. */
const PANELS_OF_TIMES: usize = 16;

/**
 * Some panels of A, each times all of B: 8 × 8 pieces of AᵀB. Arguments: A, its panels, B, its panels, rows, out (f64, by
 * rows, 8 · panels of B wide).
 */
export function blockProduct(task: usize): void {
  const panels = size(3);
  const rows = size(4);
  const stride = panels * LINE;
  const first = task * PANELS_OF_PRODUCT;
  const last = min(first + PANELS_OF_PRODUCT, size(1));
  memory.fill(size(5) + first * COLUMNS * stride, 0, (last - first) * COLUMNS * stride);
  for (let row: usize = 0; row < rows; row += ROWS_AT_ONCE) {
    const length = (min(row + ROWS_AT_ONCE, rows) - row) * LINE;
    for (let q: usize = 0; q < panels; q++) {
      const b = size(2) + (q * rows + row) * LINE;
      for (let p = first; p < last; p++) {
        const a = size(0) + (p * rows + row) * LINE;
        const out = size(5) + p * COLUMNS * stride + q * LINE;
        for (let i: usize = 0; i < COLUMNS; i += 4) {
          for (let j: usize = 0; j < COLUMNS; j += 4) addOuter(out + i * stride + j * 8, stride, a + i * 8, b + j * 8, a + length + i * 8, LINE);
        }
      }
    }
  }
}

/** C[4 × 4] += Σ a[row, 0 … 3]ᵀ b[row, 0 … 3]. @param line bytes from one row of a and b to the next. */
export function addOuter(c: usize, stride: usize, a: usize, b: usize, end: usize, line: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  for (; a < end; a += line, b += line) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    s0 = f64x2.add(s0, f64x2.mul(a0, low));
    t0 = f64x2.add(t0, f64x2.mul(a0, high));
    const a1 = v128.load64_splat(a, 8);
    s1 = f64x2.add(s1, f64x2.mul(a1, low));
    t1 = f64x2.add(t1, f64x2.mul(a1, high));
    const a2 = v128.load64_splat(a, 16);
    s2 = f64x2.add(s2, f64x2.mul(a2, low));
    t2 = f64x2.add(t2, f64x2.mul(a2, high));
    const a3 = v128.load64_splat(a, 24);
    s3 = f64x2.add(s3, f64x2.mul(a3, low));
    t3 = f64x2.add(t3, f64x2.mul(a3, high));
  }
  add(c, s0, t0);
  add(c + stride, s1, t1);
  add(c + 2 * stride, s2, t2);
  add(c + 3 * stride, s3, t3);
}

function add(to: usize, low: v128, high: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}

/**
 * One task's rows of out = β · out + block · right. Rows come in twos: a block has room for a multiple of four.
 * Arguments: block, rows, panels, right (f64: of each panel of out 8 numbers for each column of the block), out, panels
 * of out, β.
 */
export function blockTimes(task: usize): void {
  const rows = size(1);
  const panels = size(2);
  const outPanels = size(5);
  const begin = task * ROWS_AT_ONCE;
  const end = min(begin + ROWS_AT_ONCE, rows);
  for (let q: usize = 0; q < outPanels; q++) {
    const right = size(3) + q * panels * COLUMNS * LINE;
    const out = size(4) + q * rows * LINE;
    // As much of `right` as stays in the nearest cache while the rows pass by.
    for (let p: usize = 0; p < panels; p += PANELS_OF_TIMES) {
      const count = min(panels - p, PANELS_OF_TIMES);
      const beta = p == 0 ? real(6) : 1;
      const block = size(0) + p * rows * LINE;
      for (let row = begin; row < end; row += 2) product2x8(out + row * LINE, block + row * LINE, rows * LINE, count, right + p * COLUMNS * LINE, beta);
    }
  }
}

/** out[2 × 8] = β · out + the two rows at a, whose panels are `step` bytes apart, times 8 columns of right. */
function product2x8(out: usize, a: usize, step: usize, panels: usize, right: usize, beta: f64): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  for (; panels > 0; panels--, a += step) {
    for (let at = a, end = a + LINE; at < end; at += 8, right += LINE) {
      const a0 = v128.load64_splat(at);
      const a1 = v128.load64_splat(at, LINE);
      const b0 = v128.load(right);
      s0 = f64x2.add(s0, f64x2.mul(a0, b0));
      t0 = f64x2.add(t0, f64x2.mul(a1, b0));
      const b1 = v128.load(right, 16);
      s1 = f64x2.add(s1, f64x2.mul(a0, b1));
      t1 = f64x2.add(t1, f64x2.mul(a1, b1));
      const b2 = v128.load(right, 32);
      s2 = f64x2.add(s2, f64x2.mul(a0, b2));
      t2 = f64x2.add(t2, f64x2.mul(a1, b2));
      const b3 = v128.load(right, 48);
      s3 = f64x2.add(s3, f64x2.mul(a0, b3));
      t3 = f64x2.add(t3, f64x2.mul(a1, b3));
    }
  }
  scaleAndAdd(out, beta, s0, s1);
  scaleAndAdd(out + 32, beta, s2, s3);
  scaleAndAdd(out + LINE, beta, t0, t1);
  scaleAndAdd(out + LINE + 32, beta, t2, t3);
}

function scaleAndAdd(to: usize, beta: f64, low: v128, high: v128): void {
  if (beta != 0) {
    const factor = f64x2.splat(beta);
    low = f64x2.add(low, f64x2.mul(factor, v128.load(to)));
    high = f64x2.add(high, f64x2.mul(factor, v128.load(to, 16)));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}
