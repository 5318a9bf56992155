import { Matrix } from 'ml-matrix';
import { storeFactors, type FactorTable } from '../../shared/artifact/factorTable.ts';
import type { IalsParameters } from '../../shared/artifact/manifest.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { prepare, type Trained, type Training, type Watch } from '../factorize.ts';
import { Crew } from '../linalg/crew.ts';
import { leadingEigenpairs } from '../linalg/eigen.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { gramOf } from '../rowMath.ts';
import type { Choice, SelectOptions } from '../select.ts';
import { Contest } from './contest.ts';
import { trainIals, type IalsFactors } from './ials.ts';

/** Good on MovieLens by the paper; rank and seed are the caller's. */
export const DEFAULT_IALS: Omit<IalsParameters, 'rank' | 'seed'> = { kind: 'ials', unobservedWeight: 0.1, regularization: 0.003, frequencyExponent: 1, epochs: 16 };

/** What is tried around the defaults: one after the other, from each to the next as long as that is better. */
const LADDERS = {
  regularization: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
  unobservedWeight: [0.01, 0.03, 0.1, 0.3, 1],
} as const satisfies Partial<Record<keyof IalsParameters, readonly number[]>>;

/** A ranking is nearly what it will be after so many epochs. */
const TRIAL_EPOCHS = 8;
/** Each setting takes a training of its own, so fewer splits serve than where one SVD has many. */
const MOST_SPLITS = 3;

/** Trains iALS as a model that is published. */
export const trainIalsModel = (ratings: Ratings, parameters: IalsParameters, watch: Pick<Watch, 'onProgress' | 'signal'> = {}): Promise<Trained> =>
  trainPrepared(prepare(ratings), parameters, watch);

async function trainPrepared({ weights, itemOfRow, popularity }: Training, parameters: IalsParameters, watch: Pick<Watch, 'onProgress' | 'signal'> = {}): Promise<Trained> {
  const { rank, store = 'SQ8', unobservedWeight } = parameters;
  const { items, average } = await alongAxes(await trainIals(weights, parameters, watch));
  const rows = itemOfRow.length;
  const index = storeFactors(store, items, rows, rank);
  const foldIn = { rows, rank, gram: lowerTriangle(gramOf(decoded(index), rank).mul(unobservedWeight)), prior: average, popularity: Float32Array.from(popularity) };
  return { parameters, itemOfRow, index, foldIn, residual: null };
}

/**
 * Turns the factors so that the items' own axes, the widest first, are the dimensions: no score changes, and 8 bits a
 * dimension fit better.
 * @returns the items' factors, and the mean of the users'.
 */
async function alongAxes({ rank, users, items }: IalsFactors): Promise<{ items: Float64Array; average: Float32Array }> {
  const { vectors } = await Crew.with({ threads: 1 }, (crew) => leadingEigenpairs(crew, gramOf(items, rank), rank));
  const turn = (data: Float64Array): Float64Array => Float64Array.from(Matrix.from1DArray(data.length / rank, rank, data).mmul(vectors).to1DArray());
  const sum = new Float64Array(rank);
  users.forEach((value, i) => (sum[i % rank]! += value));
  const people = users.length / rank;
  return { items: turn(items), average: Float32Array.from(turn(sum), (value) => value / people) };
}

function decoded(index: FactorTable): Float64Array {
  const { rows, rank } = index;
  const data = new Float64Array(rows * rank);
  for (let row = 0; row < rows; row++) decodeRow(index, row, data.subarray(row * rank, (row + 1) * rank));
  return data;
}

const lowerTriangle = (matrix: Matrix): Float32Array => Float32Array.from(Array.from({ length: matrix.rows }, (_, i) => matrix.getRow(i).slice(0, i + 1)).flat());

/** λ, α0 and the rank that are best for people kept aside; the start's rank is the highest that may be. */
export async function chooseIals(ratings: Ratings, start: IalsParameters, options: SelectOptions): Promise<Choice<IalsParameters>> {
  const { budget, onProgress = () => undefined } = options;
  const contest = await Contest.open(ratings, options, ({ training }, parameters: IalsParameters) => {
    const { rank, unobservedWeight, regularization, epochs } = parameters;
    return trainPrepared(training, { ...parameters, epochs: Math.min(epochs, TRIAL_EPOCHS) }, { onProgress: (done, total) => onProgress(`rank ${rank}, α0 ${unobservedWeight}, λ ${regularization}, epoch ${done} of ${total}`) });
  }, MOST_SPLITS);
  if (!contest) return { parameters: start, selection: null };

  let best = start;
  /** Whether it is better, and the best from now on. Past the budget nothing is. */
  const improves = async (next: IalsParameters): Promise<boolean> => {
    const { mean } = await contest.worth(best);
    if (contest.compared >= budget && !contest.knows(next)) return false;
    if (!((await contest.worth(next)).mean > mean)) return false;
    best = next;
    return true;
  };
  const climb = async (name: keyof typeof LADDERS): Promise<void> => {
    const steps: readonly number[] = LADDERS[name];
    const begin = steps.indexOf(best[name]);
    for (const direction of [1, -1]) {
      let at = begin + direction;
      while (begin >= 0 && at >= 0 && at < steps.length && (await improves({ ...best, [name]: steps[at]! }))) at += direction;
      if (at !== begin + direction) return;
    }
  };
  for (const name of ['regularization', 'unobservedWeight', 'regularization'] as const) await climb(name);
  while (best.rank > 1 && (await improves({ ...best, rank: Math.ceil(best.rank / 2) })));
  return contest.choice(start, best);
}
