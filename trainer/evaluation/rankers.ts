import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import type { SvdParameters } from '../../shared/artifact/manifest.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import { RowSet } from '../../shared/engine/rowSet.ts';
import type { ItemId } from '../../shared/ids.ts';
import type { RecommendQuery } from '../../shared/query.ts';
import { ratingWeight } from '../../shared/ratingWeight.ts';
import { decompose, factorize, orderByPopularity, prepare, toFactors, weigh, type Trained } from '../factorize.ts';
import { describeParameters, MODEL_NAMES } from '../models/describe.ts';
import { trainEase, type Ease } from '../models/ease.ts';
import { planOf } from '../models/plan.ts';
import { PURE_SVD, ranksUpTo } from '../models/pureSvd.ts';
import { chooseParameters } from '../select.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { ndcg, relevanceOf } from './metrics.ts';
import type { HeldOutUser } from './split.ts';

/** Something that orders the catalogue for a person. */
export interface Ranker {
  readonly name: string;
  /** What was chosen for it, for people. */
  readonly detail?: string;
  /** @param user who asks, for those that only know some people's answers. @returns at most k, best first, without what is rated or excluded. */
  rank(query: RecommendQuery, user: HeldOutUser): readonly ItemId[];
}

/** What a ranker is made from. */
export interface Lesson {
  readonly train: Ratings;
  /** People of the split's validation block and how to ask them: to choose parameters on, never to report. */
  readonly validation: readonly { readonly user: HeldOutUser; readonly question: RecommendQuery }[];
  /** Where choosing those of our model begins; baselines take `rank` and `seed` from them. */
  readonly parameters: SvdParameters;
  /** Factorisations for that choice, on people of `train`, as `framerate train` does it. Default 0: nothing is chosen. */
  readonly tune?: number;
  /** See SelectOptions. */
  readonly mostResidual?: number;
  readonly onProgress?: (text: string) => void;
  /** kernel.wasm */
  readonly kernel: Uint8Array<ArrayBuffer>;
}

/** By the name that the command line knows. */
export const RANKERS = {
  popularity: ({ train }) => Promise.resolve(popularityRanker(train)),
  puresvd: trainPureSvd,
  ease: trainBestEase,
  ials: trainBestIals,
  ssvd: trainSsvd,
} satisfies Record<string, (lesson: Lesson) => Promise<Ranker>>;

export type RankerKind = keyof typeof RANKERS;
export const RANKER_KINDS = Object.keys(RANKERS) as RankerKind[];
/** What every evaluation shows beside what is asked for. */
export const BASELINES: readonly RankerKind[] = ['popularity', 'puresvd'];

/** What `framerate train` would publish of these ratings. */
async function trainSsvd({ train, parameters: start, tune = 0, mostResidual = 0, kernel, onProgress }: Lesson): Promise<Ranker> {
  const { parameters } = await chooseParameters(train, start, { budget: tune, mostResidual, kernel, onProgress: (text) => onProgress?.(`choosing parameters: ${text}`) });
  return trainRanker('ssvd', train, parameters, kernel);
}

async function trainBestIals({ train, parameters: { rank, seed, store }, tune = 0, kernel, onProgress }: Lesson): Promise<Ranker> {
  const plan = planOf('ials', { rank, seed, residual: 0, memory: 0, ...(store && { store }) });
  const chosen = await plan.choose(train, { budget: tune, kernel, onProgress: (text) => onProgress?.(`choosing parameters: ${text}`) });
  return openRanker(MODEL_NAMES.ials, train, await chosen.train(train), kernel);
}

/** Trains on `train` and ranks as every door does: the same Recommender over the same 8-bit kernel. @param kernel kernel.wasm. */
export async function trainRanker(name: string, train: Ratings, parameters: SvdParameters, kernel: Uint8Array<ArrayBuffer>): Promise<Ranker> {
  return openRanker(name, train, await factorize(train, parameters), kernel);
}

/** Ranks with a model that was trained, as every door does. */
export async function openRanker(name: string, train: Ratings, { index, foldIn, residual, itemOfRow, parameters: model }: Trained, kernel: Uint8Array<ArrayBuffer>): Promise<Ranker> {
  const catalog = catalogOf(Array.from(itemOfRow, (item) => train.items[item]!));
  const manifest = { model, ratingScale: train.scale };
  const recommender = new Recommender({ manifest, factors: index, foldIn, catalog, ...(residual && { residual }) }, await KernelIndex.open(index, kernel));
  return { name, detail: describeParameters(model), rank: (query) => recommender.recommend(query).items.map(({ item }) => item.id) };
}

/** The most rated items, by the sum of their weights: what everybody gets who is not known. */
export function popularityRanker(train: Ratings): Ranker {
  const catalog = catalogOf(Array.from(orderByPopularity(train, weigh(train)).itemOfRow, (item) => train.items[item]!));
  return {
    name: 'popularity',
    rank({ ratings, exclude = [], k = 10 }) {
      const masked = [...ratings.map(({ item }) => item), ...exclude].map((id) => catalog.rowOf(id)).filter((row) => row !== undefined);
      const out = RowSet.of(catalog.items.length, masked);
      const ids: ItemId[] = [];
      for (let row = 0; row < catalog.items.length && ids.length < k; row++) if (!out.has(row)) ids.push(catalog.items[row]!.id);
      return ids;
    },
  };
}

/** So many of the validation people tell one setting from another well enough. */
const MOST_ASKED = 1000;

/** PureSVD at its best: the rank up to `rank` that is best for the validation people. One SVD has all of them. */
async function trainPureSvd({ train, validation, parameters: { rank, seed }, kernel }: Lesson): Promise<Ranker> {
  const parameters = { ...PURE_SVD, rank, seed };
  const training = prepare(train);
  const svd = await decompose(training, parameters);
  const asked = validation.slice(0, MOST_ASKED);
  let best: { ranker: Ranker; total: number } | undefined;
  for (const dimensions of ranksUpTo(svd.singularValues.length)) {
    const ranker = await openRanker(MODEL_NAMES.puresvd, train, toFactors(training, svd, { ...parameters, rank: dimensions }), kernel);
    const total = totalNdcg(ranker, asked);
    if (!best || total > best.total) best = { ranker, total };
  }
  return best!.ranker;
}

const EASE_LAMBDAS = [10, 30, 100, 300, 1000];

/** EASE with the λ that is best for the validation people. */
async function trainBestEase({ train, validation, onProgress }: Lesson): Promise<Ranker> {
  const asked = validation.slice(0, MOST_ASKED);
  let best: { ranker: Ranker; total: number } | undefined;
  for await (const ease of trainEase(train, EASE_LAMBDAS)) {
    onProgress?.(`EASE with λ ${ease.lambda}`);
    const ranker = easeRanker(train, ease);
    const total = totalNdcg(ranker, asked);
    if (!best || total > best.total) best = { ranker, total };
  }
  return best!.ranker;
}

function easeRanker(train: Ratings, { training, lambda, score }: Ease): Ranker {
  const catalog = catalogOf(Array.from(training.itemOfRow, (item) => train.items[item]!));
  return {
    name: 'EASE',
    detail: `λ ${lambda}`,
    rank({ ratings, exclude = [], k = 10 }) {
      const rated = ratings.flatMap(({ item, rating }) => {
        const row = catalog.rowOf(item);
        return row === undefined ? [] : [{ row, weight: ratingWeight(train.scale, rating) }];
      });
      const scores = score(rated);
      for (const { row } of rated) scores[row] = -Infinity;
      for (const row of exclude.map((id) => catalog.rowOf(id))) if (row !== undefined) scores[row] = -Infinity;
      const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
      return Array.from(order.subarray(0, k)).filter((row) => scores[row]! > -Infinity).map((row) => catalog.items[row]!.id);
    },
  };
}

const totalNdcg = (ranker: Ranker, asked: Lesson['validation']): number =>
  asked.reduce((sum, { user, question }) => sum + ndcg(relevanceOf(ranker.rank({ ...question, k: 10 }, user), user.targets), user.targets.length, 10), 0);
