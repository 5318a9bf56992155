import { Matrix } from 'ml-matrix';

/** No matrix is known that needs more sweeps for one eigenvalue; of NaN there is no end. */
const MOST_SWEEPS = 60;

/**
 * The largest eigenvalues of a symmetric matrix, descending, and their vectors as columns, n × count. Householder
 * reflections to a tridiagonal, then implicit QL (Martin & Wilkinson 1968, "imtql2"). Rotations are not applied to n
 * columns as they are found, but afterwards, backwards, to those that are wanted: a third of a library's time for a
 * quarter of the vectors.
 */
export function leadingEigenpairs(symmetric: Matrix, count: number): { values: Float64Array; vectors: Matrix } {
  const n = symmetric.rows;
  const { diagonal, beside, reflectors, scales } = tridiagonalize(symmetric);
  const rotations = diagonalize(diagonal, beside);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]!).slice(0, count);
  const vectors = new Float64Array(n * count);
  order.forEach((place, column) => (vectors[place * count + column] = 1));
  for (let r = rotations.length - 3; r >= 0; r -= 3) {
    const [c, s] = [rotations[r + 1]!, rotations[r + 2]!];
    for (let at = rotations[r]! * count, end = at + count; at < end; at++) {
      const [upper, lower] = [vectors[at]!, vectors[at + count]!];
      vectors[at] = c * upper + s * lower;
      vectors[at + count] = c * lower - s * upper;
    }
  }
  const sums = new Float64Array(count);
  for (let k = n - 3; k >= 0; k--) {
    sums.fill(0);
    for (let i = k + 1; i < n; i++) addScaled(sums, 0, reflectors[k * n + i]!, vectors, i * count, count);
    for (let i = k + 1; i < n; i++) addScaled(vectors, i * count, -scales[k]! * reflectors[k * n + i]!, sums, 0, count);
  }
  return { values: Float64Array.from(order, (place) => diagonal[place]!), vectors: Matrix.from1DArray(n, count, vectors) };
}

/** target[t …] += factor · source[s …] over `length` entries. */
function addScaled(target: Float64Array, t: number, factor: number, source: Float64Array, s: number, length: number): void {
  for (const end = t + length; t < end; t++, s++) target[t]! += factor * source[s]!;
}

/**
 * A = Q T Qᵀ with Q = H_0 H_1 …, H_k = 1 − scale_k v_k v_kᵀ. Row k of `reflectors` holds v_k from k + 1 on.
 * @returns T's diagonal, and what is beside it: the k-th at k.
 */
function tridiagonalize(symmetric: Matrix): { diagonal: Float64Array; beside: Float64Array; reflectors: Float64Array; scales: Float64Array } {
  const n = symmetric.rows;
  const a = Float64Array.from(symmetric.to1DArray());
  const beside = new Float64Array(n);
  const scales = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    const v = a.subarray(k * n, (k + 1) * n);
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail += v[i]! ** 2;
    const first = v[k + 1]!;
    if (tail === 0) {
      beside[k] = first;
      continue;
    }
    const size = first > 0 ? -Math.sqrt(first * first + tail) : Math.sqrt(first * first + tail);
    beside[k] = size;
    v[k + 1] = first - size;
    const scale = 2 / (v[k + 1]! ** 2 + tail);
    scales[k] = scale;
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1, at = i * n + j; j < n; j++, at++) sum += a[at]! * v[j]!;
      w[i] = scale * sum;
      along += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= 0.5 * scale * along * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const [vi, wi] = [v[i]!, w[i]!];
      for (let j = k + 1, at = i * n + j; j < n; j++, at++) a[at]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  if (n > 1) beside[n - 2] = a[(n - 1) * n - 1]!;
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), beside, reflectors: a, scales };
}

/**
 * Turns a tridiagonal matrix into a diagonal one, in place.
 * @returns the rotations in their order, three numbers each: of columns i and i + 1, cosine, sine.
 */
function diagonalize(diagonal: Float64Array, beside: Float64Array): number[] {
  const n = diagonal.length;
  const rotations: number[] = [];
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      if (sweep > MOST_SWEEPS) throw new Error('The eigenvalues of the projected matrix do not converge: it holds what is no number.');
      let m = l;
      while (m + 1 < n && !(Math.abs(beside[m]!) <= Number.EPSILON * (Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!)))) m++;
      if (m === l) break;
      let g = (diagonal[l + 1]! - diagonal[l]!) / (2 * beside[l]!);
      let r = Math.hypot(g, 1);
      g = diagonal[m]! - diagonal[l]! + beside[l]! / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * beside[i]!;
        const b = c * beside[i]!;
        r = Math.sqrt(f * f + g * g);
        beside[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= p;
          beside[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1]! - p;
        r = (diagonal[i]! - g) * s + 2 * c * b;
        p = s * r;
        diagonal[i + 1] = g + p;
        g = c * r - b;
        rotations.push(i, c, s);
      }
      if (r === 0 && i >= l) continue;
      diagonal[l]! -= p;
      beside[l] = g;
      beside[m] = 0;
    }
  }
  return rotations;
}
