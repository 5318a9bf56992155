import { real, size } from './arguments';
import { WIDTH } from '../layout';

/**
 * One task's rows of out = α · A · source + β · x + γ · y, over one panel of 16 columns: A is sparse, by rows; the others
 * have 128 bytes a row. The 16 sums of a row stay in registers. y may be out itself.
 *
 * Arguments: A's offsets, indices, values (f32); the row at which each task begins (u32); source; out; α; x, β; y, γ.
 * Without x or y, β or γ is zero.
 */
export function sparseTimes(task: usize): void {
  const offsets = size(0);
  const indices = size(1);
  const values = size(2);
  const cuts = size(3) + (task << 2);
  const source = size(4);
  const out = size(5);
  const alpha = real(6);
  const x = size(7);
  const beta = real(8);
  const y = size(9);
  const gamma = real(10);
  for (let row = <usize>load<u32>(cuts), stop = <usize>load<u32>(cuts, 4); row < stop; row++) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    const begin = <usize>load<u32>(offsets + (row << 2)) << 2;
    const end = indices + (<usize>load<u32>(offsets + (row << 2), 4) << 2);
    for (let at = indices + begin, value = values + begin; at < end; at += 4, value += 4) {
      const from = source + <usize>load<u32>(at) * (WIDTH * 8);
      const factor = f64x2.splat(<f64>load<f32>(value));
      s0 = f64x2.add(s0, f64x2.mul(factor, v128.load(from)));
      s1 = f64x2.add(s1, f64x2.mul(factor, v128.load(from, 16)));
      s2 = f64x2.add(s2, f64x2.mul(factor, v128.load(from, 32)));
      s3 = f64x2.add(s3, f64x2.mul(factor, v128.load(from, 48)));
      s4 = f64x2.add(s4, f64x2.mul(factor, v128.load(from, 64)));
      s5 = f64x2.add(s5, f64x2.mul(factor, v128.load(from, 80)));
      s6 = f64x2.add(s6, f64x2.mul(factor, v128.load(from, 96)));
      s7 = f64x2.add(s7, f64x2.mul(factor, v128.load(from, 112)));
    }
    const place = row * (WIDTH * 8);
    const to = out + place;
    combine(to, s0, s1, alpha, x + place, beta, y + place, gamma);
    combine(to + 32, s2, s3, alpha, x + place + 32, beta, y + place + 32, gamma);
    combine(to + 64, s4, s5, alpha, x + place + 64, beta, y + place + 64, gamma);
    combine(to + 96, s6, s7, alpha, x + place + 96, beta, y + place + 96, gamma);
  }
}

function combine(to: usize, low: v128, high: v128, alpha: f64, x: usize, beta: f64, y: usize, gamma: f64): void {
  const a = f64x2.splat(alpha);
  low = f64x2.mul(a, low);
  high = f64x2.mul(a, high);
  if (beta != 0) {
    const b = f64x2.splat(beta);
    low = f64x2.add(low, f64x2.mul(b, v128.load(x)));
    high = f64x2.add(high, f64x2.mul(b, v128.load(x, 16)));
  }
  if (gamma != 0) {
    const c = f64x2.splat(gamma);
    low = f64x2.add(low, f64x2.mul(c, v128.load(y)));
    high = f64x2.add(high, f64x2.mul(c, v128.load(y, 16)));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}
