import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunJournal } from '../../../trainer/tracking/journal.ts';
import { readConnection, type Connection } from '../../../trainer/tracking/mlflow/connection.ts';
import { MlflowClient } from '../../../trainer/tracking/mlflow/client.ts';
import { MlflowHttp } from '../../../trainer/tracking/mlflow/http.ts';
import { replay } from '../../../trainer/tracking/replay.ts';
import { Look, mlflowContract } from '../../contracts/mlflow.ts';
import { registryContract } from '../../contracts/registry.ts';
import { FakeMlflow } from '../../support/fakeMlflow.ts';
import { ADMIN, MlflowServer } from '../../support/mlflowServer.ts';
import { findMlflow, needs } from '../../support/tools.ts';

const connectionTo = (uri: string, more: Record<string, string> = {}): Connection => readConnection({ MLFLOW_TRACKING_URI: uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', ...more })!;
const asAdmin = { MLFLOW_TRACKING_USERNAME: ADMIN.user, MLFLOW_TRACKING_PASSWORD: ADMIN.password };

describe('a fake MLflow', () => {
  mlflowContract(async () => {
    const fake = await FakeMlflow.start();
    return { connection: connectionTo(fake.uri), stop: () => fake.stop() };
  });
  describe('registry', () => {
    registryContract(async () => {
      const fake = await FakeMlflow.start();
      return { connection: connectionTo(fake.uri), stop: () => fake.stop() };
    });
  });
});

const mlflow = findMlflow();
const { skip, label } = needs('mlflow', mlflow);

// Slow to begin with, and slower where much else runs.
describe.skipIf(skip)(`a real MLflow${label}`, { timeout: 150_000 }, () => {
  let server: MlflowServer;
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-runs-'));
    server = await MlflowServer.start(mlflow!);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });

  mlflowContract(() => Promise.resolve({ connection: connectionTo(server.uri, asAdmin), stop: () => Promise.resolve() }));
  describe('registry', () => {
    registryContract(() => Promise.resolve({ connection: connectionTo(server.uri, asAdmin), stop: () => Promise.resolve() }));
  });

  test('is one of those that are meant', async () => {
    const version = await new MlflowClient(new MlflowHttp(connectionTo(server.uri, asAdmin))).version();
    expect(version).toMatch(/^3\.\d+\.\d+/);
  });

  test.each<[string, Record<string, string>]>([
    ['whoever says no name', {}],
    ['whoever knows no password', { MLFLOW_TRACKING_USERNAME: 'eve', MLFLOW_TRACKING_PASSWORD: 'guessing is no good' }],
  ])('does not let %s in, and says how to be let in', async (_, credentials) => {
    const journal = RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'denied' });
    await expect(replay(journal.folder, new MlflowClient(new MlflowHttp(connectionTo(server.uri, credentials))))).rejects.toMatchObject({ kind: 'denied', message: expect.stringMatching(/MLFLOW_TRACKING_USERNAME/) as string });
  });

  test('that does not know its own name says which variable names it', async () => {
    const { port } = new URL(server.uri);
    const journal = RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'hosts' });
    await expect(replay(journal.folder, new MlflowClient(new MlflowHttp(connectionTo(`http://localhost:${port}`, asAdmin))))).rejects.toThrow(/MLFLOW_SERVER_ALLOWED_HOSTS must name localhost/);
  });

  test('that is restarted in the middle of a run has all of it once', async () => {
    const connection = connectionTo(server.uri, asAdmin);
    const client = new MlflowClient(new MlflowHttp(connection));
    const journal = RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'restarted' });
    const loss = (step: number): void => journal.append({ type: 'metric', key: 'loss', value: 1 / step, step, time: step });
    [1, 2, 3].forEach(loss);
    await journal.write('before.txt', 'one');
    await replay(journal.folder, client);
    await server.kill();
    [4, 5].forEach(loss);
    await expect(replay(journal.folder, client)).rejects.toMatchObject({ kind: 'unreachable' });
    await server.run();
    await journal.write('after.txt', 'two');
    journal.end('FINISHED');
    await replay(journal.folder, client);

    const look = new Look(connection);
    const [run, ...more] = await look.runsOf('restarted');
    expect(more).toEqual([]);
    expect(run!.info.status).toBe('FINISHED');
    expect((await look.history(run!.info.run_id, 'loss')).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    const { artifact_uri } = (await client.run(run!.info.run_id))!;
    expect([await client.artifactText(artifact_uri, 'before.txt'), await client.artifactText(artifact_uri, 'after.txt')]).toEqual(['one', 'two']);
    await client.http.close();
  });
});
