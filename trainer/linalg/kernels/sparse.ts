import { size } from './arguments';
import { WIDTH } from '../layout';

/**
 * One task's rows of out = A · source over one panel of 16 columns: A is sparse, by rows; the others have 128 bytes a
 * row. The 16 sums of a row stay in registers.
 *
 * Arguments: A's offsets, indices, values (f32); the row at which each task begins (u32); source; out.
 */
export function sparseTimes(task: usize): void {
  const offsets = size(0);
  const indices = size(1);
  const values = size(2);
  const cuts = size(3) + (task << 2);
  const source = size(4);
  const out = size(5);
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
    const to = out + row * (WIDTH * 8);
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    v128.store(to, s4, 64);
    v128.store(to, s5, 80);
    v128.store(to, s6, 96);
    v128.store(to, s7, 112);
  }
}
