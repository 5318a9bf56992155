import { Matrix } from 'ml-matrix';
import { columnsOf, fillColumn, newBlock, orthonormalize, product, times, toRowMajor, type Block } from './linalg/block.ts';
import { Crew, type CrewOptions, type Watch } from './linalg/crew.ts';
import { leadingEigenpairs } from './linalg/eigen.ts';
import { WIDTH } from './linalg/layout.ts';
import { SparseOperator } from './linalg/sparseOperator.ts';
import { Random } from './random.ts';
import type { Csr } from './ratings/sparse.ts';

export interface TruncatedSvd {
  /** Descending, length k ≤ the rank that was asked for: directions without any weight are left out. */
  readonly singularValues: Float64Array;
  /** The right singular vectors: columns × k, row-major. */
  readonly right: Float64Array;
  /** Passes over the matrix, each with 8 vectors. */
  readonly passes: number;
  /** The worst ‖AᵀA v − s² v‖ / s² of the k pairs. */
  readonly residual: number;
}

export interface SvdOptions extends CrewOptions, Watch {
  readonly rank: number;
  readonly seed: number;
  /** Stop when no pair's residual is above this. Default 1e-3: far below what changes a ranking. */
  readonly tolerance?: number;
  readonly maxPasses?: number;
  /** Where a long run is kept, for one that goes on after a crash: with the same bytes in the end. */
  readonly checkpoint?: SvdCheckpoint;
}

/** All that an iteration begins with. */
export interface SvdState {
  readonly passes: number;
  /** Of the basis, without the block that comes next. */
  readonly columns: number;
  /** Of the basis, when it last began. */
  readonly began: number;
  /** Passes after which it is to be looked whether it converged. */
  readonly look: number;
  /** The basis and the next block, as they lie in memory. */
  readonly space: Float64Array;
  /** columns × columns. */
  readonly projected: Float64Array;
}

export interface SvdCheckpoint {
  /** @returns null where there is none. */
  load(): Promise<SvdState | null>;
  /** Called at each iteration; may decide that it is too early to write again. What it is given changes afterwards. */
  save(state: SvdState): Promise<void>;
}

/** Squared singular values below this part of the largest are rounding, not data. */
const NOTHING = 1e-10;

/** Directions of a new block below this part of what they were projected from are rounding. */
const EXHAUSTED = 1e-12;

/** What the basis may take. */
const BASIS_BYTES = 2 ** 30;

/** Fewer multiplications than this in a pass are done before another thread has begun. */
const WORTH_THREADS = 1e6;

const upToPanels = (columns: number): number => Math.ceil(columns / WIDTH) * WIDTH;

/** Vectors that a restart keeps: those that are wanted, and some that are on the way. */
const keptOf = (rank: number): number => upToPanels(rank + Math.max(WIDTH, rank >> 2));

/** Columns of the basis. More converge in fewer passes, but Rayleigh-Ritz costs their cube. */
function mostColumns(rank: number, dimensions: number): number {
  const good = Math.min(6 * rank + 64, Math.max(768, 2 * rank + 128));
  return Math.max(keptOf(rank) + 4 * WIDTH, Math.min(good, BASIS_BYTES / 8 / dimensions));
}

/** Passes after which convergence is looked for first. A look costs as much as some passes. */
const firstLook = (rank: number): number => Math.ceil((3 * rank) / WIDTH);

/** Passes until the next look, where this one found such a residual: towards the end it falls by a digit in four. */
const passesToLook = (residual: number, tolerance: number): number => Math.max(2, Math.round(4 * Math.log10(residual / tolerance)));

/**
 * The k largest singular values and right singular vectors of a sparse matrix A, by block Lanczos on AᵀA from a seeded
 * Gaussian start (Golub & Underwood 1977): a subspace that grows by 8 vectors a pass, every one orthogonal to all
 * before it, with Rayleigh-Ritz in it. Where it would grow too large it begins again with its best vectors ("thick
 * restart", Wu & Simon 2000). The same bits for a seed, whatever the number of threads.
 */
export async function truncatedSvd(matrix: Csr, options: SvdOptions): Promise<TruncatedSvd> {
  const small = matrix.indices.length * WIDTH < WORTH_THREADS;
  return await Crew.with(small ? { threads: 1 } : options, async (crew) => await new Lanczos(crew, matrix, options).run());
}

class Lanczos {
  readonly #crew: Crew;
  readonly #options: SvdOptions;
  readonly #operator: SparseOperator;
  /** The dense work grows with the side that is iterated on, so it is done on the shorter one: V = Aᵀ U S⁻¹. */
  readonly #turned: boolean;
  /** Dimensions of that side. */
  readonly #limit: number;
  readonly #rank: number;
  /** The basis Q, and behind it the block that comes next. */
  readonly #space: Block;
  /** Room for a block, and for the vectors that a restart keeps. */
  readonly #spare: Block;
  /** QᵀAᵀAQ. */
  #projected = new Matrix(0, 0);
  #columns = 0;
  /** #columns when it last began: 0, or what a restart kept. */
  #began = 0;
  #passes = 0;
  #look: number;

  constructor(crew: Crew, matrix: Csr, options: SvdOptions) {
    this.#crew = crew;
    this.#options = options;
    this.#turned = matrix.rows < matrix.cols;
    this.#operator = new SparseOperator(crew, matrix, this.#turned);
    this.#limit = Math.min(matrix.rows, matrix.cols);
    this.#rank = Math.min(options.rank, this.#limit);
    this.#look = firstLook(this.#rank);
    const most = upToPanels(Math.min(this.#limit, mostColumns(this.#rank, this.#limit)));
    this.#space = newBlock(crew, this.#limit, most + WIDTH);
    this.#spare = newBlock(crew, this.#limit, Math.min(keptOf(this.#rank), most));
  }

  async run(): Promise<TruncatedSvd> {
    const { tolerance = 1e-3, maxPasses = 1000, onProgress, signal, checkpoint } = this.#options;
    await this.#begin(await checkpoint?.load());
    for (;;) {
      signal?.throwIfAborted();
      const coupling = await this.#grow();
      const exhausted = this.#columns === this.#limit;
      const full = this.#columns + 2 * WIDTH > this.#space.columns;
      onProgress?.(this.#passes, Math.max(this.#passes, Math.min(this.#look, Math.ceil(this.#limit / WIDTH))));
      if (this.#passes >= this.#look || exhausted || full || this.#passes >= maxPasses) {
        const { values, vectors } = await this.#ritz(this.#projected, Math.min(this.#spare.columns, this.#columns));
        const residual = exhausted ? 0 : this.#worstResidual(values, vectors, coupling);
        if (residual <= tolerance || exhausted || this.#passes >= maxPasses) return await this.#finish(values, vectors, residual);
        if (full) await this.#restart(values, vectors);
        this.#look = this.#passes + passesToLook(residual, tolerance);
      }
      await checkpoint?.save(this.#state());
    }
  }

  /** The block that comes next, behind the basis. */
  #next(): Block {
    return columnsOf(this.#space, upToPanels(this.#columns), Math.min(WIDTH, this.#limit - this.#columns));
  }

  async #begin(before: SvdState | null | undefined): Promise<void> {
    if (before && before.space.length <= this.#space.data.length) {
      this.#columns = before.columns;
      this.#began = before.began;
      this.#passes = before.passes;
      this.#look = before.look;
      this.#projected = Matrix.from1DArray(before.columns, before.columns, before.projected);
      this.#space.data.set(before.space);
      return;
    }
    const start = this.#next();
    this.#fillRandom(start, 0);
    await this.#orthonormalize(start);
  }

  #state(): SvdState {
    const { data } = columnsOf(this.#space, 0, upToPanels(this.#columns) + WIDTH);
    return { passes: this.#passes, columns: this.#columns, began: this.#began, look: this.#look, space: data, projected: Float64Array.from(this.#projected.to1DArray()) };
  }

  /**
   * Takes the next block into the basis and makes another from its image.
   * @returns R of AᵀA Q = Q · QᵀAᵀAQ + next · R · (the last columns of the identity)ᵀ.
   */
  async #grow(): Promise<Matrix> {
    const crew = this.#crew;
    const taken = this.#next();
    // What came before the last block has nothing to do with this image, but for rounding: AᵀA of it lies in the basis.
    const recent = this.#columns > this.#began ? this.#columns - WIDTH : 0;
    this.#columns += taken.columns;
    this.#passes++;
    const basis = columnsOf(this.#space, 0, this.#columns);
    const touched = columnsOf(this.#space, recent, this.#columns - recent);
    const image = columnsOf(this.#space, upToPanels(this.#columns), taken.columns);
    await this.#operator.gramTimes(taken, image);
    const within = await product(crew, touched, image);
    this.#projected = bordered(this.#projected, within);
    const next = this.#next();
    if (next.columns === 0) return within;

    await times(crew, touched, Matrix.mul(within, -1), image, 1);
    const { values, vectors } = await this.#ritz(await product(crew, image, image), next.columns);
    const sizes = Array.from(values, Math.sqrt);
    const least = EXHAUSTED * within.norm('frobenius');
    const scaled = new Matrix(taken.columns, next.columns).apply(function (i, j) {
      this.set(i, j, sizes[j]! > least ? vectors.get(i, j) / sizes[j]! : 0);
    });
    const spare = columnsOf(this.#spare, 0, next.columns);
    await times(crew, image, scaled, spare);
    next.data.set(spare.data);
    // Where nothing is left, anything new does: what the start did not reach.
    const found = sizes.filter((size) => size > least).length;
    this.#fillRandom(next, found);
    // Rounding grows from pass to pass, most in directions that were small, until it is taken out of all.
    for (let turn = found < next.columns ? 2 : 1; turn > 0; turn--) {
      await times(crew, basis, (await product(crew, basis, next)).mul(-1), next, 1);
      await this.#orthonormalize(next);
    }
    return new Matrix(next.columns, taken.columns).apply(function (i, j) {
      this.set(i, j, sizes[i]! * vectors.get(j, i));
    });
  }

  #fillRandom(block: Block, from: number): void {
    if (from === block.columns) return;
    const random = new Random((this.#options.seed + 0x9e3779b9 * this.#passes) % 2 ** 32);
    for (let column = from; column < block.columns; column++) fillColumn(block, column, () => random.normal());
  }

  async #orthonormalize(block: Block): Promise<void> {
    const [result] = await orthonormalize(this.#crew, block, columnsOf(this.#spare, 0, block.columns));
    if (result !== block) block.data.set(result.data);
  }

  /** The leading eigenvalues, descending and none below zero, and their vectors as columns. */
  async #ritz(symmetric: Matrix, count: number): Promise<{ values: Float64Array; vectors: Matrix }> {
    const { values, vectors } = await leadingEigenpairs(this.#crew, symmetric, count);
    return { values: values.map((value) => Math.max(0, value)), vectors };
  }

  #worstResidual(values: Float64Array, vectors: Matrix, coupling: Matrix): number {
    const count = Math.min(this.#rank, values.length);
    const last = vectors.subMatrix(vectors.rows - coupling.columns, vectors.rows - 1, 0, count - 1);
    const rest = coupling.mmul(last);
    let worst = 0;
    for (let c = 0; c < count; c++) if (values[c]! > NOTHING * values[0]!) worst = Math.max(worst, Math.hypot(...rest.getColumn(c)) / values[c]!);
    return worst;
  }

  async #restart(values: Float64Array, vectors: Matrix): Promise<void> {
    const next = this.#next();
    await times(this.#crew, columnsOf(this.#space, 0, this.#columns), vectors, this.#spare);
    this.#space.data.set(this.#spare.data);
    this.#columns = this.#began = this.#spare.columns;
    this.#next().data.set(next.data);
    this.#projected = Matrix.diag(Array.from(values));
  }

  async #finish(values: Float64Array, vectors: Matrix, residual: number): Promise<TruncatedSvd> {
    const count = values.subarray(0, this.#rank).filter((value) => value > NOTHING * values[0]!).length;
    const singularValues = values.slice(0, count).map(Math.sqrt);
    const found = columnsOf(this.#spare, 0, count);
    await times(this.#crew, columnsOf(this.#space, 0, this.#columns), vectors.subMatrix(0, vectors.rows - 1, 0, count - 1), found);
    return { singularValues, right: this.#turned ? await this.#otherSide(found, singularValues) : toRowMajor(found), passes: this.#passes, residual };
  }

  /** V = Aᵀ U S⁻¹. */
  async #otherSide(left: Block, singularValues: Float64Array): Promise<Float64Array> {
    const block = newBlock(this.#crew, this.#operator.rows, left.columns);
    await this.#operator.times(left, block);
    const right = toRowMajor(block);
    for (let i = 0; i < right.length; i++) right[i]! /= singularValues[i % left.columns]!;
    return right;
  }
}

/** A symmetric matrix with more columns, and the same as rows. @param columns the last entries of the new ones; all before are zeros. */
function bordered(matrix: Matrix, columns: Matrix): Matrix {
  const before = matrix.rows;
  const n = before + columns.columns;
  const first = n - columns.rows;
  const larger = Matrix.zeros(n, n);
  for (let i = 0; i < before; i++) for (let j = 0; j < before; j++) larger.set(i, j, matrix.get(i, j));
  for (let i = 0; i < columns.rows; i++) {
    for (let c = 0; c < columns.columns; c++) {
      larger.set(first + i, before + c, columns.get(i, c));
      larger.set(before + c, first + i, columns.get(i, c));
    }
  }
  return larger;
}
