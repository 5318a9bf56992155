import fc from 'fast-check';
import { determinant, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { quantizeSq8, type Sq8Table } from '../../shared/artifact/faissSq8.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { askFirst, LIST_LENGTH, type OnboardingOptions } from '../../trainer/onboarding.ts';
import { Random } from '../../trainer/random.ts';

function someFactors(rows: number, rank: number, seed: number) {
  const values = new Float64Array(rows * rank);
  new Random(seed).fillNormal(values);
  return quantizeSq8(values, rows, rank);
}

const seenOf = (rows: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => 0.9 / (1 + row));

/**
 * Walks down a list by its definition, with determinants: each must have the largest s^α · log(det(A + x xᵀ) / det A)
 * of those that are left. @returns by how much one of them falls short, at the worst.
 */
function shortfall(asked: readonly number[], factors: Sq8Table, seen: Float64Array, { seenExponent, certainty }: OnboardingOptions): number {
  const { rows, rank } = factors;
  const outer = (row: number): Matrix => {
    const x = new Float64Array(rank);
    decodeRow(factors, row, x);
    const column = Matrix.columnVector(x.map((value) => value / Math.hypot(...x)));
    return column.mmul(column.transpose());
  };
  let information = Matrix.eye(rank).mul(1 / certainty);
  let worst = 0;
  for (const [place, row] of asked.entries()) {
    const gain = (other: number): number => seen[other]! ** seenExponent * Math.log(determinant(Matrix.add(information, outer(other))) / determinant(information));
    const left = Array.from({ length: rows }, (_, other) => other).filter((other) => !asked.slice(0, place).includes(other));
    worst = Math.max(worst, ...left.map((other) => gain(other) - gain(row)));
    information = Matrix.add(information, outer(row).mul(seen[row]!));
  }
  return worst;
}

describe('askFirst', () => {
  test('takes, one at a time, what tells most of what people may have seen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), fc.nat(1000), fc.constantFrom(0, 0.25, 1), fc.constantFrom(0.1, 1, 20), (rows, rank, seed, seenExponent, certainty) => {
        const options = { seenExponent, certainty };
        const factors = someFactors(rows, rank, seed);
        const asked = askFirst(factors, seenOf(rows), options);
        expect([...asked].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
        expect(shortfall(asked, factors, seenOf(rows), options)).toBeLessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test('asks about each item once, and stops where nobody would go on', () => {
    const asked = askFirst(someFactors(700, 8, 1), seenOf(700));
    expect(asked).toHaveLength(LIST_LENGTH);
    expect(new Set(asked).size).toBe(LIST_LENGTH);
  });

  test('what only repeats another waits until the rest has been asked', () => {
    // Rows 0 and 1 point the same way, row 2 does not, and is less known.
    const factors = quantizeSq8([1, 0, 1, 0, 0, 1], 3, 2);
    expect(askFirst(factors, [0.5, 0.5, 0.4], { seenExponent: 1, certainty: 10 })).toEqual([0, 2, 1]);
  });
});
