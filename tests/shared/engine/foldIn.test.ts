import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import { MODEL_KINDS, type ModelKind } from '../../../shared/artifact/manifest.ts';
import { FoldIn, type WeightedRow } from '../../../shared/engine/foldIn.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { itemRow } from '../../../shared/ids.ts';
import { memorySource, tinyModel } from '../../support/tinyModel.ts';

const ROWS = 40;
const RANK = 6;
const models = Object.fromEntries(await Promise.all(MODEL_KINDS.map(async (kind) => [kind, await loadModel(memorySource(await tinyModel({ kind, rank: RANK })))]))) as Record<ModelKind, Model>;

const people = fc
  .uniqueArray(fc.record({ row: fc.nat(ROWS - 1), weight: fc.integer({ min: 1, max: 10 }).map((eighth) => eighth / 8) }), { selector: ({ row }) => row, maxLength: ROWS, size: 'max' })
  .map((list): WeightedRow[] => list.map(({ row, weight }) => ({ row: itemRow(row), weight })));

/** Factors as doubles. */
function vectorsOf({ factors }: Model): Matrix {
  const rows = Array.from({ length: factors.rows }, (_, row) => {
    const vector = new Float64Array(factors.rank);
    decodeRow(factors, row, vector);
    return Array.from(vector);
  });
  return new Matrix(rows);
}

/** The definition, with dense matrices. */
function ridgeByHand(model: Model, person: readonly WeightedRow[]): number[] {
  const { model: p } = model.manifest;
  if (p.kind !== 'ials') throw new Error('no ridge');
  const all = vectorsOf(model);
  const weights = new Array<number>(ROWS).fill(0);
  for (const { row, weight } of person) weights[row] = weight;
  const weighted = all.transpose().mmul(Matrix.diag(weights));
  const sum = weights.reduce((a, b) => a + b, 0);
  const system = all
    .transpose()
    .mmul(all)
    .mul(p.unobservedWeight)
    .add(weighted.mmul(all))
    .add(Matrix.eye(RANK).mul(p.regularization * (sum + p.unobservedWeight * ROWS) ** p.frequencyExponent));
  return solve(system, weighted.mmul(Matrix.ones(ROWS, 1))).to1DArray();
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, d) => sum + value * b[d]!, 0);

describe.each(MODEL_KINDS)('the fold-in of %s', (kind) => {
  const model = models[kind];
  const foldIn = new FoldIn(model);
  const vectors = vectorsOf(model);

  test('gives the same bits for the same ratings in any order', () => {
    fc.assert(
      fc.property(people, (person) => {
        expect(foldIn.personOf(person.toReversed())).toEqual(foldIn.personOf(person));
      }),
    );
  });

  test('of nobody is somebody: the average person', () => {
    expect(foldIn.personOf([]).some((value) => value !== 0)).toBe(true);
  });

  test('has contributions that add up to the score, less what is not of the ratings', () => {
    fc.assert(
      fc.property(people.filter(({ length }) => length > 0), fc.nat(ROWS - 1), (person, item) => {
        const parts = foldIn.contributionsOf(person)(itemRow(item));
        expect(parts).toHaveLength(person.length);
        const score = dot(foldIn.personOf(person), vectors.getRow(item));
        // Weights of 0 leave of a sum what is not of the ratings; of a ridge there is nothing else.
        const rest = kind === 'ials' ? 0 : dot(foldIn.personOf(person.map(({ row }) => ({ row, weight: 0 }))), vectors.getRow(item));
        expect(Math.abs(parts.reduce((sum, part) => sum + part, rest) - score)).toBeLessThan(1e-5 * (1 + Math.abs(score)));
      }),
    );
  });
});

describe('the ridge', () => {
  const foldIn = new FoldIn(models.ials);

  test('is the solution of its equations', () => {
    fc.assert(
      fc.property(people.filter(({ length }) => length > 0), (person) => {
        const byHand = ridgeByHand(models.ials, person);
        const size = Math.hypot(...byHand);
        foldIn.personOf(person).forEach((value, d) => expect(Math.abs(value - byHand[d]!)).toBeLessThan(2e-6 * size));
      }),
    );
  });

  test('is linear in what the rated items say: each contribution is that of a right-hand side of its own', () => {
    const person = [3, 17, 39].map((row, i) => ({ row: itemRow(row), weight: 0.5 + i / 4 }));
    const parts = foldIn.contributionsOf(person)(itemRow(8));
    const without = foldIn.personOf(person.slice(1));
    // Without a rating the equations are others, so its share is not the difference of the scores.
    expect(Math.abs(dot(foldIn.personOf(person), vectorsOf(models.ials).getRow(8)) - dot(without, vectorsOf(models.ials).getRow(8)) - parts[0]!)).toBeGreaterThan(1e-4);
  });

  test('of other exponents is what the definition says, too', () => {
    for (const frequencyExponent of [0, 1, 1.3]) {
      const { manifest } = models.ials;
      const changed: Model = { ...models.ials, manifest: { ...manifest, model: { ...manifest.model, frequencyExponent } as typeof manifest.model } };
      const person = [0, 5, 21].map((row) => ({ row: itemRow(row), weight: 1.25 }));
      new FoldIn(changed).personOf(person).forEach((value, d) => expect(value).toBeCloseTo(ridgeByHand(changed, person)[d]!, 5));
    }
  });

  test('without a solution is refused when the model is opened', () => {
    const { foldIn: table } = models.ials;
    if (!('gram' in table)) throw new Error('a fold-in of sums');
    const broken: Model = { ...models.ials, foldIn: { ...table, gram: table.gram.map((value) => -value) } };
    expect(() => new FoldIn(broken)).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  });
});

test('a fold-in file of another kind than the model is refused', () => {
  for (const [kind, other] of [['ials', 'ssvd'], ['puresvd', 'ials']] as const) {
    expect(() => new FoldIn({ ...models[kind], foldIn: models[other].foldIn })).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  }
});
