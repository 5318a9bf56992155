import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix, SVD } from 'ml-matrix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MODEL_KINDS, type ModelKind } from '../../../shared/artifact/manifest.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { FoldIn } from '../../../shared/engine/foldIn.ts';
import { Recommender } from '../../../shared/engine/recommender.ts';
import { decodeRow } from '../../../shared/engine/scoring.ts';
import { itemRow } from '../../../shared/ids.ts';
import type { Rating } from '../../../shared/query.ts';
import { train } from '../../../trainer/commands/train.ts';
import { popularityRanker } from '../../../trainer/evaluation/rankers.ts';
import { keepEntries, splitUsers } from '../../../trainer/evaluation/split.ts';
import { factorize, prepare } from '../../../trainer/factorize.ts';
import { InputError } from '../../../trainer/inputError.ts';
import { planOf } from '../../../trainer/models/plan.ts';
import { choosePureSvd, PURE_SVD } from '../../../trainer/models/pureSvd.ts';
import { openModel, readKernel } from '../../../trainer/openModel.ts';
import { readManifest } from '../../../trainer/publish.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';

const ratings = sampleRatings();
const few = keepEntries(ratings, (entry) => ratings.user[entry]! < 150 && ratings.item[entry]! < 60);

let root: string;
const recommenders = {} as Record<ModelKind, Recommender>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-kinds-'));
  for (const kind of MODEL_KINDS) {
    const folder = await train({ data: ['sample'], model: kind, rank: 16, residual: 0, seed: 1, out: join(root, 'models', kind) });
    const model = await openModel(folder);
    recommenders[kind] = new Recommender(model, new ExactIndex(model.factors));
  }
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const rate = (kind: ModelKind, rows: readonly number[]): Rating[] => rows.map((row, i) => ({ item: recommenders[kind].model.catalog.idOf(row), rating: 2 + (i % 4) }));
const PERSON = [3, 40, 41, 200, 333, 600];

describe.each(MODEL_KINDS)('a published model of kind %s', (kind) => {
  test('says what it is, and is left as it is where nothing changed', async () => {
    const { model } = recommenders[kind];
    expect(model.manifest.model).toMatchObject({ kind, rank: kind === 'popularity' ? 1 : 16, seed: 1 });
    const again = await train({ data: ['sample'], model: kind, rank: 16, residual: 0, seed: 1, out: join(root, 'models', kind) });
    expect(await readManifest(again)).toEqual(model.manifest);
  });

  test('starts with what is popular', () => {
    const { items, basis } = recommenders[kind].recommend({ ratings: [] });
    expect(basis).toBe('popular');
    const rows = items.map(({ item }) => recommenders[kind].model.catalog.rowOf(item.id)!);
    expect(rows.filter((row) => row < 50).length).toBeGreaterThanOrEqual(7);
  });

  test('finds items that are like one', () => {
    const [item] = rate(kind, [20]).map(({ item: id }) => id);
    const found = recommenders[kind].similar({ item: item!, k: 5 });
    expect(found).toHaveLength(5);
    for (const { similarity } of found) expect(similarity).toBeGreaterThan(0);
  });

  test('has what applies to it, and nothing else', () => {
    const roles = recommenders[kind].model.manifest.files.map(({ role }) => role);
    expect(roles).toEqual(['index', 'foldIn', 'catalog', ...(kind === 'popularity' ? ['stars'] : ['onboarding', 'stars', 'map'])]);
  });

  test('answers the dials', () => {
    const ten = (leaning: object): unknown[] => recommenders[kind].recommend({ ratings: rate(kind, PERSON), ...leaning }).items.map(({ item }) => item.id);
    expect(ten({ popularity: -1 })).not.toEqual(ten({}));
    if (kind !== 'popularity') expect(ten({ variety: 1 })).not.toEqual(ten({}));
  });
});

test.each(['puresvd', 'ials'] as const)('reasons of %s are shares of the whole score', (kind) => {
  for (const { because } of recommenders[kind].recommend({ ratings: rate(kind, PERSON), explain: true }).items) {
    expect(because!.map(({ item }) => item).sort()).toEqual(rate(kind, PERSON).map(({ item }) => item).sort());
    expect(because!.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  }
});

test('popularity is the order of the ranker of that name, for everybody, without a reason', () => {
  const [user] = splitUsers(ratings, { fold: 0, positiveFrom: 4 }).test;
  const asked = { ratings: rate('popularity', [0, 5, 700]), k: 100 };
  const answer = recommenders.popularity.recommend({ ...asked, explain: true });
  expect(answer.items.map(({ item }) => item.id)).toEqual(popularityRanker(ratings).rank(asked, user!));
  expect(answer.items.flatMap(({ because }) => because!.filter(({ share }) => share !== 0))).toEqual([]);
});

test('PureSVD folds people in by X V Vᵀ', async () => {
  const { weights } = prepare(few);
  const dense = Matrix.zeros(weights.rows, weights.cols);
  for (let user = 0; user < weights.rows; user++) for (let e = weights.offsets[user]!; e < weights.offsets[user + 1]!; e++) dense.set(user, weights.indices[e]!, weights.values[e]!);
  const v = new SVD(dense, { autoTranspose: true }).rightSingularVectors.subMatrix(0, weights.cols - 1, 0, 4);
  const scores = dense.mmul(v).mmul(v.transpose());
  const { index, foldIn, parameters } = await factorize(few, { ...PURE_SVD, rank: 5, seed: 1, store: 'Flat' });
  const model = new FoldIn({ factors: index, foldIn, manifest: { model: parameters } });
  const vector = new Float64Array(5);
  for (const user of [0, 20, weights.rows - 1]) {
    const rated = Array.from(dense.getRow(user), (weight, row) => ({ row: itemRow(row), weight })).filter(({ weight }) => weight > 0);
    const person = model.personOf(rated);
    for (let row = 0; row < weights.cols; row++) {
      decodeRow(index, row, vector);
      expect(person.reduce((sum, value, d) => sum + value * vector[d]!, 0)).toBeCloseTo(scores.get(user, row), 3);
    }
  }
});

test('the rank of PureSVD is the best of those below the one that is asked for, the same each time', async () => {
  const start = { ...PURE_SVD, rank: 20, seed: 1 };
  const kernel = await readKernel();
  const { parameters, selection } = await choosePureSvd(ratings, start, { budget: 1, kernel });
  expect([8, 12, 16, 20]).toContain(parameters.rank);
  expect(selection).toMatchObject({ compared: 4, residual: null });
  expect(selection!.after).toBeGreaterThanOrEqual(selection!.before);
  expect(await choosePureSvd(ratings, start, { budget: 1, kernel })).toEqual({ parameters, selection });
});

test('a residual is of the scaled SVD alone', () => {
  for (const kind of MODEL_KINDS.filter((other) => other !== 'ssvd')) expect(() => planOf(kind, { rank: 8, seed: 1, residual: 8, memory: 1 })).toThrow(InputError);
});
