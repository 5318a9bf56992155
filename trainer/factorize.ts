import { storeFactors, type FactorTable } from '../shared/artifact/factorTable.ts';
import type { FoldInTable, SumTable } from '../shared/artifact/foldInFile.ts';
import type { ModelParameters, ResidualParameters, SvdParameters } from '../shared/artifact/manifest.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import type { ResidualTable } from '../shared/artifact/residualFile.ts';
import { ratingWeight } from '../shared/ratingWeight.ts';
import type { Ratings } from './ratings/ratings.ts';
import { offsetsOf, transpose, type Csr } from './ratings/sparse.ts';
import { packResidual, trainResidual } from './residual.ts';
import { truncatedSvd, type SvdOptions, type TruncatedSvd } from './svd.ts';

/** Good on films and books of any size, best nowhere: select.ts starts here. `rank` and `seed` are the caller's. */
export const DEFAULT_PARAMETERS: Omit<SvdParameters, 'rank' | 'seed'> = {
  kind: 'ssvd',
  itemExponent: 0.15,
  userExponent: 0.25,
  softThreshold: 0.6,
  priorWeight: 2,
  shrinkage: 100,
  shrinkageEnd: 25,
};

/** `perItem` and `rows` are the caller's. */
export const DEFAULT_RESIDUAL: Omit<ResidualParameters, 'perItem' | 'rows'> = { userExponent: 0.25, theta: 0.6, lambda: 10, weight: 0.75, fullFrom: 25 };

/** A trained model in memory, of any kind: what publish.ts writes. */
export interface Trained {
  readonly parameters: ModelParameters;
  /** Dense item index of `Ratings` by row: most popular first. */
  readonly itemOfRow: Uint32Array;
  readonly index: FactorTable;
  readonly foldIn: FoldInTable;
  readonly residual: ResidualTable | null;
}

/** One whose people are weighted sums. */
export interface Factors extends Trained {
  readonly parameters: SvdParameters;
  readonly foldIn: SumTable;
  readonly svd: TruncatedSvd;
}

export const isFactors = (trained: Trained): trained is Factors => 'svd' in trained;

/** Ratings as the algebra wants them. */
export interface Training {
  /** X: w(rating), users × rows. */
  readonly weights: Csr;
  readonly itemOfRow: Uint32Array;
  /** Length rows, descending: p = Σ_u w(u, i). */
  readonly popularity: Float64Array;
}

export function prepare(ratings: Ratings): Training {
  const weight = weigh(ratings);
  const { itemOfRow, popularity } = orderByPopularity(ratings, weight);
  return { weights: weightMatrix(ratings, weight, itemOfRow), itemOfRow, popularity };
}

/** What factorize() may be given to be watched, stopped and gone on with. */
export type Watch = Omit<SvdOptions, 'rank' | 'seed'>;

/** Trains a scaled SVD, and its residual where the parameters ask for one. */
export async function factorize(ratings: Ratings, parameters: SvdParameters, watch: Watch = {}): Promise<Factors> {
  const training = prepare(ratings);
  const factors = toFactors(training, await decompose(training, parameters, watch), parameters);
  return parameters.residual ? withResidual(training, factors, parameters.residual) : factors;
}

/** n_u^-b · X · p_i^-a ≈ U S Vᵀ. */
export const decompose = ({ weights, popularity }: Training, parameters: SvdParameters, watch: Watch = {}): Promise<TruncatedSvd> =>
  truncatedSvd(scaled(weights, popularity, parameters), { ...watch, rank: parameters.rank, seed: parameters.seed });

/**
 * F_i = p_i^a · V_i · √f with the soft filter f_d = max(0, 1 − τ · s_k² / s_d²), kept at 8 bits an entry or more.
 * @param svd of the parameters' exponents, and of their rank or a higher one: its first dimensions are those of a lower.
 */
export function toFactors({ itemOfRow, popularity }: Training, svd: TruncatedSvd, requested: SvdParameters): Factors {
  const { singularValues, right } = svd;
  const rank = Math.min(requested.rank, singularValues.length);
  const parameters = { ...requested, rank };
  const rows = itemOfRow.length;

  const kept = singularValues.subarray(0, rank);
  const weakest = kept[rank - 1]! ** 2;
  const noise = Float32Array.from(kept, (s) => weakest / s ** 2);
  const rootFilter = Float64Array.from(kept, (s) => Math.sqrt(Math.max(0, 1 - (parameters.softThreshold * weakest) / s ** 2)));
  const factors = new Float64Array(rows * rank);
  for (let row = 0, i = 0; row < rows; row++) {
    const scale = popularity[row]! ** parameters.itemExponent;
    for (let d = 0, from = row * singularValues.length; d < rank; d++, i++, from++) factors[i] = scale * right[from]! * rootFilter[d]!;
  }
  const index = storeFactors(parameters.store ?? 'SQ8', factors, rows, rank);
  const encoderScale = Float32Array.from(popularity, (p) => p ** (-2 * parameters.itemExponent));
  const prior = averagePerson(index, popularity, encoderScale);
  const foldIn = { rows, rank, noise, prior, popularity: Float32Array.from(popularity), encoderScale };
  return { parameters, itemOfRow, index, foldIn, residual: null, svd };
}

/** Adds what the factors miss. The parameters say so only where there is something. */
async function withResidual(training: Training, factors: Factors, parameters: ResidualParameters): Promise<Factors> {
  const found = await trainResidual(training.weights, factors.index, factors.foldIn, parameters);
  const residual = found && packResidual(found, parameters.perItem, parameters.weight);
  const { residual: _, ...without } = factors.parameters;
  return { ...factors, residual, parameters: residual ? { ...without, residual: { ...parameters, rows: residual.rows } } : without };
}

/** w(rating) of each entry. */
export const weigh = ({ rating, scale }: Ratings): Float64Array => Float64Array.from(rating, (value) => ratingWeight(scale, value));

/** Items from the most popular on, ties in their own order, and each row's popularity p = Σ_u w(u, i). */
export function orderByPopularity({ items, item }: Ratings, weight: Float64Array): { itemOfRow: Uint32Array; popularity: Float64Array } {
  const byItem = new Float64Array(items.length);
  for (let i = 0; i < weight.length; i++) byItem[item[i]!]! += weight[i]!;
  const itemOfRow = Uint32Array.from(byItem, (_, i) => i).sort((a, b) => byItem[b]! - byItem[a]! || a - b);
  return { itemOfRow, popularity: Float64Array.from(itemOfRow, (original) => byItem[original]!) };
}

/** X: w(rating), users × rows. */
export function weightMatrix({ userIds, user, item }: Ratings, weight: Float64Array, itemOfRow: Uint32Array): Csr {
  const rowOfItem = new Uint32Array(itemOfRow.length);
  itemOfRow.forEach((original, row) => (rowOfItem[original] = row));
  // Ratings come sorted by user, so their order is that of the rows of the matrix.
  const indices = item.map((original) => rowOfItem[original]!);
  const matrix = { rows: userIds.length, cols: itemOfRow.length, offsets: offsetsOf(user, userIds.length), indices, values: weight };
  return transpose(transpose(matrix)); // which sorts each user's entries by row
}

/** n_u^-b · X · p_i^-a. */
export function scaled(matrix: Csr, popularity: Float64Array, { itemExponent, userExponent }: SvdParameters): Csr {
  const rowScale = popularity.map((sum) => sum ** -itemExponent);
  const values = new Float64Array(matrix.values.length);
  for (let user = 0; user < matrix.rows; user++) {
    const start = matrix.offsets[user]!;
    const end = matrix.offsets[user + 1]!;
    let sum = 0;
    for (let e = start; e < end; e++) sum += matrix.values[e]!;
    const userScale = sum ** -userExponent;
    for (let e = start; e < end; e++) values[e] = matrix.values[e]! * userScale * rowScale[matrix.indices[e]!]!;
  }
  return { ...matrix, values };
}

/** ū = Σ p_i E_i / Σ p_i over the published factors. */
function averagePerson(index: FactorTable, popularity: Float64Array, encoderScale: Float32Array): Float32Array {
  const sum = new Float64Array(index.rank);
  const decoded = new Float64Array(index.rank);
  let total = 0;
  for (let row = 0; row < index.rows; row++) {
    decodeRow(index, row, decoded);
    for (let d = 0; d < index.rank; d++) sum[d]! += popularity[row]! * encoderScale[row]! * decoded[d]!;
    total += popularity[row]!;
  }
  return Float32Array.from(sum, (value) => value / total);
}
