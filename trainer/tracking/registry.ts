import type { Estimate } from '../evaluation/metrics.ts';
import type { KeyValue, MlflowClient, ModelVersion, RegisteredModel } from './mlflow/client.ts';
import { MlflowError } from './mlflow/errors.ts';
import { findOrMake } from './mlflow/findOrMake.ts';
import { lastOf, type RunRecord } from './runRecord.ts';
import type { Link } from './sent.ts';

/** Who answers people, and who wants to. */
export const CHAMPION = 'champion';
export const CHALLENGER = 'challenger';

/** Below it lie the files of a model in its run. */
export const MODEL_FOLDER = 'model';

/** What a version says of itself. */
export const VERSION_TAGS = {
  metric: 'framerate.ndcg_at_10',
  standardError: 'framerate.ndcg_at_10_se',
  split: 'framerate.split',
  people: 'framerate.people',
  modelId: 'framerate.model_id',
  promoted: 'framerate.promoted',
  promotion: 'framerate.promotion',
  forced: 'framerate.forced',
} as const;

/**
 * Makes a run's model a version of a registered one, and the challenger, unless a newer one is. Done twice it is there once.
 * @param run whose files are at the server.
 */
export async function registerRun(client: MlflowClient, run: RunRecord, { runId, artifactUri }: Link, name: string): Promise<ModelVersion> {
  const model = await ensureModel(client, name);
  const version = await findOrMake(
    async () => (await client.versionsOfRun(name, runId))[0] ?? null,
    () => client.createModelVersion({ name, source: `${artifactUri}/${MODEL_FOLDER}`, run_id: runId, description: describeVersion(run), tags: tagsOf(run) }),
    client,
  );
  const holder = (alias: string): number => Number(aliasOf(model, alias) ?? 0);
  if (holder(CHALLENGER) < Number(version.version) && holder(CHAMPION) !== Number(version.version)) await client.setAlias(name, CHALLENGER, version.version);
  return version;
}

async function ensureModel(client: MlflowClient, name: string): Promise<RegisteredModel> {
  const found = await client.registeredModel(name);
  if (found) return found;
  try {
    await client.createRegisteredModel(name, 'Recommender of FrameRate. The alias champion answers people; `framerate promote` moves it.');
  } catch (error) {
    if (!(error instanceof MlflowError && error.kind === 'exists')) throw error;
  }
  return { name };
}

export const aliasOf = ({ aliases = [] }: RegisteredModel, wanted: string): string | null => aliases.find(({ alias }) => alias === wanted)?.version ?? null;

function tagsOf(run: RunRecord): KeyValue[] {
  const ndcg = lastOf(run, 'ndcg_at_10');
  const values: readonly (readonly [string, string | number | undefined])[] = [
    [VERSION_TAGS.modelId, run.tags.get('framerate.model_id')],
    [VERSION_TAGS.metric, ndcg?.value],
    [VERSION_TAGS.standardError, ndcg?.standardError],
    [VERSION_TAGS.split, run.tags.get('framerate.split')],
    [VERSION_TAGS.people, lastOf(run, 'evaluated_people')?.value],
  ];
  return values.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: String(value) }]));
}

function describeVersion(run: RunRecord): string {
  const ndcg = lastOf(run, 'ndcg_at_10');
  const [data] = run.datasets;
  return [
    ...(data ? [`Trained on ${data.ratings.toLocaleString('en')} ratings by ${data.users.toLocaleString('en')} people of ${data.items.toLocaleString('en')} items: ${data.name}.`] : []),
    ndcg ? `NDCG@10 ${ndcg.value.toFixed(4)} ± ${(ndcg.standardError ?? NaN).toFixed(4)} for people that such a training had not seen.` : 'Not evaluated.',
    `Run ${run.id}.`,
  ].join(' ');
}

/** What is known of a version's worth, from its tags. */
export function worthOf({ tags = [] }: ModelVersion): { readonly estimate: Estimate; readonly split: string } | null {
  const of = (key: string): string | undefined => tags.find((tag) => tag.key === key)?.value;
  const split = of(VERSION_TAGS.split);
  const mean = Number(of(VERSION_TAGS.metric));
  const standardError = Number(of(VERSION_TAGS.standardError));
  return split !== undefined && Number.isFinite(mean) && Number.isFinite(standardError) ? { estimate: { mean, standardError }, split } : null;
}

export const hasTag = ({ tags = [] }: ModelVersion, wanted: string): boolean => tags.some(({ key }) => key === wanted);
