import { InputError } from '../inputError.ts';
import type { Progress } from '../progress.ts';
import { readManifest } from '../publish.ts';
import { RunJournal } from './journal.ts';
import { MlflowClient } from './mlflow/client.ts';
import { readConnection } from './mlflow/connection.ts';
import { MlflowHttp } from './mlflow/http.ts';
import { replay } from './replay.ts';
import { listRuns } from './runRecord.ts';
import type { TrackingOptions } from './trackedRun.ts';
import { keepModel } from './trackTraining.ts';

/** A registry is part of an MLflow server, and a version is of a run. */
export function requireServer({ track = true }: TrackingOptions): void {
  if (!track) throw new InputError('A version in the registry belongs to its run: --register and --no-track exclude each other.');
  connect();
}

/** @throws {InputError} where no server is named. */
export function connect(): MlflowClient {
  const connection = readConnection();
  if (!connection) throw new InputError('Which MLflow? Set MLFLOW_TRACKING_URI, e.g. to http://localhost:5000.');
  return new MlflowClient(new MlflowHttp(connection));
}

/** Runs some work with a client, and closes its connections. */
export async function withClient<T>(work: (client: MlflowClient) => Promise<T>): Promise<T> {
  const client = connect();
  try {
    return await work(client);
  } finally {
    await client.http.close();
  }
}

/**
 * Makes a published model a version in the registry, by the run that trained it.
 * @throws {InputError} where there is no such run. @throws {MlflowError}
 */
export async function registerModel({ model: folder, name, runs }: { readonly model: string; readonly name: string; readonly runs: string }, progress: Progress): Promise<void> {
  const { modelId } = await readManifest(folder);
  const run = (await listRuns(runs)).findLast(({ tags }) => tags.get('framerate.model_id') === modelId);
  if (!run) throw new InputError(`No run in ${runs} has trained ${folder} as it is now (${modelId}). Train it again, with --register ${name}; --runs names another folder.`);
  if (!run.events.some((event) => event.type === 'register' && event.model === name)) {
    const journal = RunJournal.resume(run.folder);
    await keepModel(journal, folder);
    journal.append({ type: 'register', model: name });
    journal.end('FINISHED');
  }
  await withClient(async (client) => {
    const { address } = await replay(run.folder, client);
    progress.say(`Registered as ${name}: ${client.uri}/#/models/${encodeURIComponent(name)}, from run ${address}`);
  });
}
