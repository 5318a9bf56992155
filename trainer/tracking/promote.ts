import { InputError } from '../inputError.ts';
import { describeGain, gainOf, type Gain, type Worth } from './compare.ts';
import type { MlflowClient, ModelVersion, RegisteredModel } from './mlflow/client.ts';
import { aliasOf, CHALLENGER, CHAMPION, hasTag, VERSION_TAGS, worthOf } from './registry.ts';
import { parsePeople, PEOPLE_FILE } from './runRecord.ts';

export interface PromoteOptions {
  /** Which version; default: the challenger. One that was champion before comes back without any comparison. */
  readonly to?: string;
  /** Whether it is better or not. */
  readonly force?: boolean;
}

export interface Promotion {
  readonly version: string;
  /** Who was champion until now. */
  readonly before: string | null;
  /** Why, in a sentence; also the tag of the version. */
  readonly reason: string;
}

/**
 * Moves the alias `champion`, where the one that wants it is better on the same split by more than the standard error of
 * the difference. It is one request that moves it: whoever asks for the champion finds the old one or the new one.
 * @throws {InputError} where it is not better, or that is not known.
 */
export async function promote(client: MlflowClient, name: string, { to, force = false }: PromoteOptions): Promise<Promotion> {
  const model = await client.registeredModel(name);
  if (!model) throw new InputError(`MLflow at ${client.uri} has no model ${name}. Register one: framerate train … --register ${name}`);
  const wanted = to ?? aliasOf(model, CHALLENGER);
  if (wanted === null) throw new InputError(`${name} has no challenger. Register one (framerate train … --register ${name}), or name a version (--to).`);
  const candidate = await client.modelVersion(name, wanted);
  if (!candidate) throw new InputError(`${name} has no version ${wanted}.`);
  const holder = aliasOf(model, CHAMPION);
  if (holder === wanted) throw new InputError(`Version ${wanted} of ${name} is the champion already.`);
  const champion = holder === null ? null : await client.modelVersion(name, holder);

  const { reason, forced } = await judge(client, candidate, champion, { rollback: to !== undefined, force });
  const tag = (key: string, value: string): Promise<void> => client.setVersionTag(name, wanted, { key, value });
  await tag(VERSION_TAGS.promotion, reason);
  await tag(VERSION_TAGS.forced, String(forced));
  await tag(VERSION_TAGS.promoted, new Date().toISOString());
  await client.setAlias(name, CHAMPION, wanted);
  await retireChallenger(client, model, wanted);
  return { version: wanted, before: holder, reason };
}

/** Who became champion challenges nobody. */
async function retireChallenger(client: MlflowClient, model: RegisteredModel, champion: string): Promise<void> {
  if (aliasOf(model, CHALLENGER) === champion) await client.deleteAlias(model.name, CHALLENGER);
}

async function judge(client: MlflowClient, candidate: ModelVersion, champion: ModelVersion | null, { rollback, force }: { rollback: boolean; force: boolean }): Promise<{ reason: string; forced: boolean }> {
  if (!champion) return { reason: 'The first champion.', forced: false };
  if (rollback && hasTag(candidate, VERSION_TAGS.promoted)) return { reason: `Back from version ${champion.version}.`, forced: false };
  const against = `of the champion, version ${champion.version}`;
  const gain = await compare(client, candidate, champion);
  if (gain && gain.mean > gain.standardError) return { reason: `${describeGain(gain)} beside that ${against}.`, forced: false };
  const why = gain ? `${describeGain(gain)} beside that ${against}: not better by more than its standard error` : `not measured on the same people as version ${champion.version}, the champion`;
  if (force) return { reason: `Forced. ${why}.`, forced: true };
  throw new InputError(`Version ${candidate.version} of ${candidate.name} stays what it is. ${why}. --force promotes it all the same${gain ? '' : '; training both on the same data, with their evaluation, makes them comparable'}.`);
}

async function compare(client: MlflowClient, candidate: ModelVersion, champion: ModelVersion): Promise<Gain | null> {
  const [a, b] = [worthOf(candidate), worthOf(champion)];
  if (!a || !b || a.split !== b.split) return null;
  return gainOf(await withScores(client, candidate, a), await withScores(client, champion, b));
}

/** Adds one number a person, where the version's run has them. */
async function withScores(client: MlflowClient, { run_id: runId }: ModelVersion, worth: Omit<Worth, 'scores'>): Promise<Worth> {
  const run = runId === undefined ? null : await client.run(runId);
  const text = run && (await client.artifactText(run.artifact_uri, PEOPLE_FILE));
  return { ...worth, scores: text === null ? null : parsePeople(text) };
}
