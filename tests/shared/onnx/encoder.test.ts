import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel, type Model } from '../../../shared/artifact/load.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { openRecommender, type Engines } from '../../../shared/engine/open.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { itemRow } from '../../../shared/ids.ts';
import { Encoder, ENCODER_INPUTS } from '../../../shared/onnx/encoder.ts';
import { exportEncoder } from '../../../shared/onnx/exportModel.ts';
import { Graph } from '../../../shared/onnx/graph.ts';
import { loadOnnx } from '../../../shared/onnx/load.ts';
import { encoder } from '../../../trainer/commands/encoder.ts';
import { engines, openModel } from '../../../trainer/openModel.ts';
import { readManifest } from '../../../trainer/publish.ts';
import { encoderFile, forgetfulEncoder } from '../../support/encoder.ts';
import { memorySource, tinyModel } from '../../support/tinyModel.ts';
import { writeFiles } from '../../support/writeFiles.ts';

const files = await tinyModel();
const model = await loadModel(memorySource(files));
const open = async (file: Uint8Array) => Encoder.open(file, await loadOnnx(), model.factors.rank);
const person = (n: number) => ({ ratings: Array.from({ length: n }, (_, i) => ({ item: model.catalog.items[(7 * i) % 40]!.id, rating: 0.5 + (i % 10) / 2 })), k: 10 });

describe('a model with an encoder', () => {
  test('that is the fold-in itself gives the ten films of the fold-in', async () => {
    const folded = new Recommender(model, new ExactIndex(model.factors));
    const encoded = new Recommender(model, new ExactIndex(model.factors), await open(exportEncoder(model)));
    for (const n of [1, 2, 5, 12, 30]) {
      const expected = folded.recommend(person(n)).items;
      const found = (await encoded.ask(person(n))).items;
      expect(found.map(({ item }) => item.id)).toEqual(expected.map(({ item }) => item.id));
      for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(expected[i]!.score, 3);
    }
  });

  test('gives no shares, says who is unknown, and starts somebody new as always', async () => {
    const recommender = new Recommender(model, new ExactIndex(model.factors), await open(forgetfulEncoder(model)));
    const explained = await recommender.ask({ ...person(3), explain: true });
    expect(explained.items.map(({ because }) => because)).toEqual(new Array(10).fill([]));
    expect(explained.basis).toBe('ratings');
    expect(await recommender.ask({ ratings: [], k: 5 })).toMatchObject({ basis: 'popular', items: recommender.recommend({ ratings: [], k: 5 }).items });
    await expect(recommender.ask({ ...person(1), k: 0 })).rejects.toMatchObject({ code: 'BAD_QUERY' });
  });

  test('answers many who ask at once, each for themselves', async () => {
    const recommender = new Recommender(model, new ExactIndex(model.factors), await open(forgetfulEncoder(model)));
    const alone = [];
    for (const n of [1, 3, 8]) alone.push((await recommender.ask(person(n))).items);
    expect((await Promise.all([1, 3, 8].map((n) => recommender.ask(person(n))))).map(({ items }) => items)).toEqual(alone);
  });

  test('is refused where there is no ONNX Runtime, or it does not load', async () => {
    const encoded: Model = { ...model, encoderFile: exportEncoder(model) };
    const { readKernel, readFaiss } = engines;
    const without: Engines = { readKernel, readFaiss };
    await expect(openRecommender(encoded, without)).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', message: expect.stringContaining('ONNX Runtime') });
    await expect(openRecommender(encoded, { ...without, loadOnnx: () => Promise.reject(new Error('blocked')) })).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', message: expect.stringContaining('blocked') });
  });
});

/** Graphs that are no encoders of a model of rank 6. */
function strange(build: (graph: Graph) => void): Uint8Array {
  const graph = new Graph();
  build(graph);
  return encoderFile(graph);
}
const inputs = (graph: Graph) => ({ rows: graph.input('rows', ENCODER_INPUTS.rows, ''), weights: graph.input('weights', ENCODER_INPUTS.weights, '') });

describe('what is no encoder', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['no ONNX file', new TextEncoder().encode('nothing'), /does not read/],
    ['half of one', exportEncoder(model).subarray(0, 300), /does not read/],
    [
      'a graph with other inputs',
      strange((graph) => graph.output(graph.node('user', 'Add', [graph.input('ratings', ENCODER_INPUTS.weights, ''), graph.floats('one', [1], [1])]), { type: 'float32', shape: ['rated'] }, '')),
      /takes rows and weights .* this graph takes ratings/,
    ],
  ])('%s is refused when it is opened', async (_, file, message) => {
    await expect(open(file)).rejects.toMatchObject({ code: 'BAD_ARTIFACT', message: expect.stringMatching(message) });
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'a person of another length',
      strange((graph) => {
        const { rows, weights } = inputs(graph);
        graph.output(graph.node('user', 'Concat', [weights, graph.node('asFloats', 'Cast', [rows], { to: 1 })], { axis: 0 }), { type: 'float32', shape: ['two'] }, '');
      }),
      /2 numbers; the model's factors take 6/,
    ],
    [
      'one that is not finite',
      strange((graph) => {
        const { rows, weights } = inputs(graph);
        const zero = graph.node('zero', 'Sub', [weights, weights]);
        const both = graph.node('both', 'Add', [graph.node('zeroes', 'Mul', [graph.node('asFloats', 'Cast', [rows], { to: 1 }), zero]), graph.floats('limits', [6], [1, 2, 3, Infinity, 5, 6])]);
        graph.output(graph.node('user', 'Add', [both, zero]), { type: 'float32', shape: ['rank'] }, '');
      }),
      /not all of them finite/,
    ],
  ])('%s is refused when it answers', async (_, file, message) => {
    await expect((await open(file)).encode([{ row: itemRow(3), weight: 1 }])).rejects.toMatchObject({ code: 'BAD_ARTIFACT', message: expect.stringMatching(message) });
  });
});

describe('framerate encoder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'framerate-encoder-')), 'tiny');
    await writeFiles(folder, files);
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

  test('publishes a model with one, which verifies, and without it again', async () => {
    const file = join(folder, '..', 'encoder.onnx');
    await writeFile(file, exportEncoder(model));
    const before = await readManifest(folder);
    await encoder({ model: folder, apply: file });
    expect((await openModel(folder)).encoderFile).toEqual(exportEncoder(model));
    expect((await readManifest(folder)).modelId).not.toBe(before.modelId);
    await encoder({ model: folder, remove: true });
    expect((await openModel(folder)).encoderFile).toBeNull();
    await expect(encoder({ model: folder, remove: true })).rejects.toThrow('has no encoder');
  });

  test('tries it out first: what breaks is not published', async () => {
    const file = join(folder, '..', 'wrong.onnx');
    await writeFile(file, 'nothing');
    const before = await readManifest(folder);
    await expect(encoder({ model: folder, apply: file })).rejects.toThrow(/wrong.onnx: ONNX Runtime does not read/);
    await expect(encoder({ model: folder, apply: join(folder, 'nowhere.onnx') })).rejects.toThrow(/nowhere.onnx cannot be read/);
    await expect(encoder({ model: folder })).rejects.toThrow('Say what to do');
    expect(await readManifest(folder)).toEqual(before);
  });
});
