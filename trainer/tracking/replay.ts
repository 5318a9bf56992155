import { basename, dirname, join } from 'node:path';
import type { DatasetInput, RunEvent } from './events.ts';
import { artifactFile } from './journal.ts';
import { batchesOf } from './mlflow/batches.ts';
import type { Batch, Dataset, KeyValue, Metric, MlflowClient, RunInfo } from './mlflow/client.ts';
import { MlflowError } from './mlflow/errors.ts';
import { findOrMake } from './mlflow/findOrMake.ts';
import { registerRun } from './registry.ts';
import { readRun, type RunRecord } from './runRecord.ts';
import { readSent, writeEvents, writeLink, type Link } from './sent.ts';

/** The tag by which a run is found again whose making was never answered. */
export const RUN_TAG = 'framerate.run_id';

export interface Replayed {
  /** Events that were sent now. */
  readonly sent: number;
  /** Where a person sees the run. */
  readonly address: string;
}

/**
 * Sends what a server does not have yet of a run. Whatever was sent before, whoever crashed and whichever answer was
 * lost, the server has everything once: a run is looked for by its tag before it is made, metrics, parameters and tags
 * that MLflow has already change nothing, and files are written over by themselves.
 * @throws {MlflowError} where that fails; what had arrived is known, and the next call goes on from there.
 */
export async function replay(folder: string, client: MlflowClient): Promise<Replayed> {
  const run = readRun(folder);
  const link = await linkRun(run, client);
  const before = readSent(folder, client.uri).events;
  const { events } = run;
  let next = before;
  while (next < events.length) {
    const end = next + together(events, next);
    await send(events.slice(next, end), run, link, client);
    writeEvents(folder, client.uri, (next = end));
  }
  // A run whose writer crashed never says that it ended, and would be shown as running for ever.
  if (run.status === 'CRASHED' && events.length > before) await client.updateRun(link.runId, { status: 'FAILED', end_time: lastTime(events) });
  return { sent: events.length - before, address: `${client.uri}/#/experiments/${link.experimentId}/runs/${link.runId}` };
}

/** Whether a server has all of a run. */
export const isSent = ({ folder, events }: RunRecord, server: string): boolean => readSent(folder, server).events >= events.length;

/** How many events from `start` on fit into the same requests. */
function together(events: readonly RunEvent[], start: number): number {
  const end = events.findIndex((event, i) => i >= start && !isEntry(event));
  return end < 0 ? events.length - start : Math.max(1, end - start);
}

const isEntry = ({ type }: RunEvent): boolean => type === 'params' || type === 'tags' || type === 'metric';

async function send(events: readonly RunEvent[], run: RunRecord, link: Link, client: MlflowClient): Promise<void> {
  const [event] = events;
  switch (event!.type) {
    case 'begin': // linkRun has made it
      return;
    case 'resume':
      return client.updateRun(link.runId, { status: 'RUNNING' });
    case 'params':
    case 'tags':
    case 'metric':
      for (const batch of batchesOf(entriesOf(events))) await client.logBatch(link.runId, batch);
      return;
    case 'dataset':
      return client.logInput(link.runId, datasetOf(event.dataset), 'training');
    case 'artifact':
      return client.putArtifact(link.artifactUri, event.path, artifactFile(run.folder, event.path));
    case 'register':
      await registerRun(client, run, link, event.model);
      return;
    case 'end':
      return client.updateRun(link.runId, { status: event.status, end_time: event.time });
    default:
      event satisfies never | undefined; // of a newer release
  }
}

function entriesOf(events: readonly RunEvent[]): Batch {
  const metrics: Metric[] = [];
  const params: KeyValue[] = [];
  const tags: KeyValue[] = [];
  const pairs = (values: Readonly<Record<string, string>>): KeyValue[] => Object.entries(values).map(([key, value]) => ({ key, value }));
  for (const event of events) {
    if (event.type === 'params') params.push(...pairs(event.params));
    else if (event.type === 'tags') tags.push(...pairs(event.tags));
    else if (event.type === 'metric') {
      const { key, value, standardError, step, time: timestamp } = event;
      metrics.push({ key, value, timestamp, step });
      if (standardError !== undefined) metrics.push({ key: `${key}_se`, value: standardError, timestamp, step });
    }
  }
  return { metrics, params, tags };
}

/** MLflow takes at most so many letters of a digest. */
const DIGEST_LETTERS = 36;

function datasetOf({ name, digest, url, licence, users, items, ratings }: DatasetInput): Dataset {
  return {
    name,
    digest: digest.slice(0, DIGEST_LETTERS),
    source_type: url === null ? 'local' : 'http',
    source: JSON.stringify({ ...(url !== null && { url }), sha256: digest, licence }),
    profile: JSON.stringify({ users, items, ratings }),
  };
}

const lastTime = (events: readonly RunEvent[]): number => Math.max(...events.map((event) => ('time' in event ? event.time : 0)));

/** The run of the server that a journal is sent to: the one it was linked to before, the one with its tag, or a new one. */
async function linkRun(run: RunRecord, client: MlflowClient): Promise<Link> {
  const known = readSent(run.folder, client.uri).link;
  if (known) {
    await assertThere(known, run, client);
    return known;
  }
  const { id, name, experiment, parent, time } = run.begin;
  const experimentId = await ensureExperiment(experiment, client);
  const tags: KeyValue[] = [{ key: RUN_TAG, value: id }];
  if (parent !== undefined) tags.push({ key: 'mlflow.parentRunId', value: (await linkRun(readRun(join(dirname(run.folder), parent)), client)).runId });
  const made = await findOrMake(
    () => client.runByTag(experimentId, RUN_TAG, id),
    () => client.createRun({ experiment_id: experimentId, run_name: name, start_time: time, tags }),
    client,
  );
  const link = { experimentId, runId: made.run_id, artifactUri: made.artifact_uri };
  writeLink(run.folder, client.uri, link);
  return link;
}

async function assertThere({ runId }: Link, { folder }: RunRecord, client: MlflowClient): Promise<void> {
  const there: RunInfo | null = await client.run(runId);
  if (there?.lifecycle_stage === 'active') return;
  throw new MlflowError('rejected', `MLflow at ${client.uri} ${there ? 'has deleted' : 'no longer has'} the run of ${basename(folder)}. To send it anew, take ${join(folder, 'sent.jsonl')} away.`);
}

async function ensureExperiment(name: string, client: MlflowClient): Promise<string> {
  const found = await client.experimentByName(name);
  if (found?.lifecycle_stage === 'deleted') throw new MlflowError('rejected', `The experiment ${name} of MLflow at ${client.uri} is deleted. Restore it there, or use another (--experiment).`);
  if (found) return found.experiment_id;
  try {
    return await client.createExperiment(name);
  } catch (error) {
    // Somebody else was quicker, or it was made and the answer got lost on its way.
    const made = error instanceof MlflowError && error.kind === 'exists' ? await client.experimentByName(name) : null;
    if (!made) throw error;
    return made.experiment_id;
  }
}
