/*
 * Products of tall, thin blocks, in doubles. A block lies in panels of 16 columns (../block.ts): entry (r, c) is at
 * ((c / 16) · rows + r) · 16 + c % 16.
 */
import { ROWS_AT_ONCE, WIDTH } from '../layout';
import { real, size } from './arguments';

const COLUMNS: usize = WIDTH;
/** Bytes of a panel's row. */
const LINE: usize = COLUMNS * 8;

/** One 16 × 16 piece of AᵀB. Arguments: A, B, rows, panels of B, out (f64, by rows, 16 · panels of B wide). */
export function blockProduct(task: usize): void {
  const rows = size(2);
  const panels = size(3);
  const p = task / panels;
  const q = task % panels;
  const a = size(0) + p * rows * LINE;
  const b = size(1) + q * rows * LINE;
  const stride = panels * LINE;
  const out = size(4) + p * COLUMNS * stride + q * LINE;
  for (let i: usize = 0; i < COLUMNS; i++) memory.fill(out + i * stride, 0, LINE);
  for (let row: usize = 0; row < rows; row += ROWS_AT_ONCE) {
    const end = min(row + ROWS_AT_ONCE, rows) * LINE;
    for (let i: usize = 0; i < COLUMNS; i += 4) {
      for (let j: usize = 0; j < COLUMNS; j += 4) addOuter(out + i * stride + j * 8, stride, a + row * LINE + i * 8, b + row * LINE + j * 8, a + end + i * 8, LINE);
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
 * One task's rows of out = β · out + block · right. Rows come in fours: a block has room for a multiple of four.
 * Arguments: block, rows, panels, right (f64, by rows, 16 · panels of out wide), out, panels of out, β.
 */
export function blockTimes(task: usize): void {
  const rows = size(1);
  const panels = size(2);
  const outPanels = size(5);
  const stride = outPanels * LINE;
  const beta = real(6);
  const begin = task * ROWS_AT_ONCE;
  const end = min(begin + ROWS_AT_ONCE, rows);
  for (let q: usize = 0; q < outPanels; q++) {
    for (let j: usize = 0; j < COLUMNS; j += 4) {
      const right = size(3) + q * LINE + j * 8;
      const out = size(4) + q * rows * LINE + j * 8;
      for (let row = begin; row < end; row += 4) product4x4(out + row * LINE, size(0) + row * LINE, rows * LINE, panels, right, stride, beta);
    }
  }
}

/** out[4 × 4] = β · out + the four rows at a, whose panels are `step` bytes apart, times four columns of right. */
function product4x4(out: usize, a: usize, step: usize, panels: usize, right: usize, stride: usize, beta: f64): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  for (; panels > 0; panels--, a += step) {
    for (let at = a, end = a + LINE; at < end; at += 8, right += stride) {
      const low = v128.load(right);
      const high = v128.load(right, 16);
      const a0 = v128.load64_splat(at);
      s0 = f64x2.add(s0, f64x2.mul(a0, low));
      t0 = f64x2.add(t0, f64x2.mul(a0, high));
      const a1 = v128.load64_splat(at, LINE);
      s1 = f64x2.add(s1, f64x2.mul(a1, low));
      t1 = f64x2.add(t1, f64x2.mul(a1, high));
      const a2 = v128.load64_splat(at, 2 * LINE);
      s2 = f64x2.add(s2, f64x2.mul(a2, low));
      t2 = f64x2.add(t2, f64x2.mul(a2, high));
      const a3 = v128.load64_splat(at, 3 * LINE);
      s3 = f64x2.add(s3, f64x2.mul(a3, low));
      t3 = f64x2.add(t3, f64x2.mul(a3, high));
    }
  }
  scaleAndAdd(out, beta, s0, t0);
  scaleAndAdd(out + LINE, beta, s1, t1);
  scaleAndAdd(out + 2 * LINE, beta, s2, t2);
  scaleAndAdd(out + 3 * LINE, beta, s3, t3);
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
