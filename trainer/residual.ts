import type { FactorTable } from '../shared/artifact/factorTable.ts';
import type { SumTable } from '../shared/artifact/foldInFile.ts';
import type { ResidualParameters } from '../shared/artifact/manifest.ts';
import { MAX_RESIDUAL_ROWS, type ResidualTable } from '../shared/artifact/residualFile.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import { Crew } from './linalg/crew.ts';
import { gram } from './linalg/gram.ts';
import { invertSpd } from './linalg/invertSpd.ts';
import type { Symmetric } from './linalg/symmetric.ts';
import type { Csr } from './ratings/sparse.ts';

const LARGEST_VALUE = 127;
/** β is fitted on so many columns, spread evenly: as near to that of all as ratings can tell. */
const COLUMNS_FOR_BETA = 200;

/** Weights that an item has at least before pairs with it say anything: about as many ratings. */
const LEAST_POPULARITY = 6;

/** How many of the most rated items a residual covers, of at most so many. @param popularity descending. */
export function coveredRows(popularity: ArrayLike<number>, most: number): number {
  let rows = 0;
  while (rows < Math.min(popularity.length, most, MAX_RESIDUAL_ROWS) && popularity[rows]! >= LEAST_POPULARITY) rows++;
  return rows;
}

/** As many items as fit: their Gram matrix is the largest part, of 4 bytes an entry and a sixteenth of that for sums. */
export const rowsWithin = (bytes: number): number => Math.floor(Math.sqrt(bytes / 4.25));

/** Column j of an item-item matrix: how much a rating of each row says about row j. Writes into `out`. */
type Column = (j: number, out: Float64Array) => void;

/**
 * What an item-item model knows that the factors do not. The item-item model is EASE (Steck 2019) with a
 * regularisation that grows with an item's ratings: G = Xᵀ N^-2c X with c the user exponent, P = (G + θ · diag G + λ)⁻¹, B_ij = −P_ij / P_jj.
 * The factors are an item-item model too, L_ij = E_i · F_j. With β, the least-squares share of L in B, each row j
 * keeps the `perItem` largest of B_ij − β L_ij; times `weight` / β they add to the scores of the factors as these are.
 *
 * @param weights w(rating), users × rows in order of popularity.
 * @returns null where the two have nothing in common: then nothing says what one is worth in terms of the other.
 */
export async function trainResidual(weights: Csr, index: FactorTable, foldIn: SumTable, parameters: ResidualParameters): Promise<ResidualTable | null> {
  const rows = coveredRows(foldIn.popularity, parameters.rows);
  return await Crew.with({}, async (crew) => {
    const itemItem = itemItemColumns(await invertedGram(crew, weights, rows, parameters));
    return keepLargest(itemItem, lowRankColumns(index, foldIn, rows), rows, parameters);
  });
}

function keepLargest(itemItem: Column, lowRank: Column, rows: number, { perItem, weight }: ResidualParameters): ResidualTable | null {
  const beta = fitShare(lowRank, itemItem, rows);
  if (!(beta > 0)) return null;

  const of = new Float64Array(rows);
  const explained = new Float64Array(rows);
  const columns: Largest[] = [];
  for (let j = 0; j < rows; j++) {
    itemItem(j, of);
    lowRank(j, explained);
    for (let i = 0; i < rows; i++) of[i]! -= beta * explained[i]!;
    columns.push(largest(of, perItem));
  }
  return quantize(columns, weight / beta);
}

/** (G + θ · diag G + λ)⁻¹ of the first `rows` columns. */
async function invertedGram(crew: Crew, weights: Csr, rows: number, { userExponent, theta, lambda }: ResidualParameters): Promise<Symmetric> {
  const { offsets, values } = weights;
  const d = new Float64Array(weights.rows);
  for (let user = 0; user < d.length; user++) {
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) d[user]! += values[e]!;
    d[user]! **= -2 * userExponent;
  }
  const matrix = await gram(crew, weights, { columns: rows, d });
  for (let i = 0; i < rows; i++) matrix.data[i * (matrix.stride + 1)]! = matrix.data[i * (matrix.stride + 1)]! * (1 + theta) + lambda;
  await invertSpd(crew, matrix);
  return matrix;
}

/** B_ij = −P_ij / P_jj, 0 on the diagonal. */
const itemItemColumns =
  ({ n, stride, data }: Symmetric): Column =>
  (j, out) => {
    const start = j * stride; // P is symmetric: its row is its column
    const scale = -1 / data[start + j]!;
    for (let i = 0; i < n; i++) out[i] = scale * data[start + i]!;
    out[j] = 0;
  };

/** L_ij = E_i · F_j over the published factors, 0 on the diagonal. */
function lowRankColumns(index: FactorTable, { encoderScale }: SumTable, rows: number): Column {
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
