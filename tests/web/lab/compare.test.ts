import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compare, contestant, quantile, recallOf, type Contestant } from '../../../web/lab/compare.ts';

const queries = Array.from({ length: 20 }, (_, i) => Float32Array.of(i));
const truth = queries.map((_, i) => [i, i + 1]);

let clock = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => clock));
afterEach(() => void vi.restoreAllMocks());

/** Finds the truth, or as much of it as it is told to, in so many microseconds; and notes when it was asked how much. */
function fake(name: string, micros: number, log: string[], found = truth): Contestant {
  return {
    name,
    async turn(asked) {
      log.push(`${name} ${asked.length}`);
      clock += (asked.length * micros) / 1000;
      return { micros: asked.map((_, i) => micros + i / 1000), rows: found.slice(0, asked.length) };
    },
  };
}

describe('compare', () => {
  test('asks in turn, a slow one less, and counts what comes after the warm-up', async () => {
    const log: string[] = [];
    const rounds: string[] = [];
    const [fast, slow] = await compare(
      [fake('fast', 10, log), fake('slow', 10_000, log, truth.map(([first]) => [first!, 99]))],
      queries,
      truth,
      { rounds: 2, warmUp: 1, roundMs: 50 },
      (done, total) => rounds.push(`${done}/${total}`),
    );
    expect(log).toEqual(['fast 20', 'slow 20', 'fast 20', 'slow 5', 'fast 20', 'slow 5']);
    expect(rounds).toEqual(['1/3', '2/3', '3/3']);
    expect(fast).toMatchObject({ name: 'fast', recall: 1, timesFirst: 1 });
    expect(fast!.micros).toHaveLength(40);
    expect(slow!.recall).toBe(0.5);
    expect(slow!.timesFirst).toBeCloseTo(1000, -1);
    expect(slow!.p99Micros).toBeGreaterThanOrEqual(slow!.medianMicros);
  });

  test('asks the slowest three queries at least, and all where there are fewer', async () => {
    const log: string[] = [];
    await compare([fake('slow', 1e9, log)], queries, truth, { rounds: 1, warmUp: 1, roundMs: 1 });
    await compare([fake('slow', 1e9, log)], queries.slice(0, 2), truth, { rounds: 1, warmUp: 1, roundMs: 1 });
    expect(log).toEqual(['slow 20', 'slow 3', 'slow 2', 'slow 2']);
  });
});

describe('contestant', () => {
  test('asks each query once where the clock is fine, and keeps what was found', async () => {
    let asked = 0;
    const { micros, rows } = await contestant('x', (query) => [asked++, query[0]!], 0).turn(queries);
    expect(asked).toBe(queries.length);
    expect(micros).toHaveLength(queries.length);
    expect(rows[7]).toEqual([7, 7]);
  });

  test('asks again until it is long against a coarse clock', async () => {
    let asked = 0;
    const { micros } = await contestant('x', async () => [(clock += 0.004), asked++], 0.01).turn(queries.slice(0, 2));
    expect(asked).toBeGreaterThan(40);
    expect(micros).toEqual([expect.closeTo(4), expect.closeTo(4)]);
  });
});

test('quantile takes a value that is there', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([5], 0.99)).toBe(5);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
});

test('recall is the mean share of what is true', () => {
  expect(recallOf([[1, 2], [9]], [[2, 1], [1, 2]])).toBe(0.5);
  expect(recallOf([[]], [[]])).toBe(1);
});
