import type { FactorTable } from '../shared/artifact/factorTable.ts';
import type { SumTable } from '../shared/artifact/foldInFile.ts';
import type { ResidualParameters } from '../shared/artifact/manifest.ts';
import { MAX_RESIDUAL_ROWS, type ResidualTable } from '../shared/artifact/residualFile.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import { Crew } from './linalg/crew.ts';
import { gram } from './linalg/gram.ts';
import { invertSpd } from './linalg/invertSpd.ts';
import { PANEL } from './linalg/layout.ts';
import { outer, pack, type Panels } from './linalg/panels.ts';
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

/** What an item-item model knows that the factors do not, before it is rounded. */
export interface Residual {
  /** Of each row as a target, the largest. */
  readonly columns: readonly Largest[];
  /** What makes an entry add to the factors' scores. */
  readonly factor: number;
}

/**
 * The item-item model is EASE (Steck 2019) with a regularisation that grows with an item's ratings: G = Xᵀ N^-2c X with
 * c the user exponent, P = (G + θ · diag G + λ)⁻¹, B_ij = −P_ij / P_jj. The factors are an item-item model too,
 * L_ij = E_i · F_j. With β, the least-squares share of L in B, each row j keeps the `perItem` largest of B_ij − β L_ij;
 * times 1 / β they add to the scores of the factors as these are.
 *
 * @param weights w(rating), users × rows in order of popularity.
 * @returns null where the two have nothing in common: then nothing says what one is worth in terms of the other.
 */
export async function trainResidual(weights: Csr, index: FactorTable, foldIn: SumTable, parameters: ResidualParameters): Promise<Residual | null> {
  const rows = coveredRows(foldIn.popularity, parameters.rows);
  return await Crew.with({}, async (crew) => {
    const inverse = await invertedGram(crew, weights, rows, parameters);
    return await keepLargest(crew, inverse, lowRank(crew, index, foldIn, rows), parameters.perItem);
  });
}

/** The table of its `perItem` largest entries of each row, at 8 bits, times `weight`. */
export function packResidual({ columns, factor }: Residual, perItem: number, weight: number): ResidualTable {
  return quantize(columns.map((column) => fewer(column, perItem)), weight * factor);
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

/** L_ij = E_i · F_j of the published factors: both sides of it. */
interface LowRank {
  readonly targets: Panels;
  readonly rated: Panels;
}

function lowRank(crew: Crew, index: FactorTable, { encoderScale }: SumTable, rows: number): LowRank {
  const factors = new Float64Array(rows * index.rank);
  for (let row = 0; row < rows; row++) decodeRow(index, row, factors.subarray(row * index.rank, (row + 1) * index.rank));
  return { targets: pack(crew, factors, rows, index.rank), rated: pack(crew, factors, rows, index.rank, encoderScale) };
}

/** Panels of L that are there at once. */
const PANELS_AT_ONCE = 32;

async function keepLargest(crew: Crew, inverse: Symmetric, { targets, rated }: LowRank, perItem: number): Promise<Residual | null> {
  const { n } = inverse;
  const stride = rated.count * PANEL;
  const products = crew.floats(PANELS_AT_ONCE * PANEL * stride);
  const of = new Float64Array(n);
  /** Row by row, B_·j into `of`, and where L_·j begins in `products`. */
  const visit = async (panel: number, count: number, see: (start: number) => void): Promise<void> => {
    await outer(crew, targets, panel, count, rated, products);
    for (let r = 0; r < count * PANEL && panel * PANEL + r < n; r++) {
      const j = panel * PANEL + r;
      itemItem(inverse, j, of);
      products[r * stride + j] = 0; // as of B, the diagonal does not count
      see(r * stride);
    }
  };

  let product = 0;
  let square = 0;
  for (let panel = 0; panel < targets.count; panel += Math.ceil((targets.count * PANEL) / COLUMNS_FOR_BETA)) {
    await visit(panel, 1, (start) => {
      for (let i = 0; i < n; i++) {
        const explained = products[start + i]!;
        product += of[i]! * explained;
        square += explained * explained;
      }
    });
  }
  const beta = product / square;
  if (!(beta > 0)) return null;

  const columns: Largest[] = [];
  for (let panel = 0; panel < targets.count; panel += PANELS_AT_ONCE) {
    await visit(panel, Math.min(PANELS_AT_ONCE, targets.count - panel), (start) => {
      for (let i = 0; i < n; i++) of[i]! -= beta * products[start + i]!;
      columns.push(largest(of, perItem));
    });
  }
  return { columns, factor: 1 / beta };
}

/** B_ij = −P_ij / P_jj of one j, 0 on the diagonal. */
function itemItem({ n, stride, data }: Symmetric, j: number, out: Float64Array): void {
  const start = j * stride; // P is symmetric: its row is its column
  const scale = -1 / data[start + j]!;
  for (let i = 0; i < n; i++) out[i] = scale * data[start + i]!;
  out[j] = 0;
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

/** The `count` largest of what was kept. */
function fewer(kept: Largest, count: number): Largest {
  if (kept.rows.length <= count) return kept;
  const { rows: places, values } = largest(Float64Array.from(kept.values), count);
  return { rows: places.map((place) => kept.rows[place]!), values };
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
