import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseSearchText } from '../../shared/artifact/searchSection.ts';
import { faissUrl } from '../../shared/engine/faiss/location.ts';
import { train } from '../../trainer/commands/train.ts';
import { applyIndex } from '../../trainer/indexing/applyIndex.ts';
import { Progress } from '../../trainer/progress.ts';
import { needs } from '../support/tools.ts';
import { describeDoors } from './doors.ts';
import { questionsFor, type Question } from './questions.ts';

describe('a model that is searched exactly', () => {
  let questions: Question[];
  beforeAll(async () => {
    questions = await questionsFor(inject('sampleModel'));
  });
  describeDoors(() => inject('sampleModel'), () => questions);
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
