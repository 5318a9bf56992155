import { join } from 'node:path';
import { filesToLoad, type Manifest } from '../../shared/artifact/manifest.ts';
import type { TrainedEvaluation } from '../evaluation/atTraining.ts';
import { METRICS } from '../evaluation/evaluate.ts';
import { RESULT_FILE } from '../evaluation/resultFile.ts';
import type { EvaluationResult, Group, Row } from '../evaluation/run.ts';
import { isFactors, type Trained } from '../factorize.ts';
import { openRecommenderFrom } from '../openModel.ts';
import { readManifest } from '../publish.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { measureLatency, quantile } from '../report/latency.ts';
import { renderReport } from '../report/render.ts';
import { accuracyPlot, singularValuePlot } from './runPlots.ts';
import { PEOPLE_FILE, type PeopleScores } from './runRecord.ts';
import { MODEL_FOLDER } from './registry.ts';
import type { TrackedRun } from './trackedRun.ts';

/** "NDCG@10" as MLflow takes names. */
const keyOf = (measure: string): string => measure.toLowerCase().replaceAll('@', '_at_').replaceAll(' ', '_');

export function trackData(run: TrackedRun, { dataset, userIds, items, rating }: Ratings): void {
  const { name, digest, url, licence } = dataset;
  run.dataset({ name, digest, url, licence, users: userIds.length, items: items.length, ratings: rating.length });
}

export async function trackFactors(run: TrackedRun, trained: Trained): Promise<void> {
  run.params({ ...trained.parameters });
  run.tags({ 'framerate.seed': String(trained.parameters.seed) });
  if (!isFactors(trained)) return;
  const { singularValues, passes, residual } = trained.svd;
  singularValues.forEach((value, i) => run.metric('svd/singular_value', value, i + 1));
  run.metric('svd/passes', passes);
  run.metric('svd/residual', residual);
  await run.journal?.write('plots/singular-values.svg', await singularValuePlot(singularValues));
}

/** Which people were asked what: two evaluations with the same words asked the same. */
export const splitOf = ({ dataset, protocol, settings }: EvaluationResult): string =>
  `${dataset.digest.slice(0, 16)} fold ${protocol.folds.join('+')} from ${protocol.positiveFrom} setting ${settings[0]!.setting}`;

export async function trackEvaluation(run: TrackedRun, { result, scores }: TrainedEvaluation): Promise<void> {
  const [all, ...others] = result.settings[0]!.groups;
  trackGroup(run, all!, '');
  for (const group of others) trackGroup(run, group, group.told === null ? `${group.kind}/` : `${group.kind}_${group.told}/`);
  run.metric('evaluated_people', all!.people);
  const split = splitOf(result);
  run.tags({ 'framerate.split': split });
  const people: PeopleScores = { split, metric: 'ndcg_at_10', scores: scores.map((score) => Number(score.toPrecision(9))) };
  await run.journal?.write(PEOPLE_FILE, JSON.stringify(people));
  await run.journal?.write('split.json', `${JSON.stringify({ split, dataset: result.dataset, protocol: result.protocol, people: all!.people }, null, 2)}\n`);
  await run.journal?.write('plots/accuracy.svg', await accuracyPlot(all!));
}

function trackGroup(run: TrackedRun, { rows }: Group, prefix: string): void {
  rows.forEach((row, i) => {
    const ours = i === rows.length - 1;
    const place = ours ? prefix : `${prefix}baseline/${keyOf(row.ranker)}/`;
    for (const metric of METRICS) run.metric(place + keyOf(metric), row.measures[metric]);
    if (row.behind) run.metric(`${prefix}gain_over/${keyOf(row.ranker)}`, row.behind['NDCG@10']);
    if (ours && prefix === '') trackLists(run, row);
  });
}

function trackLists(run: TrackedRun, { measures, coverage, gini }: Row): void {
  run.metric('lists/coverage_at_10', coverage);
  run.metric('lists/gini', gini);
  for (const measure of ['popularity', 'diversity', 'novelty'] as const) run.metric(`lists/${measure}`, measures[measure]);
}

/** What is in the folder now: its files, how quickly it answers, and the page about it. */
export async function trackPublished(run: TrackedRun, folder: string, evaluation: TrainedEvaluation | null): Promise<void> {
  if (!run.journal) return;
  const manifest = await readManifest(folder);
  trackFiles(run, manifest);
  const recommender = await openRecommenderFrom(folder);
  const latency = measureLatency(recommender);
  for (const [name, part] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const) run.metric(`latency/${name}_us`, quantile(latency.micros, part));
  run.tags({ 'framerate.engine': latency.engine, 'framerate.processor': latency.processor });
  await run.journal.keep('manifest.json', join(folder, 'manifest.json'));
  if (!evaluation) return;
  await run.journal.keep(RESULT_FILE, join(folder, RESULT_FILE));
  await run.journal.write('report.html', await renderReport(folder, recommender, evaluation.result, latency));
}

function trackFiles(run: TrackedRun, manifest: Manifest): void {
  const bytes = filesToLoad(manifest).reduce((sum, file) => sum + file.bytes, 0);
  run.tags({ 'framerate.model': manifest.name, 'framerate.model_id': manifest.modelId });
  run.metric('model/bytes', bytes);
  run.metric('model/bytes_per_item', bytes / Math.max(1, manifest.counts.items));
  for (const { role, bytes: own } of manifest.files) run.metric(`model/${role}_bytes`, own);
}

/** Keeps the model itself with its run: its files have their digests for names, so a second name on the disk is enough. */
export async function keepModel(run: TrackedRun['journal'] & object, folder: string): Promise<void> {
  const { files } = await readManifest(folder);
  for (const { path } of files) await run.keep(`${MODEL_FOLDER}/${path}`, join(folder, path));
  await run.keep(`${MODEL_FOLDER}/manifest.json`, join(folder, 'manifest.json'));
}

