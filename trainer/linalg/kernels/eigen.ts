import { WIDTH } from '../layout';
import { size } from './arguments';

/** Bytes of a panel's row. */
const LINE: usize = WIDTH * 8;

/**
 * Turns a symmetric matrix into a tridiagonal one by Householder reflections H_k = 1 − scale_k v_k v_kᵀ (../eigen.ts).
 * Row k of the matrix then holds v_k from k + 1 on. A reflection's change of a row waits until the next one needs that
 * row, so that the matrix is read and written once for each. On the calling thread.
 *
 * @param stride of the rows in doubles, a multiple of two and above n; what is beyond n is zero, as are
 * @param room four times as many doubles, and
 * @param scales, n doubles.
 * @param beside the diagonal: the k-th at k.
 */
export function tridiagonalize(matrix: usize, n: usize, stride: usize, diagonal: usize, beside: usize, scales: usize, room: usize): void {
  const line = stride << 3;
  let v = room;
  let w = v + line;
  let before = w + line; // v of the reflection before, whose change waits
  let image = before + line; // and its w
  for (let k: usize = 0; k < n; k++) {
    const row = matrix + k * line;
    const even = (k + 1) & ~1;
    update(row, before, image, k & ~1, stride, load<f64>(before + (k << 3)), load<f64>(image + (k << 3)));
    store<f64>(diagonal + (k << 3), load<f64>(row + (k << 3)));
    if (k + 2 >= n) {
      if (k + 1 < n) store<f64>(beside + (k << 3), load<f64>(row + ((k + 1) << 3)));
      continue;
    }
    let tail: f64 = 0;
    for (let i = k + 2; i < n; i++) tail += square(load<f64>(row + (i << 3)));
    const first = load<f64>(row + ((k + 1) << 3));
    let scale: f64 = 0;
    memory.fill(v, 0, line);
    memory.fill(w, 0, line);
    if (tail == 0) store<f64>(beside + (k << 3), first);
    else {
      const length = Math.sqrt(first * first + tail);
      const turned = first > 0 ? -length : length;
      store<f64>(beside + (k << 3), turned);
      store<f64>(row + ((k + 1) << 3), first - turned);
      scale = 2 / (square(first - turned) + tail);
      memory.copy(v + ((k + 1) << 3), row + ((k + 1) << 3), (n - k - 1) << 3);
    }
    store<f64>(scales + (k << 3), scale);
    let along: f64 = 0;
    for (let i = k + 1; i < n; i++) {
      const at = matrix + i * line;
      update(at, before, image, even, stride, load<f64>(before + (i << 3)), load<f64>(image + (i << 3)));
      const value = scale * dot(at, v, even, stride);
      store<f64>(w + (i << 3), value);
      along += value * load<f64>(v + (i << 3));
    }
    for (let i = k + 1; i < n; i++) store<f64>(w + (i << 3), load<f64>(w + (i << 3)) - 0.5 * scale * along * load<f64>(v + (i << 3)));
    const spareV = before;
    const spareW = image;
    before = v;
    image = w;
    v = spareV;
    w = spareW;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function square(x: f64): f64 {
  return x * x;
}

/** row[j] −= v_i · w[j] + w_i · v[j] from j = `begin` on. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function update(row: usize, v: usize, w: usize, begin: usize, stride: usize, vi: f64, wi: f64): void {
  const a = f64x2.splat(vi);
  const b = f64x2.splat(wi);
  for (let at = begin << 3, end = stride << 3; at < end; at += 16) {
    v128.store(row + at, f64x2.sub(v128.load(row + at), f64x2.add(f64x2.mul(a, v128.load(w + at)), f64x2.mul(b, v128.load(v + at)))));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function dot(a: usize, b: usize, begin: usize, stride: usize): f64 {
  let s = f64x2.splat(0);
  let t = s;
  let at = begin << 3;
  if ((stride - begin) & 2) {
    s = f64x2.mul(v128.load(a + at), v128.load(b + at));
    at += 16;
  }
  for (const end = stride << 3; at < end; at += 32) {
    s = f64x2.add(s, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    t = f64x2.add(t, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  s = f64x2.add(s, t);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/**
 * One panel of a block: Q R v of each of its 8 columns v, R being rotations and Q the reflections of tridiagonalize(),
 * both from the last to the first. A panel of some hundred rows stays in the nearest cache all the while.
 *
 * Arguments: block, its rows, the same with what fills them up; rotations (three f64 each: of rows i and i + 1, cosine,
 * sine), how many; the matrix that was reflected, its stride, scales.
 */
export function eigenvectors(task: usize): void {
  const n = size(1);
  const panel = size(0) + task * size(2) * LINE;
  const rotations = size(3);
  for (let at = rotations + size(4) * 24; at > rotations; ) {
    at -= 24;
    const upper = panel + <usize>load<f64>(at) * LINE;
    const c = v128.load64_splat(at, 8);
    const s = v128.load64_splat(at, 16);
    rotate(upper, c, s);
    rotate(upper + 16, c, s);
    rotate(upper + 32, c, s);
    rotate(upper + 48, c, s);
  }
  const matrix = size(5);
  const line = size(6) << 3;
  const scales = size(7);
  for (let k = n; k-- > 0; ) {
    const scale = load<f64>(scales + (k << 3));
    if (scale != 0) reflect(panel + (k + 1) * LINE, panel + n * LINE, matrix + k * line + ((k + 1) << 3), f64x2.splat(scale));
  }
}

/** Two entries of two rows that lie beneath each other. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function rotate(at: usize, c: v128, s: v128): void {
  const upper = v128.load(at);
  const lower = v128.load(at, LINE);
  v128.store(at, f64x2.add(f64x2.mul(c, upper), f64x2.mul(s, lower)));
  v128.store(at, f64x2.sub(f64x2.mul(c, lower), f64x2.mul(s, upper)), LINE);
}

/** rows −= scale · v (vᵀ rows). @param v one number a row. */
function reflect(begin: usize, end: usize, v: usize, scale: v128): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let factors = v;
  for (let at = begin; at < end; at += LINE, factors += 8) {
    const factor = v128.load64_splat(factors);
    s0 = f64x2.add(s0, f64x2.mul(factor, v128.load(at)));
    s1 = f64x2.add(s1, f64x2.mul(factor, v128.load(at, 16)));
    s2 = f64x2.add(s2, f64x2.mul(factor, v128.load(at, 32)));
    s3 = f64x2.add(s3, f64x2.mul(factor, v128.load(at, 48)));
  }
  s0 = f64x2.mul(scale, s0);
  s1 = f64x2.mul(scale, s1);
  s2 = f64x2.mul(scale, s2);
  s3 = f64x2.mul(scale, s3);
  for (let at = begin; at < end; at += LINE, v += 8) {
    const factor = v128.load64_splat(v);
    v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(factor, s0)));
    v128.store(at, f64x2.sub(v128.load(at, 16), f64x2.mul(factor, s1)), 16);
    v128.store(at, f64x2.sub(v128.load(at, 32), f64x2.mul(factor, s2)), 32);
    v128.store(at, f64x2.sub(v128.load(at, 48), f64x2.mul(factor, s3)), 48);
  }
}
