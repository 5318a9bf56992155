import { cpus } from 'node:os';
import type { Recommender } from '../../shared/engine/recommender.ts';
import type { Rating } from '../../shared/query.ts';
import { Random } from '../random.ts';

/** How long answers take here and now, on one thread. */
export interface Latency {
  /** Of each question, in µs, ascending. */
  readonly micros: readonly number[];
  readonly engine: string;
  readonly processor: string;
  readonly rated: number;
}

const WARM_UP = 300;
const QUESTIONS = 2000;
const RATED = 20;

/** Asks for ten, for people who rated twenty films each: fold-in, search and exact re-ranking, without transport. */
export function measureLatency(recommender: Recommender): Latency {
  const { catalog, manifest } = recommender.model;
  const random = new Random(1);
  const person = (): Rating[] => Array.from({ length: RATED }, () => ({ item: catalog.items[random.integer(catalog.items.length)]!.id, rating: manifest.ratingScale.max }));
  const micros: number[] = [];
  for (let i = 0; i < WARM_UP + QUESTIONS; i++) {
    const { computeMs } = recommender.recommend({ ratings: person(), expect: false });
    if (i >= WARM_UP) micros.push(1000 * computeMs);
  }
  return { micros: micros.sort((a, b) => a - b), engine: recommender.index.engine, processor: cpus()[0]?.model ?? 'an unknown processor', rated: RATED };
}

/** @param part 0 to 1. @param sorted ascending. */
export const quantile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
