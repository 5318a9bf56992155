import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { FoldInTable } from '../shared/artifact/foldInFile.ts';
import type { FactorTable } from '../shared/artifact/factorTable.ts';
import { decodeRow } from '../shared/engine/scoring.ts';
import { itemRow, type ItemRow } from '../shared/ids.ts';
import { weigh, type Trained } from './factorize.ts';
import type { Ratings } from './ratings/ratings.ts';
import { offsetsOf } from './ratings/sparse.ts';
import { addScaled, dot, gramOf } from './rowMath.ts';

/** How long a list is: nobody answers more questions before they see their films. */
export const LIST_LENGTH = 100;
/** Rows that may be asked about: so many, and those nearly as popular as the last of them, but no more than so many. */
const CANDIDATES = { least: 300, asPopular: 0.75, most: 2000 };
/** Ratings by the people that the choice is made on, at the most, about candidates: more change little and take longer. */
const MOST_RATINGS = 100_000;
/** Who has answered so many questions has said enough. */
const ENOUGH_ANSWERS = 20;

/** How many of the first rows may be asked about: what hardly anybody has seen is a question wasted. */
export function countCandidates({ rows, popularity }: Pick<FoldInTable, 'rows' | 'popularity'>): number {
  const { least, asPopular, most } = CANDIDATES;
  let count = Math.min(least, rows);
  while (count < Math.min(most, rows) && popularity[count]! >= asPopular * popularity[least - 1]!) count++;
  return count;
}

/**
 * Which items to ask a newcomer about, the most telling first: those whose answers would have told most about the
 * people of the training set, one item a time (in the manner of Golbandi, Koren & Lempel 2011, "Adaptive
 * Bootstrapping of Recommender Systems"). A person is told by the direction of their vector, as the scores of the
 * whole catalogue show it: cos(s, t) with t from all of their ratings and s from the answers so far, starting at the
 * average person. An item's worth is by how much these cosines rise, summed over everybody who has rated it. So
 * what is widely seen is worth more, and so is what sets apart, and nothing is asked that is known already.
 */
export function askFirst(ratings: Ratings, model: Trained): ItemRow[] {
  const { index, foldIn, itemOfRow } = model;
  const { rank } = index;
  const turn = scoreMetric(index);
  const tells = new Float64Array(index.rows * rank);
  const { encode, start: average } = summed(model);
  const decoded = new Float64Array(rank);
  for (let row = 0; row < index.rows; row++) {
    decodeRow(index, row, decoded);
    tells.set(turn(encode(decoded, row)), row * rank);
  }
  const start = turn(average);
  const worth = new Float64Array(countCandidates(foldIn));
  const people = interviewees(ratings, itemOfRow, worth.length, tells, start);

  const whoAnswers = Array.from(worth, (): Interviewee[] => []);
  /** Counts anew what each open answer of a person would tell, by `sign` their part in what the rows are worth. */
  const count = (person: Interviewee, sign: 1 | -1): void => {
    if (person.answered >= ENOUGH_ANSWERS) return;
    const now = cosine(person.along, person.square);
    for (const { row, weight, along, square } of person.answers) {
      const after = person.square + 2 * weight * dot(person.said, tells, row * rank) + square;
      worth[row]! += sign * (cosine(person.along + along, after) - now);
    }
  };
  for (const person of people) {
    count(person, 1);
    for (const { row } of person.answers) whoAnswers[row]!.push(person);
  }
  const open = new Set(worth.keys());
  const asked: ItemRow[] = [];
  while (asked.length < LIST_LENGTH && open.size > 0) {
    const best = [...open].reduce((most, row) => (worth[row]! > worth[most]! ? row : most));
    open.delete(best);
    asked.push(itemRow(best));
    for (const person of whoAnswers[best]!) {
      count(person, -1);
      const { weight, along } = person.answers.find(({ row }) => row === best)!;
      addScaled(person.said, weight, tells, best * rank);
      person.along += along;
      person.square = dot(person.said, person.said);
      person.answered++;
      count(person, 1);
    }
  }
  return asked;
}

/** People as sums, whatever the kind: what each rating adds for each of its weight, and who they are before the first. */
interface Summed {
  /** @param factors of a row. */
  encode(factors: Float64Array, row: number): Float64Array;
  readonly start: Float64Array;
}

/** Of a ridge: A⁻¹ F_i with the A of somebody who has rated nothing yet, which the first answers hardly change. */
function summed({ index: { rows, rank }, foldIn, parameters }: Trained): Summed {
  if (parameters.kind === 'ials' && 'gram' in foldIn) {
    const { unobservedWeight, regularization, frequencyExponent } = parameters;
    const ridge = regularization * (unobservedWeight * rows) ** frequencyExponent;
    const at = (i: number, j: number): number => foldIn.gram[i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i]! + (i === j ? ridge : 0);
    const inverse = new CholeskyDecomposition(new Matrix(Array.from({ length: rank }, (_, i) => Array.from({ length: rank }, (_unused, j) => at(i, j))))).solve(Matrix.eye(rank));
    const lines = Array.from({ length: rank }, (_, i) => Float64Array.from(inverse.getRow(i)));
    return { encode: (factors) => Float64Array.from(lines, (line) => dot(line, factors)), start: new Float64Array(rank) };
  }
  if (parameters.kind === 'ials' || 'gram' in foldIn) throw new Error(`A fold-in of another kind than ${parameters.kind}`);
  return {
    encode: (factors, row) => factors.map((value) => value * foldIn.encoderScale[row]!),
    start: Float64Array.from(foldIn.prior, (value) => parameters.priorWeight * value),
  };
}

const cosine = (along: number, square: number): number => (square > 0 ? along / Math.sqrt(square) : 0);

/** x → Lᵀx with L Lᵀ = Σ_i F_i F_iᵀ: then lengths and angles are those of the catalogue's scores. */
function scoreMetric(index: FactorTable): (vector: Float64Array) => Float64Array {
  const { rows, rank } = index;
  const data = new Float64Array(rows * rank);
  for (let row = 0; row < rows; row++) decodeRow(index, row, data.subarray(row * rank, (row + 1) * rank));
  const gram = gramOf(data, rank);
  // A dimension without any factors is left as it is, nearly.
  const { lowerTriangularMatrix: lower } = new CholeskyDecomposition(Matrix.add(gram, Matrix.eye(rank).mul(1e-9 * (gram.trace() || 1))));
  const transposed = Array.from({ length: rank }, (_, d) => Float64Array.from(lower.getColumn(d)));
  return (vector) => Float64Array.from(transposed, (row) => dot(row, vector));
}

/** Somebody of the training set, in the middle of being asked. */
interface Interviewee {
  /** Length `rank`: the vector of their answers so far, its part along their own direction, and its squared length. */
  readonly said: Float64Array;
  along: number;
  square: number;
  answered: number;
  /** What they would answer about candidates. */
  readonly answers: readonly Answer[];
}

interface Answer {
  readonly row: number;
  readonly weight: number;
  /** The part of the weighted vector of the item along the person's own direction, and its squared length. */
  readonly along: number;
  readonly square: number;
}

/** People, evenly taken from all, before the first question. @param candidates rows that are asked about. @param start the average person's vector. */
function interviewees(ratings: Ratings, itemOfRow: Uint32Array, candidates: number, tells: Float64Array, start: Float64Array): Interviewee[] {
  const { user, item, userIds } = ratings;
  const rank = start.length;
  const weight = weigh(ratings);
  const rowOfItem = new Uint32Array(itemOfRow.length);
  itemOfRow.forEach((original, row) => (rowOfItem[original] = row));
  const about = item.reduce((sum, original) => sum + (rowOfItem[original]! < candidates ? 1 : 0), 0);
  const offsets = offsetsOf(user, userIds.length);
  const every = Math.max(1, about / MOST_RATINGS);
  return Array.from({ length: Math.floor((userIds.length - 1) / every) + 1 }, (_, place) => {
    const u = Math.floor(place * every);
    const entries = Array.from({ length: offsets[u + 1]! - offsets[u]! }, (_unused, i) => offsets[u]! + i);
    const own = new Float64Array(rank);
    for (const entry of entries) addScaled(own, weight[entry]!, tells, rowOfItem[item[entry]!]! * rank);
    const length = Math.sqrt(dot(own, own)) || 1;
    const answers = entries.flatMap((entry): Answer[] => {
      const row = rowOfItem[item[entry]!]!;
      if (row >= candidates) return [];
      const told = tells.subarray(row * rank, (row + 1) * rank);
      return [{ row, weight: weight[entry]!, along: (weight[entry]! * dot(own, told)) / length, square: weight[entry]! ** 2 * dot(told, told) }];
    });
    return { said: start.slice(), along: dot(own, start) / length, square: dot(start, start), answered: 0, answers };
  });
}
