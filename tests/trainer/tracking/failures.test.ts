import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Delivery } from '../../../trainer/tracking/delivery.ts';
import { RunJournal } from '../../../trainer/tracking/journal.ts';
import { MlflowClient } from '../../../trainer/tracking/mlflow/client.ts';
import { readConnection, type Connection } from '../../../trainer/tracking/mlflow/connection.ts';
import { LONGEST_WAIT_MS, MlflowHttp } from '../../../trainer/tracking/mlflow/http.ts';
import { isSent, replay } from '../../../trainer/tracking/replay.ts';
import { readRun } from '../../../trainer/tracking/runRecord.ts';
import { FakeMlflow, type Fault } from '../../support/fakeMlflow.ts';

let fake: FakeMlflow;
let root: string;
let waits: number[];
beforeEach(async () => {
  fake = await FakeMlflow.start();
  root = await mkdtemp(join(tmpdir(), 'framerate-runs-'));
  waits = [];
});
afterEach(async () => {
  await fake.stop();
  await rm(root, { recursive: true, force: true });
});

const connect = (more: Record<string, string> = {}): Connection => readConnection({ MLFLOW_TRACKING_URI: fake.uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '3', ...more })!;
/** Waits for nothing, and notes how long it was to wait. */
const clientOf = (connection = connect(), now = 0): MlflowClient =>
  new MlflowClient(new MlflowHttp(connection, { pause: (ms) => Promise.resolve(waits.push(ms)), random: () => 0.5, now: () => now }));

function makeRun(): RunJournal {
  const journal = RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'X' });
  journal.append({ type: 'params', params: { rank: '8' } });
  journal.append({ type: 'metric', key: 'loss', value: 1, step: 0, time: 1 });
  return journal;
}

const sentOnce = (): void => {
  expect(fake.runs).toHaveLength(1);
  expect(fake.runs[0]!.metrics.get('loss')).toHaveLength(1);
};

describe('a server that fails for a while', () => {
  test.each<[string, Fault]>([
    ['is busy', { status: 429 }],
    ['breaks', { status: 500, body: '<html>oops</html>' }],
    ['is behind a proxy that cannot reach it', { status: 503 }],
    ['is too slow for its proxy', { status: 408 }],
    ['cuts the connection', 'cut'],
    ['answers into the void', 'lost'],
  ])('and %s, at any request, has everything once in the end', async (_, fault) => {
    for (const on of ['get-by-name', 'experiments/create', 'runs/search', 'runs/create', 'log-batch', 'a.txt', 'update']) fake.fail(on, fault, fault);
    const journal = makeRun();
    await journal.write('a.txt', 'text');
    journal.end('FINISHED');
    await replay(journal.folder, clientOf());
    // A run whose making was not answered is found, and not made again.
    expect(fake.faults.map(({ on }) => on)).toEqual(fault === 'lost' ? ['runs/create'] : []);
    sentOnce();
    expect(fake.runs[0]!.info.status).toBe('FINISHED');
  });

  test('is asked again later and later, and not before it says', async () => {
    fake.fail('get-by-name', { status: 503 }, { status: 429, headers: { 'retry-after': '7' } }, { status: 503, headers: { 'retry-after': new Date(30_000).toUTCString() } });
    await replay(makeRun().folder, clientOf());
    expect(waits).toEqual([500, 7000, 30_000]);
  });

  test('that wants to be left alone for long is', async () => {
    fake.fail('get-by-name', { status: 429, headers: { 'retry-after': String(LONGEST_WAIT_MS) } });
    await expect(replay(makeRun().folder, clientOf())).rejects.toMatchObject({ kind: 'busy', status: 429 });
    expect(waits).toEqual([]);
  });

  test('goes on where it stopped', async () => {
    const journal = makeRun();
    fake.fail('log-batch', ...Array<Fault>(4).fill('lost'));
    await expect(replay(journal.folder, clientOf())).rejects.toMatchObject({ kind: 'unreachable' });
    expect(isSent(readRun(journal.folder), fake.uri)).toBe(false);
    await replay(journal.folder, clientOf());
    expect(isSent(readRun(journal.folder), fake.uri)).toBe(true);
    sentOnce();
  });
});

describe('a server that will not', () => {
  test.each<[string, Fault, RegExp]>([
    ['refuses', { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"no such thing"}' }, /refuses it \(experiments\/get-by-name, 400\): no such thing/],
    ['is somebody else', { status: 404, body: '<html>not here</html>' }, /no MLflow at .*MLFLOW_TRACKING_URI right/],
    ['moved', { status: 301, headers: { location: 'https://elsewhere.example' } }, /answered 301.*MLFLOW_TRACKING_URI right/],
    ['is a web site', { status: 200, body: '<html>welcome</html>' }, /is no JSON/],
    ['wants a name', { status: 401 }, /MLFLOW_TRACKING_USERNAME/],
    ['wants another name', { status: 403, body: 'Permission denied' }, /does not allow this.*Permission denied/],
  ])('that %s is asked once', async (_, fault, message) => {
    fake.fail('get-by-name', fault);
    await expect(replay(makeRun().folder, clientOf())).rejects.toThrow(message);
    expect(fake.requests).toHaveLength(1);
  });

  test('that never answers is given up', async () => {
    fake.fail('get-by-name', 'hang', 'hang');
    await expect(replay(makeRun().folder, clientOf(connect({ MLFLOW_HTTP_REQUEST_TIMEOUT: '1', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1' })))).rejects.toThrow(/does not answer/);
    expect(fake.requests).toHaveLength(2);
  });

  test('where nobody listens', async () => {
    const { uri } = fake;
    const client = clientOf({ ...connect(), uri: uri.replace(/\d+$/, '1') });
    await expect(replay(makeRun().folder, client)).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/ECONNREFUSED/) as string });
    expect(waits).toEqual([500, 1000, 2000]);
  });
});

describe('a run that is sent while it is written', () => {
  const told: string[] = [];
  const deliver = (journal: RunJournal, connection = connect()): Delivery => new Delivery(journal.folder, connection, (text) => told.push(text));
  beforeEach(() => void (told.length = 0));

  test('can be watched, and is whole in the end', async () => {
    const journal = makeRun();
    const delivery = deliver(journal);
    for (let step = 1; step < 20; step++) {
      journal.append({ type: 'metric', key: 'curve', value: step, step, time: step });
      delivery.nudge();
    }
    await expect.poll(() => fake.runs[0]?.metrics.get('loss')?.length).toBe(1);
    journal.end('FINISHED');
    await delivery.finish();
    expect(fake.runs[0]!.metrics.get('curve')).toHaveLength(19);
    expect(told).toEqual([expect.stringMatching(/^Run http.*\/runs\//)]);
  });

  test('goes on without its server, and says so, once and in the end', async () => {
    const journal = makeRun();
    const delivery = deliver(journal, { ...connect(), uri: fake.uri.replace(/\d+$/, '1') });
    delivery.nudge();
    await expect.poll(() => told.length).toBe(1);
    delivery.nudge();
    journal.end('FINISHED');
    await delivery.finish();
    expect(told).toEqual([expect.stringMatching(/does not answer.*sent at the end/s), expect.stringMatching(/Not sent to MLflow.*framerate sync/s)]);
  });

  test('is sent in the end by a server that is back', async () => {
    const journal = makeRun();
    const delivery = deliver(journal);
    fake.fail('get-by-name', { status: 503 });
    delivery.nudge();
    await expect.poll(() => told.length).toBe(1);
    journal.end('FINISHED');
    await delivery.finish();
    sentOnce();
  });
});

describe('who asks', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['nobody', {}, undefined],
    ['a name', { MLFLOW_TRACKING_USERNAME: 'ann', MLFLOW_TRACKING_PASSWORD: 'pä:ss' }, `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`],
    ['a token', { MLFLOW_TRACKING_TOKEN: 'abc' }, 'Bearer abc'],
    ['a name before a token', { MLFLOW_TRACKING_USERNAME: 'a', MLFLOW_TRACKING_PASSWORD: 'b', MLFLOW_TRACKING_TOKEN: 'abc' }, `Basic ${Buffer.from('a:b').toString('base64')}`],
  ])('%s', async (_, env, header) => {
    await clientOf(connect(env)).version();
    expect(fake.authorization).toBe(header);
  });

  test('a name in the address, which is not shown again', async () => {
    const connection = readConnection({ MLFLOW_TRACKING_URI: `${fake.uri.replace('//', '//ann:s%40fe@')}/` })!;
    await clientOf(connection).version();
    expect(fake.authorization).toBe(`Basic ${Buffer.from('ann:s@fe').toString('base64')}`);
    expect(connection.uri).toBe(fake.uri);
  });
});
