import { Matrix } from 'ml-matrix';
import { newBlock, toRowMajor } from './block.ts';
import type { Crew } from './crew.ts';
import { EIGENVECTORS, WIDTH } from './layout.ts';

/** No matrix is known that needs more sweeps for one eigenvalue; of NaN there is no end. */
const MOST_SWEEPS = 60;

/**
 * The largest eigenvalues of a symmetric matrix, descending, and their vectors as columns, n × count. Householder
 * reflections to a tridiagonal, then implicit QL (Martin & Wilkinson 1968, "imtql2"). Rotations are not applied to n
 * columns as they are found, but afterwards, backwards, to those that are wanted, eight columns at a time.
 */
export async function leadingEigenpairs(crew: Crew, symmetric: Matrix, count: number): Promise<{ values: Float64Array; vectors: Matrix }> {
  const n = symmetric.rows;
  return await crew.scope(async () => {
    const stride = Math.ceil((n + 1) / 2) * 2;
    const matrix = crew.doubles(n * stride);
    for (let i = 0; i < n; i++) matrix.set(symmetric.getRow(i), i * stride);
    const [diagonal, beside, scales, room] = [crew.doubles(n), crew.doubles(n), crew.doubles(n), crew.doubles(4 * stride)];
    crew.tridiagonalize(matrix, n, stride, diagonal, beside, scales, room);
    const found = diagonalize(diagonal, beside);
    const rotations = crew.doubles(found.length);
    rotations.set(found);

    const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]!).slice(0, count);
    const vectors = newBlock(crew, n, count);
    order.forEach((place, column) => (vectors.data[(Math.floor(column / WIDTH) * vectors.height + place) * WIDTH + (column % WIDTH)] = 1));
    await crew.run(EIGENVECTORS, vectors.panels, vectors.data, n, vectors.height, rotations, found.length / 3, matrix, stride, scales);
    return { values: Float64Array.from(order, (place) => diagonal[place]!), vectors: Matrix.from1DArray(n, count, toRowMajor(vectors)) };
  });
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
