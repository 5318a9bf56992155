import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseSearchText } from '../../shared/artifact/searchSection.ts';
import { faissUrl } from '../../shared/engine/faiss/location.ts';
import { encoder } from '../../trainer/commands/encoder.ts';
import { train } from '../../trainer/commands/train.ts';
import { applyIndex } from '../../trainer/indexing/applyIndex.ts';
import { Progress } from '../../trainer/progress.ts';
import { openModel } from '../../trainer/openModel.ts';
import { forgetfulEncoder } from '../support/encoder.ts';
import { needs } from '../support/tools.ts';
import { describeDoors, describeNodeDoors, describeWidgetDoor } from './doors.ts';
import { questionsFor, type Question } from './questions.ts';

describe('a model that is searched exactly', () => {
  let questions: Question[];
  beforeAll(async () => {
    questions = await questionsFor(inject('sampleModel'));
  });
  describeDoors(() => inject('sampleModel'), () => questions);
  describeWidgetDoor(() => inject('sampleModel'), () => questions);
});

describe.each(['puresvd', 'ials', 'popularity'] as const)('a model of kind %s', (kind) => {
  let root: string;
  let folder: string;
  let questions: Question[];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-doors-'));
    folder = await train({ data: ['sample'], model: kind, rank: 24, seed: 1, map: false, out: join(root, 'models', kind) });
    questions = await questionsFor(folder);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  // Browsers run the same code over the same bytes; what only iALS has of it, they show to give the same bits.
  if (kind === 'ials') {
    describeDoors(() => folder, () => questions);
    describeWidgetDoor(() => folder, () => questions);
  } else describeNodeDoors(() => folder, () => questions);
});

const { skip, label } = needs('faiss.wasm: npm run build:faiss', existsSync(faissUrl), false);
describe.skipIf(skip)(`a model that is searched with an index of Faiss's${label}`, () => {
  let root: string;
  let folder: string;
  let exact: Question[];
  let questions: Question[];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-doors-'));
    folder = await train({ data: ['sample'], rank: 16, residual: 0, seed: 1, out: join(root, 'models', 'cells') });
    exact = await questionsFor(folder);
    // So rough that it shows: an engine that searches exactly would answer otherwise.
    await applyIndex(folder, parseSearchText('IVF24,SQ4,nprobe=1,kFactor=1'), new Progress());
    questions = await questionsFor(folder);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('answers otherwise than the exact search', () => {
    expect(questions.map(({ ids }) => ids)).not.toEqual(exact.map(({ ids }) => ids));
  });
  describeDoors(() => folder, () => questions);
});

describe('a model with an encoder', () => {
  let root: string;
  let folder: string;
  let folded: Question[];
  let questions: Question[];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-doors-'));
    folder = await train({ data: ['sample'], rank: 16, residual: 0, seed: 1, out: join(root, 'models', 'encoded') });
    folded = await questionsFor(folder);
    // One that forgets what it is told about the weights: the fold-in would answer otherwise.
    const model = await openModel(folder);
    await writeFile(join(root, 'encoder.onnx'), forgetfulEncoder(model));
    await encoder({ model: folder, apply: join(root, 'encoder.onnx') });
    questions = await questionsFor(folder);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('answers otherwise than the fold-in', () => {
    expect(questions.map(({ ids }) => ids)).not.toEqual(folded.map(({ ids }) => ids));
  });
  describeDoors(() => folder, () => questions);
});
