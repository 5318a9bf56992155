import { describe, expect, it } from 'vitest';
import { Random, xoshiro128 } from '../../trainer/random.ts';

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

/** The k-th moment about zero. */
const moment = (values: ArrayLike<number>, k: number): number => Array.from(values).reduce((sum, value) => sum + value ** k, 0) / values.length;

describe('xoshiro128', () => {
  it('gives the words of the reference implementation, version 1.1', () => {
    const state = Uint32Array.of(1, 2, 3, 4);
    const reference = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804];
    expect(draw(10, () => xoshiro128(state))).toEqual(reference);
  });
});

describe('Random', () => {
  it('repeats itself for a seed, and for no other', () => {
    const first = (seed: number): number[] => {
      const random = new Random(seed);
      return [random.uniform(), random.normal(), random.integer(1000), random.normal(), random.uniform()];
    };
    expect(first(7)).toEqual(first(7));
    expect(new Set([0, 1, 2, -1, 2 ** 31].map((seed) => first(seed)[0])).size).toBe(5);
  });

  it('keeps its values: a change would silently change every model and sample', () => {
    const random = new Random(1);
    expect(draw(3, () => random.uniform())).toEqual([0.09156953175513294, 0.8881928137485323, 0.43427017709149285]);
  });

  it.each([Number.NaN, 0.5, Infinity])('refuses the seed %s', (seed) => {
    expect(() => new Random(seed)).toThrow(RangeError);
  });

  it('draws uniform numbers from [0, 1) with the moments of that distribution', () => {
    const random = new Random(2);
    const values = draw(50_000, () => random.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(moment(values, 1)).toBeCloseTo(1 / 2, 2);
    expect(moment(values, 2)).toBeCloseTo(1 / 3, 2);
  });

  it('draws every integer below the limit about equally often', () => {
    const random = new Random(3);
    const counts = new Uint32Array(7);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400); // four standard deviations
    expect(random.integer(1)).toBe(0);
    expect(draw(1000, () => random.integer(2 ** 32)).some((value) => value >= 2 ** 31)).toBe(true);
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('refuses integers below %s', (below) => {
    expect(() => new Random(1).integer(below)).toThrow(RangeError);
  });

  it('fills with normal numbers: mean 0, variance 1, no skew, a kurtosis of 3', () => {
    const values = new Float64Array(100_000);
    new Random(4).fillNormal(values);
    expect(Math.abs(moment(values, 1))).toBeLessThan(0.015);
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(values, 3))).toBeLessThan(0.05);
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(0.15);
  });

  it('fills an array of odd length with what normal() gives', () => {
    const filled = new Float64Array(5);
    new Random(5).fillNormal(filled);
    const random = new Random(5);
    expect([...filled]).toEqual(draw(5, () => random.normal()));
  });
});
