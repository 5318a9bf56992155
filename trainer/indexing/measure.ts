import type { VectorIndex } from '../../shared/engine/vectorIndex.ts';
import type { Question } from './people.ts';

/** How good and how fast a search is. */
export interface Measured {
  /** Part of the k best that it finds, over all questions. */
  readonly recall: number;
  readonly medianMicros: number;
  readonly p99Micros: number;
}

const WARM_UP = 50;
/** Each question is asked so often, and its quickest answer counts: what else the machine does in between does not. */
const TIMES = 3;

/** The k best rows of each question. */
export const answersOf = (index: VectorIndex, questions: readonly Question[], k: number): Uint32Array[] => questions.map(({ query, rated }) => index.search(query, k, rated).rows);

/** @param truth what answersOf says of an exact index. */
export function measure(index: VectorIndex, questions: readonly Question[], truth: readonly Uint32Array[], k: number): Measured {
  for (const { query, rated } of questions.slice(0, WARM_UP)) index.search(query, k, rated);
  const micros: number[] = [];
  let found = 0;
  let best = 0;
  for (const [i, { query, rated }] of questions.entries()) {
    let quickest = Infinity;
    let rows: Uint32Array = new Uint32Array();
    for (let time = 0; time < TIMES; time++) {
      const begun = performance.now();
      rows = index.search(query, k, rated).rows;
      quickest = Math.min(quickest, performance.now() - begun);
    }
    micros.push(1000 * quickest);
    const wanted = new Set(truth[i]);
    found += rows.reduce((sum, row) => sum + (wanted.has(row) ? 1 : 0), 0);
    best += wanted.size;
  }
  micros.sort((a, b) => a - b);
  const at = (share: number): number => micros[Math.floor(share * (micros.length - 1))]!;
  return { recall: best === 0 ? 1 : found / best, medianMicros: at(0.5), p99Micros: at(0.99) };
}
