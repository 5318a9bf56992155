import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FactorTable } from '../../../shared/artifact/factorTable.ts';
import { toHalves } from '../../../shared/artifact/faissFp16.ts';
import type { Sq8Table } from '../../../shared/artifact/faissSq8.ts';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import type { DatasetFacts, SvdParameters } from '../../../shared/artifact/manifest.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { residualBonus } from '../../../shared/engine/residual.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { dampingFactors } from '../../../shared/engine/sumRule.ts';
import { itemRow } from '../../../shared/ids.ts';
import { exportEncoder, exportOnnx, ONNX_INPUTS, ONNX_OUTPUTS } from '../../../shared/onnx/exportModel.ts';
import { ratingWeight } from '../../../shared/ratingWeight.ts';
import { openModel } from '../../../trainer/openModel.ts';
import { residualOf, residuals } from '../../support/residual.ts';
import { asSum, memorySource, tinyItems, tinyModel } from '../../support/tinyModel.ts';
import { findPythonWith, needs } from '../../support/tools.ts';

ort.env.wasm.numThreads = 1;

interface RatedRow {
  readonly row: number;
  readonly rating: number;
}

interface Found {
  readonly rows: readonly number[];
  readonly scores: readonly number[];
}

type Ask = (person: readonly RatedRow[], k?: number) => Promise<Found>;

const weigh = (model: Model, person: readonly RatedRow[]): number[] => person.map(({ rating }) => ratingWeight(model.manifest.ratingScale, rating));

/** The exported file, run by ONNX Runtime Web. */
async function openOnnx(model: Model): Promise<Ask> {
  const session = await ort.InferenceSession.create(exportOnnx(model));
  return async (person, k = 10) => {
    const { topRows, topScores } = await session.run({
      rows: new ort.Tensor('int64', BigInt64Array.from(person, ({ row }) => BigInt(row)), [person.length]),
      weights: new ort.Tensor('float32', Float32Array.from(weigh(model, person)), [person.length]),
      k: new ort.Tensor('int64', [BigInt(k)], [1]),
    });
    return { rows: Array.from(topRows!.data as BigInt64Array, Number), scores: Array.from(topScores!.data as Float32Array) };
  };
}

/** Our own answer. @param k beyond the rows: the whole order. */
function askRecommender(model: Model, person: readonly RatedRow[], k = 10): Found {
  const recommender = new Recommender(model, new ExactIndex(model.factors));
  const { items } = recommender.recommend({ ratings: person.map(({ row, rating }) => ({ item: model.catalog.items[row]!.id, rating })), k });
  return { rows: items.map(({ item }) => model.catalog.rowOf(item.id)!), scores: items.map(({ score }) => score) };
}

/** An upper bound of the absolute terms that a score adds up: rounding is relative to these, however they cancel out. */
function magnitude(model: Model, person: readonly RatedRow[], weights: readonly number[]): number {
  const { factors, foldIn, residual, manifest } = asSum(model);
  const damped = dampingFactors(foldIn, manifest.model, person.length);
  const decoded = new Float64Array(factors.rank);
  const priorWeight = manifest.model.priorWeight || (person.length > 0 ? 0 : 1);
  const sums = foldIn.prior.map((value) => priorWeight * Math.abs(value));
  person.forEach(({ row }, i) => {
    decodeRow(factors, row, decoded);
    decoded.forEach((value, d) => (sums[d]! += weights[i]! * foldIn.encoderScale[row]! * Math.abs(value)));
  });
  const largest = new Float64Array(factors.rank);
  for (let row = 0; row < factors.rows; row++) {
    decodeRow(factors, row, decoded);
    decoded.forEach((value, d) => (largest[d] = Math.max(largest[d]!, Math.abs(value))));
  }
  const sizes = residual && { ...residual, values: residual.values.map(Math.abs) };
  const bonus = sizes ? residualBonus(sizes, manifest.model, person.map(({ row }, i) => ({ row: itemRow(row), weight: weights[i]! }))) : [0];
  return Math.max(...bonus) + sums.reduce((sum, value, d) => sum + damped[d]! * value * largest[d]!, 0);
}

/** Expects an answer to be ours: the scores but for rounding in 32 bits, and the rows, but where that ties them. */
function expectOurs(model: Model, found: Found, person: readonly RatedRow[], k = 10): void {
  const all = askRecommender(model, person, 1000);
  const scoreOf = new Map(all.rows.map((row, i) => [row, all.scores[i]!]));
  const tolerance = 16 * 2 ** -24 * magnitude(model, person, weigh(model, person));
  expect(found.rows).toHaveLength(Math.min(k, all.rows.length));
  expect(new Set(found.rows).size).toBe(found.rows.length);
  for (const [i, row] of found.rows.entries()) {
    const ours = all.scores[i]!;
    expect(Math.abs(found.scores[i]! - ours), `score ${found.scores[i]} at ${i} instead of ${ours}`).toBeLessThanOrEqual(tolerance);
    if (row !== all.rows[i]) expect(Math.abs(scoreOf.get(row)! - ours), `row ${row} at ${i} instead of ${all.rows[i]}`).toBeLessThanOrEqual(tolerance);
  }
}

/** Distinct rows of a model with ratings of its scale. */
const people = ({ manifest }: Model, most: number): fc.Arbitrary<RatedRow[]> => {
  const { min, max } = manifest.ratingScale;
  const rated = fc.record({ row: fc.nat(manifest.counts.items - 1), rating: fc.integer({ min: 0, max: 9 }).map((ninth) => min + ((max - min) * ninth) / 9) });
  return fc.uniqueArray(rated, { selector: ({ row }) => row, maxLength: most, size: 'max' });
};

const tiny = await loadModel(memorySource(await tinyModel()));
const wide = await loadModel(memorySource(await tinyModel({ items: tinyItems(700), rank: 24, seed: 3 })));
const RESIDUAL = { perItem: 8, rows: 300, userExponent: 0, theta: 0, lambda: 1, weight: 1, fullFrom: 7 };
const changed = (model: Model, parameters: Partial<SvdParameters>): Model => ({ ...model, manifest: { ...model.manifest, model: { ...asSum(model).manifest.model, ...parameters } } });

const codesOf = ({ factors }: Model): Sq8Table => ('codes' in factors ? factors : expect.unreachable('a model of 8-bit codes'));

const reshaped = (model: Model, min: (value: number, d: number) => number, range: (value: number, d: number) => number): Model => {
  const factors = codesOf(model);
  return { ...model, factors: { ...factors, min: factors.min.map(min), range: factors.range.map(range) } };
};

const floats = (matrix: Float64Array, rows: number, rank: number): FactorTable => ({ rows, rank, values: Float32Array.from(matrix) });

describe('onnxruntime-web finds what the Recommender finds', () => {
  const models: [string, () => Promise<Model>, number][] = [
    ['the tiny model', () => Promise.resolve(tiny), 40],
    ['a wider one', () => Promise.resolve(wide), 200],
    ['the model of the embedded sample', () => openModel(inject('sampleModel')), 200],
    ['a model with a residual of some items', () => Promise.resolve({ ...changed(wide, { residual: RESIDUAL }), residual: fc.sample(residuals(300), { seed: 1, numRuns: 1 })[0]! }), 200],
    ['a model with a residual of all items', () => Promise.resolve({ ...tiny, residual: fc.sample(residuals(40), { seed: 1, numRuns: 1 })[0]! }), 40],
    ['a model with a residual of nothing', () => Promise.resolve({ ...tiny, residual: residualOf(40, [], new Float32Array(40)) }), 40],
    ['a model of 16-bit floats', async () => loadModel(memorySource(await tinyModel({ rank: 9, store: toHalves }))), 40],
    ['a model of 32-bit floats', async () => loadModel(memorySource(await tinyModel({ rank: 9, store: floats }))), 40],
    ['a PureSVD, which has no prior', async () => loadModel(memorySource(await tinyModel({ kind: 'puresvd', items: tinyItems(300) }))), 40],
    ['what is popular', async () => loadModel(memorySource(await tinyModel({ kind: 'popularity', rank: 1 }))), 40],
    ['a model without damping', () => Promise.resolve(changed(wide, { shrinkage: 0 })), 40],
    ['a model that damps nobody but the newest', () => Promise.resolve(changed(wide, { shrinkageEnd: 1 })), 40],
    ['a model without a prior', () => Promise.resolve(changed(tiny, { priorWeight: 0 })), 40],
    ['a model with dimensions of one value, and of nothing', () => Promise.resolve(reshaped(wide, (min, d) => (d % 6 === 0 ? 0 : min), (range, d) => (d % 3 === 0 ? 0 : range))), 40],
    ['a model with dimensions far from 0', () => Promise.resolve(reshaped(wide, (min, d) => (d % 3 === 0 ? min + 5 : min), (range) => range)), 40],
    ['a model on another scale', () => Promise.resolve({ ...tiny, manifest: { ...tiny.manifest, ratingScale: { min: 0, max: 100 } } }), 40],
  ];
  describe.each(models)('%s', (_, open, most) => {
    let model: Model;
    let ask: Ask;
    beforeAll(async () => {
      model = await open();
      ask = await openOnnx(model);
    });

    test('for random people', () =>
      fc.assert(
        fc.asyncProperty(people(model, most), async (person) => expectOurs(model, await ask(person), person)),
        { numRuns: most > 40 ? 150 : 60 },
      ));

    test('for each number of ratings while damping ends', async () => {
      for (let n = 0; n <= 30; n++) {
        const person = Array.from({ length: n }, (_, i) => ({ row: n - 1 - i, rating: model.manifest.ratingScale.max }));
        expectOurs(model, await ask(person), person);
      }
    });
  });

  test('whatever k is', async () => {
    const ask = await openOnnx(tiny);
    await fc.assert(
      fc.asyncProperty(people(tiny, 40), fc.integer({ min: 1, max: 60 }), async (person, k) => expectOurs(tiny, await ask(person, k), person, k)),
      { numRuns: 60 },
    );
    const everything = Array.from({ length: 40 }, (_, row) => ({ row, rating: 3 }));
    expect(await ask(everything)).toEqual({ rows: [], scores: [] });
    expect((await ask(everything.slice(1), 1000)).rows).toEqual([0]);
    expect((await ask([], 1000)).rows).toHaveLength(40);
  });

  test('of equal scores the lower row comes first', async () => {
    const factors = codesOf(tiny);
    const ask = await openOnnx({ ...tiny, factors: { ...factors, codes: new Uint8Array(factors.codes.length).fill(200) } });
    expect((await ask([{ row: 1, rating: 4 }, { row: 3, rating: 2 }], 5)).rows).toEqual([0, 2, 4, 5, 6]);
  });

  test('from one item only', async () => {
    const model = await loadModel(memorySource(await tinyModel({ items: tinyItems(1), rank: 1 })));
    const ask = await openOnnx(model);
    expectOurs(model, await ask([]), []);
    expect((await ask([{ row: 0, rating: 5 }])).rows).toEqual([]);
  });
});

describe('the file', () => {
  test('says what goes in and out', async () => {
    const session = await ort.InferenceSession.create(exportOnnx(tiny));
    const types = (metadata: readonly ort.InferenceSession.ValueMetadata[]) => Object.fromEntries(metadata.map((value) => [value.name, value.isTensor && { type: value.type, shape: value.shape }]));
    expect(types(session.inputMetadata)).toEqual(ONNX_INPUTS);
    expect(types(session.outputMetadata)).toEqual(ONNX_OUTPUTS);
  });

  test('is the same at every export', () => {
    expect(exportOnnx(wide)).toEqual(exportOnnx(wide));
  });

  test('takes a byte for an entry, four for the encoder, a few for the id', () => {
    const perItem = wide.factors.rank + 4 + 6;
    expect(exportOnnx(wide).byteLength).toBeLessThan(700 * perItem + 3000);
  });
});

const python = findPythonWith('onnx.reference');
const { skip, label } = needs('Python with onnx', python);
describe.skipIf(skip)(`the onnx package accepts the file${label}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'framerate-onnx-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const script = `
import json, sys, numpy, onnx, onnx.checker, onnx.reference, onnx.shape_inference
path, people = json.load(sys.stdin)
model = onnx.load(path)
onnx.checker.check_model(model, full_check=True)
inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
run = onnx.reference.ReferenceEvaluator(model).run
answers = []
for rows, weights, k in people:
    found = run(None, {"rows": numpy.array(rows, numpy.int64), "weights": numpy.array(weights, numpy.float32), "k": numpy.array([k], numpy.int64)})
    answers.append({"rows": found[0].tolist(), "scores": found[1].tolist()})
json.dump({
    "metadata": {entry.key: entry.value for entry in model.metadata_props},
    "doc": model.doc_string,
    "shapes": {value.name: [axis.dim_value or axis.dim_param for axis in value.type.tensor_type.shape.dim] for value in inferred.graph.value_info},
    "operators": sorted({node.op_type for node in model.graph.node}),
    "answers": answers,
}, sys.stdout)
`;

  test('checks it, infers its shapes, and its reference implementation finds the same', () => {
    const dataset: DatasetFacts = { name: 'Café', digest: 'none', licence: 'CC BY 4.0', attribution: 'By “everybody”.', url: 'https://example.org' };
    const model: Model = { ...wide, manifest: { ...wide.manifest, dataset } };
    const sampled = [[], ...fc.sample(people(model, 200), { numRuns: 30, seed: 1 })];
    const path = join(folder, 'model.onnx');
    writeFileSync(path, exportOnnx(model));
    const questions = sampled.map((person, i) => [person.map(({ row }) => row), weigh(model, person), i === 1 ? 1000 : 10]);
    const result = JSON.parse(execFileSync(python!, ['-c', script], { input: JSON.stringify([path, questions]), maxBuffer: 1e8, encoding: 'utf8' }));

    sampled.forEach((person, i) => expectOurs(model, result.answers[i], person, i === 1 ? 1000 : 10));
    expect(result.metadata).toMatchObject({
      model_id: model.manifest.modelId,
      model_name: 'tiny',
      dataset: 'Café',
      dataset_url: 'https://example.org',
      attribution: 'By “everybody”.',
      model_license: 'CC BY 4.0',
      rating_scale: '0.5 to 5',
      rating_weight: '0.25 * rating',
    });
    expect(JSON.parse(result.metadata.item_ids)).toEqual(model.catalog.items.map(({ id }) => id));
    expect(result.doc).toContain('700 items');
    expect(result.shapes).toMatchObject({ rated: [24, 'rated'], user: [24], items: [24, 700], openScores: [700] });
    expect(result.operators).toEqual(expect.arrayContaining(['Gather', 'MatMul', 'ScatterElements', 'TopK']));
  });
});

test('a model whose people are no sums is refused in a sentence', async () => {
  const ials = await loadModel(memorySource(await tinyModel({ kind: 'ials' })));
  for (const write of [exportOnnx, exportEncoder]) expect(() => write(ials)).toThrow(expect.objectContaining({ code: 'BAD_QUERY', message: expect.stringMatching(/iALS.*cannot be exported/) as string }));
});
