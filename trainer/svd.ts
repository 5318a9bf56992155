import { EigenvalueDecomposition, type Matrix } from 'ml-matrix';
import { leading, newBlock, orthonormalize, sumColumns, symmetricProduct, times, toRowMajor, type Block } from './linalg/block.ts';
import { Crew, type CrewOptions } from './linalg/crew.ts';
import { WIDTH } from './linalg/layout.ts';
import { SparseOperator } from './linalg/sparseOperator.ts';
import { Random } from './random.ts';
import type { Csr } from './ratings/sparse.ts';

export interface TruncatedSvd {
  /** Descending, length k ≤ the rank that was asked for: directions without any weight are left out. */
  readonly singularValues: Float64Array;
  /** The right singular vectors: columns × k, row-major. */
  readonly right: Float64Array;
  /** Passes over the matrix. */
  readonly passes: number;
  /** The worst ‖AᵀA v − s² v‖ / s² of the k pairs. */
  readonly residual: number;
}

export interface SvdOptions extends CrewOptions {
  readonly rank: number;
  readonly seed: number;
  /** Stop when no pair's residual is above this. Default 1e-3: far below what changes a ranking. */
  readonly tolerance?: number;
  readonly maxPasses?: number;
  readonly onProgress?: (passes: number, residual: number) => void;
  /** Once it is aborted, the work rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Where a long run is kept, for one that goes on after a crash: with the same bytes in the end. */
  readonly checkpoint?: SvdCheckpoint;
}

/** All that an iteration begins with. */
export interface SvdState {
  readonly passes: number;
  /** The orthonormal block, as it lies in memory. */
  readonly basis: Float64Array;
}

export interface SvdCheckpoint {
  /** @returns null where there is none. */
  load(): Promise<SvdState | null>;
  /** Called at each iteration; may decide that it is too early to write again. */
  save(state: SvdState): Promise<void>;
}

/** Extra directions that converge last and are thrown away. */
const oversampling = (rank: number): number => Math.max(16, rank >> 1);

/** How much a filter may blow up the strongest direction against the weakest before orthonormalize() loses digits. */
const MAX_GROWTH = 1e6;

/** Fewer multiplications than this in a pass are done before another thread has begun. */
const WORTH_THREADS = 5e6;

/**
 * The k largest singular values and right singular vectors of a sparse matrix, by block subspace iteration from a
 * seeded Gaussian start (Halko, Martinsson & Tropp 2011) with a Chebyshev filter in place of plain powers
 * (Zhou & Saad 2007) and Rayleigh-Ritz in between. The same bits for a seed, whatever the number of threads.
 */
export async function truncatedSvd(matrix: Csr, options: SvdOptions): Promise<TruncatedSvd> {
  const small = matrix.indices.length * options.rank < WORTH_THREADS;
  return await Crew.with(small ? { threads: 1 } : options, async (crew) => await iterate(crew, matrix, options));
}

async function iterate(crew: Crew, matrix: Csr, options: SvdOptions): Promise<TruncatedSvd> {
  const { tolerance = 1e-3, maxPasses = 200, onProgress, signal, checkpoint } = options;
  const operator = new SparseOperator(crew, matrix);
  // The dense work grows with the side that is iterated on, so it is done on the shorter one: V = Aᵀ U S⁻¹.
  const turned = matrix.rows < matrix.cols;
  const limit = Math.min(matrix.rows, matrix.cols);
  const rank = Math.min(options.rank, limit);
  const columns = Math.min(rank + oversampling(rank), limit);
  let [basis, image, spare] = [newBlock(crew, limit, columns), newBlock(crew, limit, columns), newBlock(crew, limit, columns)];
  let passes = 0;
  const before = await checkpoint?.load();
  if (before?.basis.length === basis.data.length) {
    basis.data.set(before.basis);
    passes = before.passes;
  } else {
    fillNormal(basis, options.seed);
    [basis, spare] = await orthonormalize(crew, basis, spare);
  }
  for (;;) {
    signal?.throwIfAborted();
    await operator.gramTimes(basis, image, {}, turned);
    passes++;
    // Turned so that the basis holds Ritz vectors, with their values, descending.
    const { values, rotation } = ritz(await symmetricProduct(crew, basis, image));
    await times(crew, basis, rotation, spare);
    await times(crew, image, rotation, basis);
    [basis, image, spare] = [spare, basis, image];
    const residual = worstResidual(basis, image, values, rank);
    onProgress?.(passes, residual);
    if (residual <= tolerance || passes >= maxPasses) {
      const singularValues = values.slice(0, Math.min(rank, weighty(values))).map(Math.sqrt);
      const vectors = leading(basis, singularValues.length);
      return { singularValues, right: turned ? await otherSide(crew, operator, vectors, singularValues) : toRowMajor(vectors), passes, residual };
    }
    if (weighty(values) < basis.columns || basis.columns === limit) {
      // The block has room for all that the matrix spans, and one plain step lands in it: there is no rest to filter out.
      const columns = weighty(values);
      [basis, image, spare] = [leading(image, columns), leading(basis, columns), leading(spare, columns)];
    } else {
      const cutoff = values[basis.columns - 1]!;
      const degree = filterDegree(values[0]!, cutoff);
      [basis, image] = await chebyshev(operator, basis, image, cutoff, degree, turned, signal);
      passes += degree - 1;
    }
    [basis, spare] = await orthonormalize(crew, basis, spare);
    await checkpoint?.save({ passes, basis: basis.data });
  }
}

function fillNormal({ rows, height, columns, data }: Block, seed: number): void {
  const random = new Random(seed);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) data[(Math.floor(c / WIDTH) * height + row) * WIDTH + (c % WIDTH)] = random.normal();
  }
}

/** V = Aᵀ U S⁻¹. */
async function otherSide(crew: Crew, operator: SparseOperator, left: Block, singularValues: Float64Array): Promise<Float64Array> {
  const block = newBlock(crew, operator.cols, left.columns);
  await operator.transposedTimes(left, block);
  const right = toRowMajor(block);
  const rank = singularValues.length;
  for (let i = 0; i < right.length; i++) right[i]! /= singularValues[i % rank]!;
  return right;
}

/** Squared singular values below this part of the largest are rounding, not data. */
const NOTHING = 1e-10;

const weighty = (values: Float64Array): number => values.filter((value) => value > NOTHING * values[0]!).length;

/** Eigenvalues, descending and none below zero, and their vectors as columns. */
function ritz(product: Matrix): { values: Float64Array; rotation: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return { values: Float64Array.from(order, (i) => Math.max(0, realEigenvalues[i]!)), rotation: eigenvectorMatrix.subMatrixColumn(order) };
}

function worstResidual(basis: Block, image: Block, values: Float64Array, rank: number): number {
  const squares = sumColumns(image, (entry, place, column) => (column < rank ? (entry - values[column]! * basis.data[place]!) ** 2 : 0));
  let worst = 0;
  for (let c = 0; c < rank; c++) if (values[c]! > NOTHING * values[0]!) worst = Math.max(worst, Math.sqrt(squares[c]!) / values[c]!);
  return worst;
}

/** T_m(x) for x ≥ 1, by its recurrence. */
function chebyshevValue(degree: number, x: number): number {
  let before = 1;
  let value = x;
  for (let m = 2; m <= degree; m++) [before, value] = [value, 2 * x * value - before];
  return value;
}

function filterDegree(largest: number, cutoff: number): number {
  const x = (2 * largest) / cutoff - 1;
  let degree = 1;
  while (degree < 12 && chebyshevValue(degree + 1, x) <= MAX_GROWTH) degree++;
  return degree;
}

/**
 * T_degree(2/cutoff · AᵀA − 1) · basis: keeps what is below the cutoff within ±1 and grows the rest fastest of all
 * polynomials. Both blocks are used up.
 * @param image AᵀA · basis.
 * @returns the one of the two that holds the result, then the other.
 */
async function chebyshev(operator: SparseOperator, basis: Block, image: Block, cutoff: number, degree: number, turned: boolean, signal?: AbortSignal): Promise<[Block, Block]> {
  const scale = 2 / cutoff;
  let [before, value] = [basis, image];
  for (let i = 0; i < value.data.length; i++) value.data[i] = scale * value.data[i]! - before.data[i]!;
  for (let m = 2; m <= degree; m++) {
    signal?.throwIfAborted();
    await operator.gramTimes(value, before, { alpha: 2 * scale, beta: -2, gamma: -1 }, turned);
    [before, value] = [value, before];
  }
  return [value, before];
}
