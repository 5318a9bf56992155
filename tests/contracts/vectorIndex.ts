import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactorTable } from '../../shared/artifact/factorTable.ts';
import type { FlatTable } from '../../shared/artifact/faissFlat.ts';
import { type HalfTable, toHalves } from '../../shared/artifact/faissFp16.ts';
import type { Sq8Table } from '../../shared/artifact/faissSq8.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import { decodeRow, scoreRow, toCodeQuery } from '../../shared/engine/scoring.ts';
import { MAX_K, type VectorIndex } from '../../shared/engine/vectorIndex.ts';
import { Random } from '../../trainer/random.ts';

/** What every VectorIndex does, to the bit. */
export function describeVectorIndex(name: string, open: (table: FactorTable) => Promise<VectorIndex>): void {
  describe(`VectorIndex: ${name}`, () => {
    describe.each([
      ['8-bit codes', tableOf],
      ['16-bit floats', halvesOf],
      ['32-bit floats', flatOf],
    ])('finds what a person works out, of %s', (_, tableOf) => {
      const index = () => open(tableOf([[1, 0, 7], [0, 2, 7], [3, 3, 7], [3, 0, 7], [0, 0, 9]]));

      test('the largest inner products, best first', async () => {
        expect(found((await index()).search(Float32Array.of(2, 1, 0), 2))).toEqual([[2, 9], [3, 6]]);
      });
      test('ties go to the lower row', async () => {
        expect(found((await index()).search(Float32Array.of(1, 0, 0), 3))).toEqual([[2, 3], [3, 3], [0, 1]]);
      });
      test('negative scores are scores', async () => {
        expect(found((await index()).search(Float32Array.of(-1, -1, -1), 2))).toEqual([[0, -8], [1, -9]]);
      });
      test('a query of zeros ties everything', async () => {
        expect(found((await index()).search(new Float32Array(3), 3))).toEqual([[0, 0], [1, 0], [2, 0]]);
      });
      test('all rows, where k asks for more', async () => {
        expect(found((await index()).search(Float32Array.of(0, 0, 1), MAX_K))).toEqual([[4, 9], [0, 7], [1, 7], [2, 7], [3, 7]]);
      });
      test('excluded rows make room for the next', async () => {
        const five = await index();
        expect(found(five.search(Float32Array.of(2, 1, 0), 2, RowSet.of(5, [2])))).toEqual([[3, 6], [0, 2]]);
        expect(found(five.search(Float32Array.of(2, 1, 0), 2, RowSet.of(5, [0, 1, 2, 3, 4])))).toEqual([]);
      });
      test('a bonus counts, of the first rows as of all', async () => {
        const five = await index();
        expect(found(five.search(Float32Array.of(2, 1, 0), 3, undefined, Float64Array.of(7.5)))).toEqual([[0, 9.5], [2, 9], [3, 6]]);
        expect(found(five.search(Float32Array.of(2, 1, 0), 2, undefined, Float64Array.of(0, 0, -9, 0, 6.25)))).toEqual([[4, 6.25], [3, 6]]);
        expect(found(five.search(Float32Array.of(2, 1, 0), 2, RowSet.of(5, [0]), Float64Array.of(99, 4)))).toEqual([[2, 9], [1, 6]]);
        expect(found(five.search(Float32Array.of(2, 1, 0), 2, undefined, new Float64Array(0)))).toEqual([[2, 9], [3, 6]]);
      });
      test('a bonus alone ranks, where the query is zeros', async () => {
        const five = await index();
        expect(found(five.search(new Float32Array(3), 3, undefined, Float64Array.of(-1, 5e-324, 2)))).toEqual([[2, 2], [1, 5e-324], [3, 0]]);
        expect(found(five.search(new Float32Array(3), 2, undefined, Float64Array.of(0, 5e-324, 1e-323)))).toEqual([[2, 1e-323], [1, 5e-324]]);
        expect(found(five.search(new Float32Array(3), 2, undefined, Float64Array.of(1e308, -1e308, 1.1e308)))).toEqual([[2, 1.1e308], [0, 1e308]]);
      });
      test('a bonus is gone with its question', async () => {
        const five = await index();
        five.search(Float32Array.of(2, 1, 0), 2, undefined, Float64Array.of(100, 100, 100, 100, 100));
        expect(found(five.search(Float32Array.of(2, 1, 0), 2))).toEqual([[2, 9], [3, 6]]);
      });
      test('nothing in an empty index', async () => {
        const empty = await open(firstRows(tableOf([[1, 2]]), 0));
        expect(found(empty.search(Float32Array.of(1, 1), 5))).toEqual([]);
        expect(found(empty.search(Float32Array.of(1, 1), 5, new RowSet(0), new Float64Array(0)))).toEqual([]);
      });
    });

    describe('finds what the file means', () => {
      test('min and range count as Faiss counts them: a code stands for the middle of its step', async () => {
        const index = await open({ rows: 2, rank: 1, min: Float32Array.of(-1), range: Float32Array.of(2), codes: Uint8Array.of(0, 255) });
        const { rows, scores } = index.search(Float32Array.of(3), 2);
        expect([...rows]).toEqual([1, 0]);
        expect(scores[0]).toBeCloseTo(3 * (-1 + (255.5 / 255) * 2), 12);
        expect(scores[1]).toBeCloseTo(3 * (-1 + (0.5 / 255) * 2), 12);
      });
    });

    test('what 8 bits do not tell apart, floats do', async () => {
      // A span of 2,000,001 in steps of 7,812: of the last hundred rows the best is one by a millionth.
      const values = Float32Array.from({ length: 500 }, (_, row) => (row === 0 ? -1e6 : row < 400 ? 0 : 1e6 + ((row * 37) % 100) / 8));
      const index = await open({ rows: 500, rank: 1, values });
      const { rows, scores } = index.search(Float32Array.of(1), 3);
      expect([...rows].map((row) => (row * 37) % 100)).toEqual([99, 98, 97]);
      expect([...scores]).toEqual([1e6 + 99 / 8, 1e6 + 98 / 8, 1e6 + 97 / 8]);
    });

    test('floats at the end of their range', async () => {
      const index = await open({ rows: 3, rank: 2, values: Float32Array.of(3e38, -3e38, -3e38, 3e38, 1e-45, 0) });
      expect([...index.search(Float32Array.of(3e38, -3e38), 3).rows]).toEqual([0, 2, 1]);
    });

    test('small terms count, however many of them a coarse query would round away', async () => {
      // At 16 bits of the first, 0.49 is 0: seen so, 7000 · 1 beats it. But 62 · 0.49 · 255 = 7747.
      const query = new Float32Array(64).fill(0.49).fill(32_767, 0, 1).fill(7000, 1, 2);
      const usual = Array.from({ length: 64 }, (_, d) => (d === 1 ? 1 : 0));
      const best = Array.from({ length: 64 }, (_, d) => (d > 1 ? 255 : 0));
      const index = await open(tableOf(Array.from({ length: 1000 }, (_, row) => (row === 700 ? best : usual))));
      expect([...index.search(query, 3).rows]).toEqual([700, 0, 1]);
    });

    test('sums do not overflow, however many dimensions there are', async () => {
      const rank = 3000;
      const index = await open(tableOf(Array.from({ length: 256 }, (_, row) => new Array<number>(rank).fill(row))));
      expect(found(index.search(new Float32Array(rank).fill(1), 2))).toEqual([[255, 255 * rank], [254, 254 * rank]]);
      expect(found(index.search(new Float32Array(rank).fill(-1), 2))).toEqual([[0, 0], [1, -rank]]);
    });

    describe('equals sorting all scores and taking the first k', () => {
      const property = (rows: fc.Arbitrary<number>, runs: number) =>
        fc.assert(
          fc.asyncProperty(question(rows), async (asked) => {
            const { table, query, k, excluded, bonus } = ask(asked);
            const index = await open(table);
            expectBest(index, table, query, k, excluded, bonus);
            expectBest(index, table, query.map((value) => -value), k); // nothing is left behind by the first search
          }),
          { numRuns: runs },
        );

      test('small tables', () => property(fc.integer({ min: 0, max: 300 }), 400));
      test('tables of thousands', () => property(fc.integer({ min: 1000, max: 6000 }), 60));
    });

    test('an answer stays as it was when the next question is asked', async () => {
      const index = await open(tableOf([[1, 2], [3, 4], [5, 0]]));
      const first = index.search(Float32Array.of(1, 0), 2);
      const kept = found(first);
      index.search(Float32Array.of(0, 1), 2);
      expect(found(first)).toEqual(kept);
      expect(first.scores.buffer.byteLength).toBe(first.scores.byteLength); // a view of a larger memory would be cloned whole
    });

    test('two indexes do not mix', async () => {
      const ones = await open(tableOf([[1], [1], [1]]));
      const twos = await open(tableOf([[2], [4]]));
      expect(found(ones.search(Float32Array.of(1), 1))).toEqual([[0, 1]]);
      expect(found(twos.search(Float32Array.of(1), 1))).toEqual([[1, 4]]);
      expect([ones.rows, ones.rank, twos.rows, twos.rank]).toEqual([3, 1, 2, 1]);
    });

    describe('refuses a question that is none', () => {
      const good = Float32Array.of(1, 2);
      const cases: [string, Float32Array, number, (RowSet | undefined)?, Float64Array?][] = [
        ['a query that is too short', Float32Array.of(1), 1],
        ['a query that is too long', Float32Array.of(1, 2, 3), 1],
        ['NaN in the query', Float32Array.of(1, NaN), 1],
        ['infinity in the query', Float32Array.of(-Infinity, 1), 1],
        ['k of 0', good, 0],
        ['a negative k', good, -1],
        ['k beyond the most', good, MAX_K + 1],
        ['k between two numbers', good, 1.5],
        ['k that is no number', good, NaN],
        ['an excluded set of another index', good, 1, new RowSet(4)],
        ['a bonus for more rows than there are', good, 1, undefined, new Float64Array(4)],
        ['NaN in the bonus', good, 1, undefined, Float64Array.of(0, NaN)],
        ['infinity in the bonus', good, 1, undefined, Float64Array.of(0, 1, Infinity)],
        ['a bonus that would rule a row out', good, 1, undefined, Float64Array.of(-Infinity)],
      ];
      test.each(cases)('%s', async (_, query, k, excluded, bonus) => {
        const index = await open(tableOf([[1, 2], [3, 4], [5, 0]]));
        expect(() => index.search(query, k, excluded, bonus)).toThrow(expect.objectContaining({ code: 'BAD_QUERY' }));
        expect(found(index.search(good, 1))).toEqual([[1, 11]]); // and still works
      });
    });
  });
}

/** Entries as they are. */
export function flatOf(entries: number[][]): FlatTable {
  return { rows: entries.length, rank: entries[0]!.length, values: Float32Array.from(entries.flat()) };
}

export function halvesOf(entries: number[][]): HalfTable {
  return toHalves(entries.flat(), entries.length, entries[0]!.length);
}

function firstRows(table: FactorTable, rows: number): FactorTable {
  const end = rows * table.rank;
  if ('codes' in table) return { ...table, rows, codes: table.codes.subarray(0, end) };
  return 'halves' in table ? { ...table, rows, halves: table.halves.subarray(0, end) } : { ...table, rows, values: table.values.subarray(0, end) };
}

/** A table whose entries are its codes: min −½ and range 255 make a step 1 and its middle whole. */
export function tableOf(codes: number[][]): Sq8Table {
  const rank = codes[0]!.length;
  return { rows: codes.length, rank, min: new Float32Array(rank).fill(-0.5), range: new Float32Array(rank).fill(255), codes: Uint8Array.from(codes.flat()) };
}

function found({ rows, scores }: ReturnType<VectorIndex['search']>): number[][] {
  return Array.from(rows, (row, i) => [row, scores[i]!]);
}

/** Holds a search to the definition: rows and scores, every bit of them. */
export function expectBest(index: VectorIndex, table: FactorTable, query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): void {
  const codeQuery = toCodeQuery(table, query);
  const scores = Float64Array.from({ length: table.rows }, (_, row) => scoreRow(table, codeQuery, row));
  bonus?.forEach((value, row) => (scores[row]! += value));
  const best = Uint32Array.from(scores.keys())
    .filter((row) => !excluded?.has(row))
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, k);
  const hits = index.search(query, k, excluded, bonus);
  expect(hits.rows).toEqual(best);
  expect(new BigUint64Array(hits.scores.buffer)).toEqual(new BigUint64Array(Float64Array.from(best, (row) => scores[row]!).buffer));
}

const CODES = ['any', 'few values', 'few rows', 'all equal', 'one step apart', 'small norms last', 'norms far apart', 'extremes'] as const;
const RANGES = ['alike', 'decaying', 'some zero', 'all zero', 'far from zero'] as const;
const QUERIES = ['normal', 'positive', 'zero', 'one dimension', 'one dimension drowns the others'] as const;
const EXCLUDED = ['none', 'few', 'most', 'the best', 'all'] as const;
const BONUSES = ['none', 'like scores', 'sparse', 'tiny', 'huge', 'one drowns the others', 'negative', 'equal', 'evens out the scores', 'beyond floats'] as const;
const BONUS_LENGTHS = ['all', 'all but one', 'a tenth', 'one', 'nothing'] as const;

const STORES = ['8-bit codes', '16-bit floats', '32-bit floats'] as const;

interface Question {
  readonly seed: number;
  readonly rows: number;
  readonly rank: number;
  readonly k: number;
  readonly scale: number;
  readonly store: (typeof STORES)[number];
  readonly codes: (typeof CODES)[number];
  readonly ranges: (typeof RANGES)[number];
  readonly query: (typeof QUERIES)[number];
  readonly excluded: (typeof EXCLUDED)[number];
  readonly bonus: (typeof BONUSES)[number];
  readonly bonusLength: (typeof BONUS_LENGTHS)[number];
}

/** Questions of few words, so that a failing one shrinks to something a person can read. */
function question(rows: fc.Arbitrary<number>): fc.Arbitrary<Question> {
  return fc.record({
    seed: fc.nat(),
    rows,
    rank: fc.constantFrom(1, 3, 16, 17, 64, 65, 128, 192, 200),
    k: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: MAX_K })),
    scale: fc.constantFrom(1, 1e-30, 1e30),
    store: fc.constantFrom(...STORES),
    codes: fc.constantFrom(...CODES),
    ranges: fc.constantFrom(...RANGES),
    query: fc.constantFrom(...QUERIES),
    excluded: fc.constantFrom(...EXCLUDED),
    bonus: fc.constantFrom(...BONUSES),
    bonusLength: fc.constantFrom(...BONUS_LENGTHS),
  });
}

/** The table, query, excluded rows and bonus that a question names. */
export function ask(question: Question): { table: FactorTable; query: Float32Array; k: number; excluded?: RowSet; bonus?: Float64Array } {
  const { seed, rows, rank, k, scale } = question;
  const random = new Random(seed);
  const normal = () => random.normal();
  const byte = () => random.integer(256);

  const fewRows = Array.from({ length: 5 }, () => Array.from({ length: rank }, byte));
  let same = fewRows[0]!;
  let changed = 0;
  let length = 1;
  const code = {
    any: byte,
    'few values': () => 127 + random.integer(3),
    'few rows': (_row: number, d: number) => same[d]!,
    'all equal': (_row: number, d: number) => fewRows[0]![d]!,
    'one step apart': (_row: number, d: number) => fewRows[0]![d]! + (d === changed ? random.integer(3) - 1 : 0),
    'norms far apart': () => 128 + 40 * normal() * length,
    'small norms last': (row: number) => 128 + 40 * normal() * (1 - row / rows),
    extremes: () => (random.uniform() < 0.5 ? 0 : 255),
  }[question.codes];
  const codes = new Uint8Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    same = fewRows[random.integer(5)]!;
    changed = random.integer(rank);
    length = 0.001 ** random.uniform();
    for (let d = 0; d < rank; d++) codes[row * rank + d] = code(row, d);
  }

  const range = Float32Array.from({ length: rank }, (_, d) => ({
    alike: () => 1 + random.uniform(),
    decaying: () => 1 / (1 + d) ** 2,
    'some zero': () => (random.uniform() < 0.3 ? 0 : random.uniform()),
    'all zero': () => 0,
    'far from zero': () => 1e-4 * random.uniform(),
  })[question.ranges]());
  const offset = question.ranges === 'far from zero' ? 10 ** (6 + 9 * random.uniform()) : 0; // so far that doubles run out of digits
  const min = range.map((value) => offset - value * random.uniform());

  const alone = random.integer(rank);
  const query = Float32Array.from({ length: rank }, (_, d) => scale * {
    normal,
    positive: () => Math.abs(normal()),
    zero: () => 0,
    'one dimension': () => (d === alone ? normal() : 0),
    'one dimension drowns the others': () => normal() * (d === alone ? 1 : 1e-6),
  }[question.query]());
  const table = stored({ rows, rank, min, range, codes }, question.store, random);

  const codeQuery = toCodeQuery(table, query);
  const some = Array.from({ length: 8 }, () => (rows === 0 ? 0 : scoreRow(table, codeQuery, random.integer(rows))));
  const middle = some.reduce((sum, score) => sum + score, 0) / some.length;
  const span = Math.max(...some) - Math.min(...some); // about how far scores lie apart
  const bonusLength = { all: rows, 'all but one': Math.max(0, rows - 1), 'a tenth': Math.ceil(rows / 10), one: Math.min(1, rows), nothing: 0 }[question.bonusLength];
  const bonus = Float64Array.from({ length: question.bonus === 'none' ? 0 : bonusLength }, (_, row) => ({
    none: () => 0,
    'like scores': () => span * normal(),
    sparse: () => (random.uniform() < 0.02 ? span * random.uniform() : 0),
    tiny: () => 1e-15 * span * normal(),
    huge: () => 1e9 * span * normal(),
    'one drowns the others': () => (row === 0 ? 1e7 : 1e-3) * span * normal(),
    negative: () => -span * random.uniform(),
    equal: () => span,
    'evens out the scores': () => -scoreRow(table, codeQuery, row),
    'beyond floats': () => 1.7e308 * (2 * random.uniform() - 1),
  })[question.bonus]());
  const asked = { table, query, k, ...(question.bonus !== 'none' && { bonus }) };

  if (question.excluded === 'none') return asked;
  const excluded = new RowSet(rows);
  for (let row = 0; row < rows; row++) {
    const out = {
      few: () => random.uniform() < 0.02,
      most: () => random.uniform() < 0.97,
      'the best': () => scoreRow(table, codeQuery, row) > middle,
      all: () => true,
    }[question.excluded]();
    if (out) excluded.add(row);
  }
  return { ...asked, excluded };
}

/** The same rows as another store has them; in floats, entries lie anywhere in their steps. */
function stored(table: Sq8Table, store: Question['store'], random: Random): FactorTable {
  if (store === '8-bit codes') return table;
  const { rows, rank, range } = table;
  const entries = new Float64Array(rank);
  const values = new Float32Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    decodeRow(table, row, entries);
    for (let d = 0; d < rank; d++) values[row * rank + d] = entries[d]! + ((random.uniform() - 0.5) * range[d]!) / 255;
  }
  return store === '32-bit floats' ? { rows, rank, values } : toHalves(values.map((value) => Math.max(-60_000, Math.min(60_000, value))), rows, rank);
}
