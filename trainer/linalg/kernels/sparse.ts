import { ROWS_AT_ONCE, WIDTH } from '../layout';
import { size } from './arguments';

/** Bytes of a panel's row. */
const LINE: usize = WIDTH * 8;

/**
 * One task's rows of out = A · source over one panel of 8 columns: A is sparse, by rows; the others have 64 bytes a
 * row. The 8 sums of a row stay in registers.
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
    const begin = <usize>load<u32>(offsets + (row << 2)) << 2;
    const end = indices + (<usize>load<u32>(offsets + (row << 2), 4) << 2);
    for (let at = indices + begin, value = values + begin; at < end; at += 4, value += 4) {
      const from = source + <usize>load<u32>(at) * LINE;
      const factor = f64x2.splat(<f64>load<f32>(value));
      s0 = f64x2.add(s0, f64x2.mul(factor, v128.load(from)));
      s1 = f64x2.add(s1, f64x2.mul(factor, v128.load(from, 16)));
      s2 = f64x2.add(s2, f64x2.mul(factor, v128.load(from, 32)));
      s3 = f64x2.add(s3, f64x2.mul(factor, v128.load(from, 48)));
    }
    const to = out + row * LINE;
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
}

/**
 * A part of AᵀA · source over one panel of 8 columns: of one task's rows a of A, Σ aᵀ (a · source). What a row gathers it
 * gives back to the same places, so that A is needed by rows alone and its product with the source is never stored; and
 * where columns come most popular first, most of these places are in the nearest caches.
 *
 * Arguments: as of sparseTimes, but in the place of out room for as many bytes as the source has for each task; those bytes.
 */
export function sparseGram(task: usize): void {
  const offsets = size(0);
  const indices = size(1);
  const values = size(2);
  const cuts = size(3) + (task << 2);
  const source = size(4);
  const part = size(5) + task * size(6);
  memory.fill(part, 0, size(6));
  for (let row = <usize>load<u32>(cuts), stop = <usize>load<u32>(cuts, 4); row < stop; row++) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const begin = <usize>load<u32>(offsets + (row << 2)) << 2;
    const end = indices + (<usize>load<u32>(offsets + (row << 2), 4) << 2);
    for (let at = indices + begin, value = values + begin; at < end; at += 4, value += 4) {
      const from = source + <usize>load<u32>(at) * LINE;
      const factor = f64x2.splat(<f64>load<f32>(value));
      s0 = f64x2.add(s0, f64x2.mul(factor, v128.load(from)));
      s1 = f64x2.add(s1, f64x2.mul(factor, v128.load(from, 16)));
      s2 = f64x2.add(s2, f64x2.mul(factor, v128.load(from, 32)));
      s3 = f64x2.add(s3, f64x2.mul(factor, v128.load(from, 48)));
    }
    for (let at = indices + begin, value = values + begin; at < end; at += 4, value += 4) {
      const to = part + <usize>load<u32>(at) * LINE;
      const factor = f64x2.splat(<f64>load<f32>(value));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(factor, s0)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(factor, s1)), 16);
      v128.store(to, f64x2.add(v128.load(to, 32), f64x2.mul(factor, s2)), 32);
      v128.store(to, f64x2.add(v128.load(to, 48), f64x2.mul(factor, s3)), 48);
    }
  }
}

/** One task's rows of a panel: the sum of the parts, in their order. Arguments: parts, how many, the bytes of each, out. */
export function sumParts(task: usize): void {
  const bytes = size(2);
  const parts = size(0);
  const end = parts + size(1) * bytes;
  const out = size(3);
  const begin = task * ROWS_AT_ONCE * LINE;
  for (let at = begin, stop = min(begin + <usize>ROWS_AT_ONCE * LINE, bytes); at < stop; at += 16) {
    let sum = v128.load(parts + at);
    for (let from = parts + bytes + at; from < end; from += bytes) sum = f64x2.add(sum, v128.load(from));
    v128.store(out + at, sum);
  }
}
