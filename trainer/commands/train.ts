import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FactorStore } from '../../shared/artifact/factorTable.ts';
import { formatBytes } from '../../shared/artifact/format.ts';
import { optionalFileOf, type Manifest, type ModelKind, type SvdParameters } from '../../shared/artifact/manifest.ts';
import type { SearchSection } from '../../shared/artifact/searchSection.ts';
import { makeCompanions } from '../companions.ts';
import { CheckpointFile } from '../checkpoint.ts';
import { ASKED_FOLD, evaluateTrained, forgetEvaluation } from '../evaluation/atTraining.ts';
import type { Estimate } from '../evaluation/metrics.ts';
import { likedFrom } from '../evaluation/settings.ts';
import { splitUsers } from '../evaluation/split.ts';
import { readSplitOrigin } from '../evaluation/splitFiles.ts';
import { isFactors } from '../factorize.ts';
import { indexTrained } from '../indexing/indexTrained.ts';
import { interruptible } from '../interrupt.ts';
import { MODEL_NAMES } from '../models/describe.ts';
import { planOf, type Chosen, type Plan } from '../models/plan.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { publish, readManifest } from '../publish.ts';
import { describeReport } from '../ratings/describeReport.ts';
import { readRatings } from '../ratings/read.ts';
import type { Ratings } from '../ratings/ratings.ts';
import type { Columns } from '../ratings/columns.ts';
import { recipeOf } from '../recipe.ts';
import { sampleRatings } from '../sample/ratings.ts';
import { residualWithin, startOf, type Request, type SelectOptions } from '../select.ts';
import { registerModel, requireServer } from '../tracking/registerModel.ts';
import { TrackedRun, type TrackingOptions } from '../tracking/trackedRun.ts';
import { keepModel, trackData, trackEvaluation, trackFactors, trackPublished } from '../tracking/trackTraining.ts';
import { packTrainingUsers } from '../trainingUsers.ts';

/** What `--data` calls the ratings that come with the project. */
const SAMPLE = 'sample';

/** Which ratings, and how to read them. */
export interface DataOptions {
  readonly data?: readonly string[];
  readonly items?: string;
  readonly columns?: Columns;
  readonly kCore?: number;
  readonly implicit?: boolean;
}

/** What a training follows from, and an evaluation of the same one. */
export interface TrainingOptions extends DataOptions {
  readonly rank: number;
  /** Entries of the residual for each item; 0: none. Default: 32, or as many as 256 bytes an item hold where the choice finds them better. */
  readonly residual?: number;
  /** Gigabytes that the residual may take while it is trained. Default 0.5. */
  readonly memory?: number;
  /** Factorisations that choosing the parameters may take; 0: take them as they are. Default: 8. */
  readonly tune?: number;
  /** Default: SQ8. */
  readonly store?: FactorStore;
  readonly seed: number;
  /** See Request. */
  readonly given?: Partial<SvdParameters>;
}

export interface TrainOptions extends TrainingOptions, TrackingOptions {
  /** Default: ssvd. */
  readonly model?: ModelKind;
  /** Lay out the map of the catalogue. Default true. */
  readonly map?: boolean;
  readonly out?: string;
  readonly publishUsers?: true;
  readonly index?: SearchSection;
  /** Measure, too, how good such a model is for people that it has not seen. */
  readonly evaluate?: boolean;
  /** Go on where a run of the same data and parameters ended early. */
  readonly resume?: true;
  /** Seconds after which a long run is kept for `resume`, again and again. */
  readonly keepEvery?: number;
  /** Keep the model itself with its run, and send it where that is sent. */
  readonly logModel?: true;
  /** Make it the challenger of that name in MLflow's registry. */
  readonly register?: string;
}

const DEFAULT_KEEP_EVERY = 30;

/**
 * The pipeline: read, factorise, publish. A model that is up to date is left as it is.
 * @returns the folder of the model.
 */
export async function train(options: TrainOptions): Promise<string> {
  if (options.register !== undefined) requireServer(options);
  const progress = new Progress();
  const begin = Date.now();
  return interruptible('Stopped: nothing was published. --resume goes on, if the run was kept.', async (signal) => {
    const ratings = await readTrainingRatings(options, progress, signal);
    const kind = options.model ?? 'ssvd';
    const folder = options.out ?? join('models', kind === 'ssvd' ? ratings.dataset.name : `${ratings.dataset.name}-${kind}`);
    const runs = options.runs ?? join(dirname(folder), 'runs');
    const { tune, mostResidual, ...request } = requestOf(options, ratings, kind);
    const plan = planOf(kind, request);
    const recipe = await recipeOf(ratings.dataset.digest, [plan.start, tune, mostResidual, options.map ?? true]);
    const before = await readManifest(folder).catch(() => null);
    if (before?.recipe === recipe && Boolean(optionalFileOf(before, 'users')) === Boolean(options.publishUsers)) {
      progress.say(`${folder} is up to date: same ratings, same parameters.`);
      await indexTrained(folder, options.index, progress);
      if (options.register !== undefined) await registerModel({ model: folder, name: options.register, runs }, progress);
      return folder;
    }
    const run = TrackedRun.begin(runs, options, { kind: 'train', name: basename(folder), time: begin, ...(options.parent !== undefined && { parent: options.parent }) }, (text) => progress.say(text));
    await run.during(async () => {
      run.metric('time/read_s', (Date.now() - begin) / 1000);
      const ofSplit = options.data?.length === 1 && (await readSplitOrigin(options.data[0]!)) !== null;
      await trainModel({ ratings, ofSplit, folder, kind, plan, request, tune, mostResidual, recipe, options }, progress, signal, run);
    });
    return folder;
  });
}

interface Job {
  readonly ratings: Ratings;
  /** Whether these are the train people of a split. */
  readonly ofSplit: boolean;
  readonly folder: string;
  readonly kind: ModelKind;
  readonly plan: Plan;
  readonly request: Request;
  readonly tune: number;
  readonly mostResidual: number;
  readonly recipe: string;
  readonly options: TrainOptions;
}

async function trainModel({ ratings, ofSplit, folder, kind, plan, request, tune, mostResidual, recipe, options }: Job, progress: Progress, signal: AbortSignal, run: TrackedRun): Promise<void> {
  trackData(run, ratings);
  const { data, columns, kCore, implicit } = options;
  run.params({ data, columns, kCore, implicit, tune });
  const onCompared = (compared: number, score: Estimate): void => run.metric('validation/ndcg_at_10', score, compared);
  const chosen = await run.phase('choose', () => choose(plan, ratings, { tune, mostResidual, unseenFold: ofSplit ? null : ASKED_FOLD, onCompared }, progress, signal));
  const { parameters, selection } = chosen;
  progress.say(`Training ${MODEL_NAMES[kind]} on ${ratings.userIds.length.toLocaleString('en')} × ${ratings.items.length.toLocaleString('en')} at rank ${parameters.rank}`);
  const checkpoint = new CheckpointFile(folder, recipe, {
    resume: options.resume ?? false,
    everySeconds: options.keepEvery ?? DEFAULT_KEEP_EVERY,
    onResume: (passes) => progress.say(`Going on after pass ${passes} of a run before`),
  });
  const factors = await run.phase('train', () => chosen.train(ratings, { signal, checkpoint, onProgress: (done, total) => progress.track(MODEL_NAMES[kind], done, total) }));
  if (isFactors(factors)) progress.say(`SVD done: ${factors.svd.passes} passes over the ratings, residual ${factors.svd.residual.toExponential(1)}`);
  if (factors.parameters.rank < parameters.rank) progress.say(`The ratings have only ${factors.parameters.rank} dimensions: that is the model's rank.`);
  await trackFactors(run, factors);

  const manifest = await run.phase('publish', async () => {
    const companions = await makeCompanions(ratings, factors, { map: options.map ?? true }, progress);
    signal.throwIfAborted();
    const users = options.publishUsers ? { users: packTrainingUsers(ratings, factors.itemOfRow) } : {};
    return publish(folder, ratings, factors, recipe, { ...companions, ...users }, selection);
  });
  await checkpoint.remove();
  progress.say(`Published ${folder} (${describeFiles(manifest)})`);
  const evaluation = options.evaluate && !ofSplit ? await run.phase('evaluate', () => evaluateTrained(folder, manifest, ratings, { kind, start: startOf(request), chosen }, progress)) : null;
  if (evaluation) await trackEvaluation(run, evaluation);
  else await forgetEvaluation(folder);
  if (options.evaluate && ofSplit) progress.say('Not evaluated: these are the train people of a split; `framerate score` asks its others.');
  await indexTrained(folder, options.index, progress);
  await trackPublished(run, folder, evaluation);
  if (run.journal && (options.logModel || options.register !== undefined)) await keepModel(run.journal, folder);
  if (options.register !== undefined) run.journal?.append({ type: 'register', model: options.register });
}

/**
 * Chooses the parameters once, for the model and for its evaluation: on all but the people whom the evaluation asks.
 * @param options `unseenFold` is null for the train people of a split, who are all there to choose on: the ones to ask are in its other files.
 */
async function choose(plan: Plan, ratings: Ratings, { tune, mostResidual, unseenFold, onCompared }: Pick<SelectOptions, 'onCompared'> & { tune: number; mostResidual: number; unseenFold: number | null }, progress: Progress, signal: AbortSignal): Promise<Chosen> {
  const seen = unseenFold === null || tune === 0 ? ratings : splitUsers(ratings, { fold: unseenFold, positiveFrom: likedFrom(ratings.scale) }).train;
  const onProgress = (text: string, done?: number, most?: number): void => {
    signal.throwIfAborted();
    if (done !== undefined && most) progress.track('Choosing parameters', done, most, text);
    else progress.update(`Choosing parameters: ${text}`);
  };
  const chosen = await plan.choose(seen, { budget: tune, mostResidual, unseenFold, kernel: await readKernel(), onProgress, onCompared });
  for (const line of chosen.lines) progress.say(line);
  return chosen;
}

/** The options with their defaults. The embedded sample never changes: that its parameters are good, and that a residual adds nothing, is known. */
export const requestOf = ({ rank, seed, residual, memory = 0.5, store = 'SQ8', tune, given }: TrainingOptions, { dataset }: Ratings, kind: ModelKind = 'ssvd'): Request & { readonly tune: number; readonly mostResidual: number } => {
  const known = dataset.kind === 'sample';
  const none = known || kind !== 'ssvd';
  return { rank, seed, residual: residual ?? (none ? 0 : 32), mostResidual: residual === undefined && !none ? residualWithin({ rank, store }) : 0, memory, store, ...(given && { given }), tune: tune ?? (known ? 0 : 8) };
};

/** The ratings that the options name: files, else data/, else the embedded sample. */
export async function readTrainingRatings({ data, items, columns, kCore, implicit }: DataOptions, progress: Progress, signal?: AbortSignal): Promise<Ratings> {
  const paths = data ?? (existsSync('data') ? ['data'] : [SAMPLE]);
  if (paths.length === 1 && paths[0] === SAMPLE) {
    progress.say(data ? 'Training on the embedded sample' : 'No ratings given (--data) and no data/ folder: training on the embedded sample');
    return sampleRatings();
  }
  progress.say(`Reading ${paths.join(', ')}`);
  const origin = paths.length === 1 ? await readSplitOrigin(paths[0]!) : null;
  const ratings = await readRatings([...paths], {
    ...(origin && { scale: origin.scale }),
    ...(items !== undefined && { items }),
    ...(columns !== undefined && { columns }),
    ...(kCore !== undefined && { kCore }),
    ...(implicit && { implicit }),
    onProgress: (step, done, total) => {
      signal?.throwIfAborted();
      if (done !== undefined && total) progress.track(step, done, total);
      else progress.update(step);
    },
  });
  for (const line of describeReport(ratings.report)) progress.say(line);
  return origin ? { ...ratings, dataset: { ...origin.dataset, digest: ratings.dataset.digest } } : ratings;
}

const describeFiles = ({ files }: Manifest): string => files.map((file) => `${basename(file.path).split('-')[0]} ${formatBytes(file.bytes)}`).join(', ');
