import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import type { ModelParameters } from '../../../shared/artifact/manifest.ts';
import type { ResidualTable } from '../../../shared/artifact/residualFile.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import type { WeightedRow } from '../../../shared/engine/foldIn.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { residualBonus, residualContributions } from '../../../shared/engine/residual.ts';
import { itemRow } from '../../../shared/ids.ts';
import { residuals } from '../../support/residual.ts';
import { memorySource, tinyModel } from '../../support/tinyModel.ts';

const tiny = await loadModel(memorySource(await tinyModel()));
const parameters: ModelParameters = { ...tiny.manifest.model, residual: { perItem: 8, rows: 40, userExponent: 0, theta: 0, lambda: 1, weight: 1, fullFrom: 7 } };
const withParameters: Model = { ...tiny, manifest: { ...tiny.manifest, model: parameters } };
const people = fc
  .uniqueArray(fc.record({ row: fc.nat(39), rating: fc.integer({ min: 1, max: 10 }).map((half) => half / 2) }), { selector: ({ row }) => row, maxLength: 39, size: 'max' })
  .map((list) => list.map(({ row, rating }) => ({ row: itemRow(row), weight: rating / 4, rating: { item: tiny.catalog.items[row]!.id, rating } })));
const tables = fc.integer({ min: 1, max: 40 }).chain(residuals);

/** The formula, over a dense matrix: min(1, n / fullFrom)² · Σ_i w_i · R_ij. */
function byHand({ rows, offsets, targets, values, scale }: ResidualTable, person: readonly WeightedRow[], target: number): number {
  const trust = Math.min(1, person.length / 7) ** 2;
  let sum = 0;
  for (const { row, weight } of person) {
    if (row >= rows) continue;
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) if (targets[e] === target) sum += weight * values[e]! * scale[target]!;
  }
  return trust * sum;
}

describe('the residual', () => {
  test('adds to each row what its formula says, and the parts of the ratings add up to that', () => {
    fc.assert(
      fc.property(tables, people, (table, person) => {
        const bonus = residualBonus(table, parameters, person);
        expect(bonus).toHaveLength(table.rows);
        for (let row = 0; row < 40; row++) {
          expect(bonus[row] ?? 0).toBeCloseTo(byHand(table, person, row), 6);
          const parts = residualContributions(table, parameters, person, itemRow(row));
          expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(bonus[row] ?? 0, 6);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('does not depend on the order of the ratings, to the last bit', () => {
    fc.assert(
      fc.property(tables, people, (table, person) => {
        expect(residualBonus(table, parameters, person.toReversed())).toEqual(residualBonus(table, parameters, person));
      }),
    );
  });

  test('is in the scores and the order of what the Recommender answers, and in its reasons', () => {
    const answer = (model: Model, person: readonly { rating: { item: Model['catalog']['items'][0]['id']; rating: number } }[]) =>
      new Recommender(model, new ExactIndex(model.factors)).recommend({ ratings: person.map(({ rating }) => rating), k: 40, explain: true }).items;
    fc.assert(
      fc.property(tables, people, (residual, person) => {
        const without = new Map(answer(tiny, person).map((one) => [one.item.id, one]));
        const found = answer({ ...withParameters, residual }, person);
        expect(found).toHaveLength(without.size);
        found.forEach(({ item, score, because }, i) => {
          const before = without.get(item.id)!;
          expect(score).toBeCloseTo(before.score + byHand(residual, person, tiny.catalog.rowOf(item.id)!), 6);
          if (i > 0) expect(score).toBeLessThanOrEqual(found[i - 1]!.score);
          const parts = (reasons: typeof because, of: number): number => reasons!.reduce((sum, { share }) => sum + share * of, 0);
          expect(parts(because, score) - parts(before.because, before.score)).toBeCloseTo(score - before.score, 5);
        });
      }),
      { numRuns: 50 },
    );
  });
});
