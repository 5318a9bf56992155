import { FoldIn, type Foldable, type WeightedRow } from '../../shared/engine/foldIn.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import type { VectorIndex } from '../../shared/engine/vectorIndex.ts';
import { itemRow } from '../../shared/ids.ts';
import { Random } from '../random.ts';

/** What a search is asked: somebody's vector, and what they rated, which must not come. */
export interface Question {
  readonly query: Float32Array;
  readonly rated: RowSet;
}

/** How many films the imagined people have rated, in turn. */
const RATED = [1, 3, 5, 10, 20, 40, 80];
/** Of what somebody is recommended they choose one among so many. */
const CHOICE = 30;
/** A rating of four out of five. */
const WEIGHT = 1;

/**
 * People who do not exist, folded in as real ones are: each begins with one film, drawn by how many know it, and goes on
 * with what they are recommended or, every third time, with another that many know. So their vectors lie where those of
 * real people lie, and a model needs no ratings beside it to be measured.
 * @param exact an index that finds the best rows.
 */
export function imaginePeople(model: Foldable, exact: VectorIndex, count: number, seed = 1): Question[] {
  const random = new Random(seed);
  const { factors } = model;
  const foldIn = new FoldIn(model);
  const drawKnown = drawBy(model.foldIn.popularity, random);
  return Array.from({ length: count }, (_, i) => {
    const most = Math.min(RATED[i % RATED.length]!, Math.max(1, factors.rows >> 1));
    const ratings: WeightedRow[] = [];
    const rated = new RowSet(factors.rows);
    for (let step = 0; step < most; step++) {
      const query = foldIn.personOf(ratings);
      const offered = step % 3 === 0 ? null : exact.search(query, CHOICE, rated).rows;
      const row = offered && offered.length > 0 ? offered[random.integer(offered.length)]! : drawKnown();
      if (rated.has(row)) continue;
      rated.add(row);
      ratings.push({ row: itemRow(row), weight: WEIGHT });
    }
    return { query: foldIn.personOf(ratings), rated };
  });
}

/** Draws a row as often as its weight says. */
function drawBy(weights: Float32Array, random: Random): () => number {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i]!;
  return () => {
    const at = random.uniform() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
