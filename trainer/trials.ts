import type { ResidualParameters } from '../shared/artifact/manifest.ts';
import type { ResidualTable } from '../shared/artifact/residualFile.ts';
import { FoldIn, type WeightedRow } from '../shared/engine/foldIn.ts';
import { residualSums, trust } from '../shared/engine/residual.ts';
import { RowSet } from '../shared/engine/rowSet.ts';
import { scoreRow, toCodeQuery } from '../shared/engine/scoring.ts';
import type { VectorIndex } from '../shared/engine/vectorIndex.ts';
import { itemRow, type ItemId, type ItemRow } from '../shared/ids.ts';
import type { Rating, RatingScale } from '../shared/query.ts';
import { ratingWeight } from '../shared/ratingWeight.ts';
import { fmix32, idBits } from './evaluation/hash.ts';
import { LIST_LENGTH } from './evaluation/lists.ts';
import { ndcg } from './evaluation/metrics.ts';
import { likedFrom } from './evaluation/settings.ts';
import { BLOCKS, keepEntries, splitUsers, type HeldOutUser } from './evaluation/split.ts';
import { prepare, type Factors, type Trained, type Training } from './factorize.ts';
import type { Ratings } from './ratings/ratings.ts';
import { offsetsOf } from './ratings/sparse.ts';

/** A part of the people to train on, and another part to ask. */
export interface Trial {
  readonly training: Training;
  readonly people: readonly Asked[];
}

/** Somebody who is asked, by rows of the training's items: what a Recommender would make of their question, made once. */
export interface Asked {
  readonly id: string | number;
  /** In the order in which they are told. */
  readonly positives: readonly WeightedRow[];
  readonly low: readonly WeightedRow[];
  /** All that they rated: masked, however much is told. */
  readonly masked: RowSet;
  readonly targets: ReadonlySet<number>;
}

/** Enough people to tell one setting from another, and no more ratings than that takes. */
const ENOUGH_PEOPLE = 600;
const MOST_PEOPLE_A_TRIAL = 2000;
const ENOUGH_RATINGS = 1_500_000;

/**
 * Splits of the ratings for choosing parameters on: a fifth of the people is asked, the others train. Where people are
 * few they take turns, up to five times, until each was asked once.
 */
export function makeTrials(ratings: Ratings): Trial[] {
  const some = someUsers(ratings, ENOUGH_RATINGS);
  const trials: Trial[] = [];
  let people = 0;
  for (let fold = 0; fold < BLOCKS && people < ENOUGH_PEOPLE; fold += 2) {
    const { train, validation, test } = splitUsers(some, { fold, positiveFrom: likedFrom(ratings.scale) });
    const asked = [...validation, ...test].slice(0, MOST_PEOPLE_A_TRIAL);
    if (asked.length === 0 || train.rating.length === 0) continue;
    const training = prepare(train);
    const rowOf = new Map(Array.from(training.itemOfRow, (item, row) => [train.items[item]!.id, itemRow(row)]));
    trials.push({ training, people: asked.map((user) => byRows(user, rowOf, train.scale)) });
    people += asked.length;
  }
  return trials;
}

/** All ratings of as many users, drawn by the hash of their ids, as have about so many. */
function someUsers(ratings: Ratings, most: number): Ratings {
  if (ratings.rating.length <= most) return ratings;
  const { userIds, user } = ratings;
  const offsets = offsetsOf(user, userIds.length);
  const drawn = new Uint8Array(userIds.length);
  const order = Array.from(userIds, (id, u) => ({ u, hash: fmix32(idBits(id)) })).sort((a, b) => a.hash - b.hash || a.u - b.u);
  let count = 0;
  for (const { u } of order) {
    count += offsets[u + 1]! - offsets[u]!;
    if (count > most) break;
    drawn[u] = 1;
  }
  return keepEntries(ratings, (entry) => drawn[user[entry]!] === 1);
}

function byRows({ id, positives, low, targets }: HeldOutUser, rowOf: ReadonlyMap<ItemId, ItemRow>, scale: RatingScale): Asked {
  const weighted = (ratings: readonly Rating[]): WeightedRow[] => ratings.map(({ item, rating }) => ({ row: rowOf.get(item)!, weight: ratingWeight(scale, rating) }));
  const rated = { positives: weighted(positives), low: weighted(low) };
  const masked = RowSet.of(rowOf.size, [...rated.positives, ...rated.low].map(({ row }) => row));
  return { id, ...rated, masked, targets: new Set(targets.map((item) => rowOf.get(item)!)) };
}

/** Those who are asked as if they had liked only `first`, or told all; whoever has fewer is not asked. */
const questions = ({ people }: Trial, first: number | undefined): { person: Asked; told: readonly WeightedRow[] }[] =>
  first === undefined
    ? people.map((person) => ({ person, told: [...person.positives, ...person.low] }))
    : people.filter(({ positives }) => positives.length >= first).map((person) => ({ person, told: person.positives.slice(0, first) }));

const worthOf = (rows: Iterable<number>, { targets }: Asked): number => ndcg(Array.from(rows, (row) => targets.has(row)), targets.size, LIST_LENGTH);

/**
 * NDCG@10 of each person who is asked, by the engine that every door has.
 * @param first ask as if they had liked only so many; whoever has fewer is not asked.
 */
export function judge(trial: Trial, trained: Trained, engine: VectorIndex, first?: number): number[] {
  const people = foldInOf(trained);
  return questions(trial, first).map(({ person, told }) => worthOf(engine.search(people.personOf(told), LIST_LENGTH, person.masked).rows, person));
}

const foldInOf = ({ index, foldIn, parameters }: Trained): FoldIn => new FoldIn({ factors: index, foldIn, manifest: { model: parameters } });

/** How much a residual counts, and for whom. */
export type Trust = Pick<ResidualParameters, 'weight' | 'fullFrom'>;

/**
 * The same with a residual that counts in several ways: one list of NDCG@10 for each. The rows that the residual moves
 * are scored once, and so are the best of all others, which stay where they are; the rest is a sum for each way.
 * @param residual of weight 1.
 */
export function judgeResidual(trial: Trial, factors: Factors, residual: ResidualTable, engine: VectorIndex, ways: readonly Trust[], first?: number): number[][] {
  const scores: number[][] = ways.map(() => []);
  const best = new Best(LIST_LENGTH);
  const people = foldInOf(factors);
  const { index } = factors;
  for (const { person, told } of questions(trial, first)) {
    const query = people.personOf(told);
    const bonus = residualSums(residual, told);
    const moved: number[] = [];
    for (let row = 0; row < bonus.length; row++) if (bonus[row] !== 0 && !person.masked.has(row)) moved.push(row);
    const out = RowSet.of(index.rows, moved);
    out.addAll(person.masked);
    const others = engine.search(query, LIST_LENGTH, out);
    const code = toCodeQuery(index, query);
    const own = moved.map((row) => scoreRow(index, code, row));
    const known = new Map<number, number>();
    for (const [i, way] of ways.entries()) {
      const factor = way.weight * trust(way.fullFrom, told.length);
      let worth = known.get(factor);
      if (worth === undefined) {
        best.clear();
        others.rows.forEach((row, place) => best.offer(row, others.scores[place]!));
        for (let m = 0; m < moved.length; m++) best.offer(moved[m]!, own[m]! + factor * bonus[moved[m]!]!);
        worth = worthOf(best.rows, person);
        known.set(factor, worth);
      }
      scores[i]!.push(worth);
    }
  }
  return scores;
}

/** The best of what it is offered; of equal ones the lower row. */
class Best {
  readonly #rows: Uint32Array;
  readonly #scores: Float64Array;
  #count = 0;

  constructor(private readonly most: number) {
    this.#rows = new Uint32Array(most);
    this.#scores = new Float64Array(most);
  }

  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }

  clear(): void {
    this.#count = 0;
  }

  offer(row: number, score: number): void {
    if (this.#count === this.most && !this.#before(row, score, this.most - 1)) return;
    let at = this.#count < this.most ? this.#count++ : this.most - 1;
    for (; at > 0 && this.#before(row, score, at - 1); at--) {
      this.#rows[at] = this.#rows[at - 1]!;
      this.#scores[at] = this.#scores[at - 1]!;
    }
    this.#rows[at] = row;
    this.#scores[at] = score;
  }

  #before(row: number, score: number, place: number): boolean {
    const other = this.#scores[place]!;
    return score > other || (score === other && row < this.#rows[place]!);
  }
}
