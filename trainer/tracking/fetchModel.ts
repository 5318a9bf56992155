import { join } from 'node:path';
import { parseManifest, type Manifest } from '../../shared/artifact/manifest.ts';
import { loadModel } from '../../shared/artifact/load.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { InputError } from '../inputError.ts';
import { openModel } from '../openModel.ts';
import { install, readManifest } from '../publish.ts';
import type { MlflowClient, ModelVersion } from './mlflow/client.ts';
import { MlflowError } from './mlflow/errors.ts';
import { aliasOf, CHAMPION } from './registry.ts';

/** A version of a registered model: NAME@alias, or NAME/version; NAME alone is its champion. */
export interface Reference {
  readonly name: string;
  readonly alias: string | null;
  readonly version: string | null;
}

/** @throws {InputError} */
export function parseReference(text: string): Reference {
  const [, name, sign, which] = /^([^@/]+)(?:([@/])([^@/]+))?$/.exec(text) ?? [];
  if (name === undefined || (sign === '/' && !/^\d+$/.test(which!))) throw new InputError(`${text} names no registered model: write NAME@${CHAMPION}, NAME@alias or NAME/version.`);
  return { name, alias: sign === '/' ? null : (which ?? CHAMPION), version: sign === '/' ? which! : null };
}

/** Where fetched models lie: apart from those that were trained here, each in a folder of its own name. */
export const registryFolder = ({ name }: Reference, models = 'models'): string => join(models, 'registry', encodeURIComponent(name));

export interface Fetched {
  readonly folder: string;
  readonly manifest: Manifest;
  /** What was found in the registry; null: it did not answer, and what was fetched before is there. */
  readonly version: ModelVersion | null;
  /** Why, where it is null. */
  readonly failure: MlflowError | null;
}

/**
 * Brings a model from the registry into a folder, where it is not there already: every file is checked against its
 * digest, all of it is opened once, and only then does the new manifest replace the old one. Whatever goes wrong, the
 * model before stays.
 * @throws {InputError} where there is no such version. @throws {FrameRateError} where what was fetched is no whole model.
 * @throws {MlflowError} where the server does not answer and nothing was fetched before.
 */
export async function fetchModel(client: MlflowClient, reference: Reference, folder: string): Promise<Fetched> {
  try {
    const version = await findVersion(client, reference);
    return { folder, version, failure: null, manifest: await bring(client, version, folder) };
  } catch (failure) {
    if (!(failure instanceof MlflowError) || (failure.kind !== 'unreachable' && failure.kind !== 'busy')) throw failure;
    const there = await openModel(folder).catch(() => null);
    if (!there) throw failure;
    return { folder, version: null, failure, manifest: there.manifest };
  }
}

async function findVersion(client: MlflowClient, { name, alias, version: wanted }: Reference): Promise<ModelVersion> {
  const model = await client.registeredModel(name);
  if (!model) throw new InputError(`MLflow at ${client.uri} has no model ${name}. Register one: framerate train … --register ${name}`);
  const number = wanted ?? aliasOf(model, alias!);
  if (number === null) throw new InputError(`${name} has no ${alias}. ${alias === CHAMPION ? `Make one: framerate promote ${name}` : `MLflow's page shows its aliases: ${client.uri}/#/models/${encodeURIComponent(name)}`}`);
  const version = await client.modelVersion(name, number);
  if (!version) throw new InputError(`${name} has no version ${number}.`);
  return version;
}

async function bring(client: MlflowClient, { name, version, source }: ModelVersion, folder: string): Promise<Manifest> {
  const text = await client.artifactText(source, 'manifest.json');
  if (text === null) throw new InputError(`Version ${version} of ${name} has no model of FrameRate with it (${source}/manifest.json).`);
  const manifest = parseManifest(text);
  const before = await readManifest(folder).catch(() => null);
  if (before?.modelId === manifest.modelId && (await openModel(folder).catch(() => null))) return before;
  const contents = new Map<string, Uint8Array<ArrayBuffer>>([['manifest.json', new TextEncoder().encode(text)]]);
  for (const { path } of manifest.files) contents.set(path, await client.readArtifact(source, path, gather));
  const read = (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = contents.get(path);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new FrameRateError('NOT_FOUND', `The registry has no ${path} of it.`));
  };
  await loadModel({ read }); // as every reader does
  return install(folder, manifest, read);
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}
