import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FactorStore } from '../../shared/artifact/factorTable.ts';
import { formatBytes } from '../../shared/artifact/format.ts';
import { optionalFileOf, type Manifest, type ModelParameters } from '../../shared/artifact/manifest.ts';
import type { SearchSection } from '../../shared/artifact/searchSection.ts';
import { makeCompanions } from '../companions.ts';
import { DEFAULT_PARAMETERS, DEFAULT_RESIDUAL, factorize } from '../factorize.ts';
import { evaluateTrained, forgetEvaluation } from '../evaluation/atTraining.ts';
import { readSplitOrigin } from '../evaluation/splitFiles.ts';
import { indexTrained } from '../indexing/indexTrained.ts';
import { Progress } from '../progress.ts';
import { publish, readManifest } from '../publish.ts';
import { describeReport } from '../ratings/describeReport.ts';
import { readRatings } from '../ratings/read.ts';
import type { Ratings } from '../ratings/ratings.ts';
import type { Columns } from '../ratings/columns.ts';
import { recipeOf } from '../recipe.ts';
import { sampleRatings } from '../sample/ratings.ts';
import { packTrainingUsers } from '../trainingUsers.ts';

/** What `--data` calls the ratings that come with the project. */
const SAMPLE = 'sample';

/** Which ratings, and how to read them. */
export interface DataOptions {
  readonly data?: readonly string[];
  readonly items?: string;
  readonly columns?: Columns;
  readonly kCore?: number;
}

export interface TrainOptions extends DataOptions {
  readonly rank: number;
  /** Entries of the residual for each item; 0: none. */
  readonly residual: number;
  /** Default: SQ8. */
  readonly store?: FactorStore;
  readonly seed: number;
  /** Lay out the map of the catalogue. Default true. */
  readonly map?: boolean;
  readonly out?: string;
  readonly publishUsers?: true;
  readonly index?: SearchSection;
  /** Measure, too, how good such a model is for people that it has not seen. */
  readonly evaluate?: boolean;
}

/**
 * The pipeline: read, factorise, publish. A model that is up to date is left as it is.
 * @returns the folder of the model.
 */
export async function train(options: TrainOptions): Promise<string> {
  const progress = new Progress();
  const folder = await trainModel(options, progress);
  await indexTrained(folder, options.index, progress);
  return folder;
}

async function trainModel(options: TrainOptions, progress: Progress): Promise<string> {
  const ratings = await readTrainingRatings(options, progress);
  const folder = options.out ?? join('models', ratings.dataset.name);
  const parameters = parametersOf(options);
  const recipe = await recipeOf(ratings.dataset.digest, [parameters, options.map ?? true]);
  const before = await readManifest(folder).catch(() => null);
  if (before?.recipe === recipe && Boolean(optionalFileOf(before, 'users')) === Boolean(options.publishUsers)) {
    progress.say(`${folder} is up to date: same ratings, same parameters.`);
    return folder;
  }

  progress.say(`Factorising ${ratings.userIds.length.toLocaleString('en')} × ${ratings.items.length.toLocaleString('en')} at rank ${parameters.rank}`);
  const factors = await factorize(ratings, parameters, {
    onProgress: (done, total) => progress.track('SVD', done, total),
  });
  progress.say(`SVD done: ${factors.svd.passes} passes over the ratings, residual ${factors.svd.residual.toExponential(1)}`);
  if (factors.parameters.rank < parameters.rank) progress.say(`The ratings have only ${factors.parameters.rank} dimensions: that is the model's rank.`);

  const companions = await makeCompanions(ratings, factors, { map: options.map ?? true }, progress);
  const users = options.publishUsers ? { users: packTrainingUsers(ratings, factors.itemOfRow) } : {};
  const manifest = await publish(folder, ratings, factors, recipe, { ...companions, ...users });
  progress.say(`Published ${folder} (${describeFiles(manifest)})`);
  if (options.evaluate) await evaluateTrained(folder, manifest, ratings, parameters, progress);
  else await forgetEvaluation(folder);
  return folder;
}

export const parametersOf = ({ rank, residual, store, seed }: Pick<TrainOptions, 'rank' | 'residual' | 'store' | 'seed'>): ModelParameters => ({
  ...DEFAULT_PARAMETERS,
  rank,
  seed,
  ...(store && store !== 'SQ8' && { store }),
  ...(residual > 0 && { residual: { ...DEFAULT_RESIDUAL, perItem: residual } }),
});

/** The ratings that the options name: files, else data/, else the embedded sample. */
export async function readTrainingRatings({ data, items, columns, kCore }: DataOptions, progress: Progress): Promise<Ratings> {
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
    onProgress: (step, done, total) => progress.update(done !== undefined && total ? `${step} ${Math.round((100 * done) / total)} %` : step),
  });
  for (const line of describeReport(ratings.report)) progress.say(line);
  return origin ? { ...ratings, dataset: { ...origin.dataset, digest: ratings.dataset.digest } } : ratings;
}

const describeFiles = ({ files }: Manifest): string => files.map((file) => `${basename(file.path).split('-')[0]} ${formatBytes(file.bytes)}`).join(', ');
