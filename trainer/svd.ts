import { EigenvalueDecomposition } from 'ml-matrix';
import { addScaled, newBlock, orthonormalize, symmetricProduct, timesInPlace, type Block } from './dense.ts';
import { Random } from './random.ts';
import { transpose, type Csr } from './ratings/sparse.ts';

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

export interface SvdOptions {
  readonly rank: number;
  readonly seed: number;
  /** Stop when no pair's residual is above this. Default 1e-3: far below what changes a ranking. */
  readonly tolerance?: number;
  readonly maxPasses?: number;
  readonly onProgress?: (passes: number, residual: number) => void;
}

/** Extra directions that converge last and are thrown away. */
const oversampling = (rank: number): number => Math.max(16, rank >> 1);

/** How much a filter may blow up the strongest direction against the weakest before orthonormalize() loses digits. */
const MAX_GROWTH = 1e6;

/**
 * The k largest singular values and right singular vectors of a sparse matrix, by block subspace iteration from a
 * seeded Gaussian start (Halko, Martinsson & Tropp 2011) with a Chebyshev filter in place of plain powers
 * (Zhou & Saad 2007) and Rayleigh-Ritz in between. Deterministic for a seed.
 */
export function truncatedSvd(matrix: Csr, options: SvdOptions): TruncatedSvd {
  if (matrix.rows >= matrix.cols) return iterate(matrix, options);
  // The dense work grows with the side that is iterated on, so it is done on the shorter one: V = Aᵀ U S⁻¹.
  const { singularValues, right: left, ...rest } = iterate(transpose(matrix), options);
  return { singularValues, right: otherSide(matrix, left, singularValues), ...rest };
}

function otherSide({ rows, cols, offsets, indices, values }: Csr, left: Float64Array, singularValues: Float64Array): Float64Array {
  const rank = singularValues.length;
  const right = new Float64Array(cols * rank);
  for (let row = 0; row < rows; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) addScaled(right, indices[entry]! * rank, values[entry]!, left, row * rank, rank);
  }
  for (let i = 0; i < right.length; i++) right[i]! /= singularValues[i % rank]!;
  return right;
}

function iterate(matrix: Csr, options: SvdOptions): TruncatedSvd {
  const { tolerance = 1e-3, maxPasses = 200, onProgress } = options;
  const limit = Math.min(matrix.rows, matrix.cols);
  const rank = Math.min(options.rank, limit);
  let basis = newBlock(matrix.cols, Math.min(rank + oversampling(rank), limit));
  new Random(options.seed).fillNormal(basis.data);
  orthonormalize(basis);
  let passes = 0;
  for (;;) {
    const image = newBlock(basis.rows, basis.columns);
    multiplyGram(matrix, basis, image);
    passes++;
    const values = rotateToRitz(basis, image);
    const residual = worstResidual(basis, image, values, rank);
    onProgress?.(passes, residual);
    const wanted = Math.min(rank, weighty(values));
    if (residual <= tolerance || passes >= maxPasses) {
      const singularValues = values.slice(0, wanted).map(Math.sqrt);
      return { singularValues, right: leadingColumns(basis, wanted).data, passes, residual };
    }
    if (weighty(values) < basis.columns || basis.columns === limit) {
      // The block has room for all that the matrix spans, and one plain step lands in it: there is no rest to filter out.
      basis = leadingColumns(image, weighty(values));
    } else {
      const cutoff = values[basis.columns - 1]!;
      const degree = filterDegree(values[0]!, cutoff);
      basis = chebyshev(matrix, basis, image, cutoff, degree);
      passes += degree - 1;
    }
    orthonormalize(basis);
  }
}

/** Squared singular values below this part of the largest are rounding, not data. */
const NOTHING = 1e-10;

const weighty = (values: Float64Array): number => values.filter((value) => value > NOTHING * values[0]!).length;

function leadingColumns(block: Block, columns: number): Block {
  const leading = newBlock(block.rows, columns);
  for (let row = 0; row < block.rows; row++) {
    const start = row * block.columns;
    leading.data.set(block.data.subarray(start, start + columns), row * columns);
  }
  return leading;
}

/** out = AᵀA · block, in one pass over A and without the users × columns product ever being stored. */
function multiplyGram({ rows, offsets, indices, values }: Csr, block: Block, out: Block): void {
  const { columns, data } = block;
  const into = out.data;
  const product = new Float64Array(columns);
  into.fill(0);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    product.fill(0);
    for (let entry = start; entry < end; entry++) addScaled(product, 0, values[entry]!, data, indices[entry]! * columns, columns);
    for (let entry = start; entry < end; entry++) addScaled(into, indices[entry]! * columns, values[entry]!, product, 0, columns);
  }
}

/** Turns basis and image (AᵀA · basis) so that the basis holds Ritz vectors, and returns their values, descending. */
function rotateToRitz(basis: Block, image: Block): Float64Array {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetricProduct(basis, image), { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const rotation = eigenvectorMatrix.subMatrixColumn(order);
  timesInPlace(basis, rotation);
  timesInPlace(image, rotation);
  return Float64Array.from(order, (i) => Math.max(0, realEigenvalues[i]!));
}

function worstResidual(basis: Block, image: Block, values: Float64Array, rank: number): number {
  const squares = new Float64Array(rank);
  for (let row = 0; row < basis.rows; row++) {
    const start = row * basis.columns;
    for (let c = 0; c < rank; c++) squares[c]! += (image.data[start + c]! - values[c]! * basis.data[start + c]!) ** 2;
  }
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

/** T_degree(2/cutoff · AᵀA − 1) · basis: keeps what is below the cutoff within ±1 and grows the rest fastest of all polynomials. */
function chebyshev(matrix: Csr, basis: Block, image: Block, cutoff: number, degree: number): Block {
  const scale = 2 / cutoff;
  let before = basis.data;
  let value: Float64Array = image.data.map((entry, i) => scale * entry - before[i]!);
  for (let m = 2; m <= degree; m++) {
    const next = newBlock(basis.rows, basis.columns);
    multiplyGram(matrix, { ...basis, data: value }, next);
    const { data } = next;
    for (let i = 0; i < data.length; i++) data[i] = 2 * (scale * data[i]! - value[i]!) - before[i]!;
    before = value;
    value = data;
  }
  return { ...basis, data: value };
}
