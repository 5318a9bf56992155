import { EigenvalueDecomposition } from 'ml-matrix';
import { Random, xoshiro128 } from '../random.ts';
import { gramOf } from '../rowMath.ts';
import { weighNeighbours } from './graph.ts';
import type { Likeness, Neighbours } from './neighbours.ts';

/** Places in the plane: entry 2 · i is x of the i-th, entry 2 · i + 1 its y. */
export type Plane = Float64Array;

/** Pairs that are pushed apart for each that is drawn together. */
const PUSHED = 5;
const SPREAD = 10;
/** The furthest that one step moves one coordinate. */
const LONGEST_STEP = 4;

/** The first two principal components of the first rows: where a layout starts, without any chance in it. */
export function principalPlane({ columns, data }: Likeness, rows: number): Plane {
  const vectors = data.subarray(0, rows * columns);
  const mean = new Float64Array(columns);
  for (let i = 0; i < vectors.length; i++) mean[i % columns]! += vectors[i]! / rows;
  const centred = vectors.map((value, i) => value - mean[i % columns]!);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gramOf(centred, columns), { assumeSymmetric: true });
  const order = realEigenvalues.map((_, d) => d).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const plane = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < Math.min(2, columns); axis++) {
      for (let d = 0; d < columns; d++) plane[2 * row + axis]! += centred[row * columns + d]! * eigenvectorMatrix.get(d, order[axis]!);
    }
  }
  const largest = plane.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return plane.map((value) => (SPREAD * value) / largest);
}

/**
 * Moves places until neighbours lie together and others apart: UMAP (McInnes, Healy & Melville 2018) with the
 * similarity 1 / (1 + d²) in the plane. Neighbours attract as often as they are near; for each such pair a few
 * random ones repel. Deterministic for a seed.
 *
 * @param start is moved in place.
 * @param onProgress told the part that is done, 0 to 1.
 */
export function settle(start: Plane, neighbours: Neighbours, epochs: number, seed: number, onProgress: (part: number) => void): void {
  const rows = start.length / 2;
  const { from, to, weight } = weighNeighbours(neighbours);
  const strongest = weight.reduce((most, value) => Math.max(most, value), 0);
  // An edge is drawn in every (strongest / its own weight)-th epoch.
  const period = weight.map((value) => strongest / value);
  const due = period.slice();
  const state = new Uint32Array(4);
  const random = new Random(seed);
  for (let i = 0; i < 4; i++) state[i] = random.integer(2 ** 32);
  const clip = (value: number): number => Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, value));

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = 1 - (epoch - 1) / epochs;
    for (let edge = 0; edge < from.length; edge++) {
      if (due[edge]! > epoch) continue;
      due[edge]! += period[edge]!;
      const a = 2 * from[edge]!;
      const b = 2 * to[edge]!;
      let dx = start[a]! - start[b]!;
      let dy = start[a + 1]! - start[b + 1]!;
      const pull = (-2 / (1 + dx * dx + dy * dy)) * rate;
      const [moveX, moveY] = [clip(pull * dx), clip(pull * dy)];
      start[a]! += moveX;
      start[a + 1]! += moveY;
      start[b]! -= moveX;
      start[b + 1]! -= moveY;
      for (let n = 0; n < PUSHED; n++) {
        const c = 2 * (xoshiro128(state) % rows);
        dx = start[a]! - start[c]!;
        dy = start[a + 1]! - start[c + 1]!;
        const square = dx * dx + dy * dy;
        const push = (2 / ((0.001 + square) * (1 + square))) * rate;
        start[a]! += clip(push * dx);
        start[a + 1]! += clip(push * dy);
      }
    }
    onProgress(epoch / epochs);
  }
}
