import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { FactorTable } from '../shared/artifact/factorTable.ts';
import type { FoldInTable } from '../shared/artifact/foldInFile.ts';
import type { ResidualParameters } from '../shared/artifact/manifest.ts';
import { MAX_RESIDUAL_ROWS, type ResidualTable } from '../shared/artifact/residualFile.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import type { Csr } from './ratings/sparse.ts';

const LARGEST_VALUE = 127;
/** β is fitted on so many columns, spread evenly: within a percent of what all of them give. */
const COLUMNS_FOR_BETA = 500;

/** Column j of an item-item matrix: how much a rating of each row says about row j. Writes into `out`. */
type Column = (j: number, out: Float64Array) => void;

/**
 * What an item-item model knows that the factors do not. The item-item model is EASE (Steck 2019) with a
 * regularisation that grows with an item's ratings: G = Xᵀ N^-½ X, P = (G + θ · diag G + λ)⁻¹, B_ij = −P_ij / P_jj.
 * The factors are an item-item model too, L_ij = E_i · F_j. With β, the least-squares share of L in B, each row j
 * keeps the `perItem` largest of B_ij − β L_ij; times `weight` / β they add to the scores of the factors as these are.
 *
 * @param weights w(rating), users × rows in order of popularity.
 * @returns null where the two have nothing in common: then nothing says what one is worth in terms of the other.
 */
export async function trainResidual(weights: Csr, index: FactorTable, foldIn: FoldInTable, parameters: ResidualParameters): Promise<ResidualTable | null> {
  const rows = Math.min(parameters.rows, index.rows, MAX_RESIDUAL_ROWS);
  const inverse = invert(regularizedGram(weights, rows, parameters), rows);
  const itemItem: Column = (j, out) => {
    const start = j * rows; // P is symmetric: its row is its column
    const scale = -1 / inverse[start + j]!;
    for (let i = 0; i < rows; i++) out[i] = scale * inverse[start + i]!;
    out[j] = 0;
  };
  const lowRank = lowRankColumns(index, foldIn, rows);
  const beta = fitShare(lowRank, itemItem, rows);
  if (!(beta > 0)) return null;

  const of = new Float64Array(rows);
  const explained = new Float64Array(rows);
  const columns: Largest[] = [];
  for (let j = 0; j < rows; j++) {
    itemItem(j, of);
    lowRank(j, explained);
    for (let i = 0; i < rows; i++) of[i]! -= beta * explained[i]!;
    columns.push(largest(of, parameters.perItem));
  }
  return quantize(columns, parameters.weight / beta);
}

/** G + θ · diag G + λ of the first `rows` columns, rows × rows. */
function regularizedGram({ offsets, indices, values }: Csr, rows: number, { theta, lambda }: ResidualParameters): Float64Array {
  const gram = new Float64Array(rows * rows);
  for (let user = 0; user + 1 < offsets.length; user++) {
    const start = offsets[user]!;
    const end = offsets[user + 1]!;
    let sum = 0;
    for (let e = start; e < end; e++) sum += values[e]!;
    const scaled = values.subarray(start, end).map((value) => value * sum ** -0.25);
    for (let e = start; e < end && indices[e]! < rows; e++) {
      for (let f = start; f < end && indices[f]! < rows; f++) gram[indices[e]! * rows + indices[f]!]! += scaled[e - start]! * scaled[f - start]!;
    }
  }
  for (let i = 0; i < gram.length; i += rows + 1) gram[i] = gram[i]! * (1 + theta) + lambda;
  return gram;
}

/** The inverse of a symmetric, positive definite matrix. */
function invert(matrix: Float64Array, n: number): Float64Array {
  return Float64Array.from(new CholeskyDecomposition(Matrix.from1DArray(n, n, matrix)).solve(Matrix.identity(n)).to1DArray());
}

/** L_ij = E_i · F_j over the published factors, 0 on the diagonal. */
function lowRankColumns(index: FactorTable, { encoderScale }: FoldInTable, rows: number): Column {
  const { rank } = index;
  const factors = new Float64Array(rows * rank);
  for (let row = 0; row < rows; row++) decodeRow(index, row, factors.subarray(row * rank, (row + 1) * rank));
  return (j, out) => {
    const own = factors.subarray(j * rank, (j + 1) * rank);
    for (let i = 0, at = 0; i < rows; i++) {
      let dot = 0;
      for (let d = 0; d < rank; d++, at++) dot += factors[at]! * own[d]!;
      out[i] = encoderScale[i]! * dot;
    }
    out[j] = 0;
  };
}

/** β = ⟨part, whole⟩ / ⟨part, part⟩. */
function fitShare(part: Column, whole: Column, rows: number): number {
  const a = new Float64Array(rows);
  const b = new Float64Array(rows);
  let product = 0;
  let square = 0;
  for (let j = 0; j < rows; j += Math.ceil(rows / COLUMNS_FOR_BETA)) {
    part(j, a);
    whole(j, b);
    for (let i = 0; i < rows; i++) {
      product += a[i]! * b[i]!;
      square += a[i]! ** 2;
    }
  }
  return product / square;
}

/** Some entries of a column, by row. */
interface Largest {
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** The `count` entries furthest from 0; of equal ones the lower row. */
function largest(column: Float64Array, count: number): Largest {
  const rows: number[] = [];
  const sizes: number[] = [];
  for (let row = 0; row < column.length; row++) {
    const size = Math.abs(column[row]!);
    if (rows.length === count && size <= sizes[count - 1]!) continue;
    // Kept sorted: insertion costs little, since few rows of a long column enter.
    let at = rows.length === count ? count - 1 : rows.length;
    for (; at > 0 && sizes[at - 1]! < size; at--) {
      rows[at] = rows[at - 1]!;
      sizes[at] = sizes[at - 1]!;
    }
    rows[at] = row;
    sizes[at] = size;
  }
  rows.sort((a, b) => a - b);
  return { rows, values: rows.map((row) => column[row]!) };
}

/** Columns become lists by rated row, at 8 bits of each column's largest. */
function quantize(columns: readonly Largest[], factor: number): ResidualTable {
  const rows = columns.length;
  const scale = Float32Array.from(columns, ({ values }) => (Math.abs(factor) * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)) / LARGEST_VALUE);
  const codes = columns.map(({ values }, j) => values.map((value) => (scale[j] === 0 ? 0 : Math.round((factor * value) / scale[j]!))));
  const offsets = new Uint32Array(rows + 1);
  const visit = (see: (row: number, target: number, code: number) => void): void =>
    columns.forEach((column, target) => column.rows.forEach((row, e) => codes[target]![e] !== 0 && see(row, target, codes[target]![e]!)));
  visit((row) => offsets[row + 1]!++);
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
  const next = offsets.slice();
  const targets = new Uint16Array(offsets[rows]!);
  const values = new Int8Array(offsets[rows]!);
  visit((row, target, code) => {
    const e = next[row]!++;
    targets[e] = target;
    values[e] = code;
  });
  return { rows, offsets, targets, values, scale };
}
