import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFigure } from '../../trainer/tracking/events.ts';
import { RunJournal } from '../../trainer/tracking/journal.ts';
import type { Connection } from '../../trainer/tracking/mlflow/connection.ts';
import { MlflowClient } from '../../trainer/tracking/mlflow/client.ts';
import { MlflowHttp } from '../../trainer/tracking/mlflow/http.ts';
import { isSent, replay, RUN_TAG } from '../../trainer/tracking/replay.ts';
import { listRuns, readRun } from '../../trainer/tracking/runRecord.ts';

export interface OpenMlflow {
  readonly connection: Connection;
  stop(): Promise<void>;
}

interface SeenRun {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string; readonly start_time: number; readonly end_time?: number };
  readonly data: { readonly metrics?: { key: string; value: number | string; step: number }[]; readonly params?: { key: string; value: string }[]; readonly tags?: { key: string; value: string }[] };
  readonly inputs?: { readonly dataset_inputs?: { readonly dataset: { readonly name: string; readonly digest: string } }[] };
}

/** What a server has, asked for without our client. */
export class Look {
  constructor(private readonly connection: Connection) {}

  async ask<T>(path: string, json?: object): Promise<T> {
    const { uri, authorization } = this.connection;
    const response = await fetch(`${uri}/api/2.0/${path}`, {
      headers: { ...(authorization && { authorization }), 'content-type': 'application/json' },
      ...(json && { method: 'POST', body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async runsOf(experiment: string): Promise<readonly SeenRun[]> {
    const { experiment: found } = await this.ask<{ experiment: { experiment_id: string } }>(`mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(experiment)}`);
    return (await this.ask<{ runs?: SeenRun[] }>('mlflow/runs/search', { experiment_ids: [found.experiment_id], max_results: 1000 })).runs ?? [];
  }

  async history(runId: string, key: string): Promise<readonly { value: number | string; step: number }[]> {
    return (await this.ask<{ metrics?: { value: number | string; step: number }[] }>(`mlflow/metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}&max_results=10000`)).metrics ?? [];
  }
}

const valuesOf = (pairs: readonly { key: string; value: number | string }[] = []): Record<string, number | string> => Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

/** What our runs are at an MLflow server: of a fake one and of a real one alike. */
export function mlflowContract(open: () => Promise<OpenMlflow>): void {
  let server: OpenMlflow;
  let root: string;
  let client: MlflowClient;
  let look: Look;
  let made = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-runs-'));
    server = await open();
    client = new MlflowClient(new MlflowHttp(server.connection));
    look = new Look(server.connection);
  });
  afterAll(async () => {
    await client?.http.close();
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** A journal in an experiment of its own. */
  const begin = (parent?: string, experiment = `contract ${++made}`): { journal: RunJournal; experiment: string } => ({
    journal: RunJournal.begin(root, { kind: parent === undefined ? 'train' : 'trial', name: 'films', experiment, ...(parent !== undefined && { parent }) }),
    experiment,
  });
  const metric = (journal: RunJournal, key: string, value: number, step = 0, standardError?: number): void =>
    journal.append({ type: 'metric', key, value: toFigure(value), ...(standardError !== undefined && { standardError: toFigure(standardError) }), step, time: 1_700_000_000_000 + step });

  test('a run arrives whole', async () => {
    const { journal, experiment } = begin();
    journal.append({ type: 'tags', tags: { 'mlflow.source.git.commit': 'abc', 'framerate.seed': '1' } });
    journal.append({ type: 'params', params: { rank: '64', 'residual.theta': '0.6' } });
    journal.append({ type: 'dataset', dataset: { name: 'ml-tiny', digest: 'd'.repeat(64), url: 'https://example.org/ml', licence: 'none', users: 3, items: 4, ratings: 5 } });
    for (let i = 1; i <= 5; i++) metric(journal, 'svd/singular_value', 10 / i, i);
    metric(journal, 'ndcg_at_10', 0.25, 0, 0.01);
    metric(journal, 'odd/nan', NaN);
    metric(journal, 'odd/plus', Infinity);
    metric(journal, 'odd/minus', -Infinity);
    await journal.write('plots/a plot.svg', '<svg/>');
    await journal.write('bytes.bin', new Uint8Array(300_000).fill(7));
    journal.end('FINISHED');
    const { sent, address } = await replay(journal.folder, client);
    expect(sent).toBe(readRun(journal.folder).events.length);

    const runs = await look.runsOf(experiment);
    expect(runs).toHaveLength(1);
    const { info, data, inputs } = runs[0]!;
    expect(address).toContain(info.run_id);
    expect(info).toMatchObject({ run_name: 'films', status: 'FINISHED', start_time: readRun(journal.folder).begin.time, end_time: readRun(journal.folder).endTime });
    expect(valuesOf(data.params)).toEqual({ rank: '64', 'residual.theta': '0.6' });
    expect(valuesOf(data.tags)).toMatchObject({ [RUN_TAG]: journal.id, 'mlflow.source.git.commit': 'abc', 'framerate.seed': '1' });
    expect(valuesOf(data.metrics)).toEqual({ 'svd/singular_value': 2, ndcg_at_10: 0.25, ndcg_at_10_se: 0.01, 'odd/nan': 'NaN', 'odd/plus': Number.MAX_VALUE, 'odd/minus': -Number.MAX_VALUE });
    expect((await look.history(info.run_id, 'svd/singular_value')).map(({ step, value }) => [step, value])).toEqual([1, 2, 3, 4, 5].map((i) => [i, 10 / i]));
    expect(inputs!.dataset_inputs!.map(({ dataset }) => [dataset.name, dataset.digest])).toEqual([['ml-tiny', 'd'.repeat(36)]]);
    const root_ = (await client.run(info.run_id))!.artifact_uri;
    expect(await client.artifactText(root_, 'plots/a plot.svg')).toBe('<svg/>');
    const bytes = await client.readArtifact(root_, 'bytes.bin', async (body) => {
      let sum = 0;
      for await (const part of body) for (const byte of part) sum += byte;
      return sum;
    });
    expect(bytes).toBe(7 * 300_000);
    expect(await client.artifactText(root_, 'plots/none.svg')).toBeNull();
  });

  test('however often it is sent, and whatever was forgotten, a run is there once', async () => {
    const { journal, experiment } = begin();
    journal.append({ type: 'params', params: { rank: '64' } });
    metric(journal, 'loss', 0.5, 1, 0.1);
    journal.append({ type: 'dataset', dataset: { name: 'ml', digest: 'e'.repeat(64), url: null, licence: null, users: 1, items: 1, ratings: 1 } });
    await journal.write('a.txt', 'one');
    await replay(journal.folder, client);
    expect((await replay(journal.folder, client)).sent).toBe(0);
    await rm(join(journal.folder, 'sent.jsonl')); // as after a crash before it was written
    metric(journal, 'loss', 0.25, 2, 0.1);
    journal.end('FINISHED');
    await replay(journal.folder, client);

    const runs = await look.runsOf(experiment);
    expect(runs).toHaveLength(1);
    expect(runs[0]!.info.status).toBe('FINISHED');
    expect(await look.history(runs[0]!.info.run_id, 'loss')).toHaveLength(2);
    expect(await look.history(runs[0]!.info.run_id, 'loss_se')).toHaveLength(2);
    expect(runs[0]!.inputs!.dataset_inputs).toHaveLength(1);
  });

  test('more than one request holds, and longer values than one takes', async () => {
    const { journal, experiment } = begin();
    for (let i = 0; i < 1500; i++) metric(journal, 'curve', i / 7, i);
    journal.append({ type: 'params', params: { ...Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`p${i}`, String(i)])), long: 'x'.repeat(9000) } });
    journal.append({ type: 'tags', tags: { 'framerate.command': 'y'.repeat(9000) } });
    await replay(journal.folder, client);
    const [run] = await look.runsOf(experiment);
    expect(await look.history(run!.info.run_id, 'curve')).toHaveLength(1500);
    expect(run!.data.params).toHaveLength(231);
    expect(valuesOf(run!.data.params)['long']).toMatch(/^x{5000,} … \(cut: 9000 characters\)$/);
    expect(valuesOf(run!.data.tags)['framerate.command']).toMatch(/^y{4000,} … \(cut: 9000 characters\)$/);
  });

  test('a trial is below its sweep, also when that was never sent', async () => {
    const { journal: sweep, experiment } = begin();
    const { journal: trial } = begin(sweep.id, experiment);
    trial.end('FINISHED');
    await replay(trial.folder, client);
    await replay(sweep.folder, client);
    const runs = await look.runsOf(experiment);
    const runOf = (id: string): SeenRun => runs.find(({ data }) => valuesOf(data.tags)[RUN_TAG] === id)!;
    expect(runs).toHaveLength(2);
    expect(valuesOf(runOf(trial.id).data.tags)['mlflow.parentRunId']).toBe(runOf(sweep.id).info.run_id);
  });

  test('a run that goes on after its end, and one whose program is gone', async () => {
    const { journal, experiment } = begin();
    journal.end('KILLED');
    await replay(journal.folder, client);
    expect((await look.runsOf(experiment))[0]!.info.status).toBe('KILLED');
    RunJournal.resume(journal.folder);
    await replay(journal.folder, client);
    expect((await look.runsOf(experiment))[0]!.info.status).toBe('RUNNING');
    const path = join(journal.folder, 'journal.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(`"pid":${process.pid}`, '"pid":4194999')); // above what Linux gives
    metric(journal, 'last', 1);
    expect(readRun(journal.folder).status).toBe('CRASHED');
    await replay(journal.folder, client);
    expect((await look.runsOf(experiment))[0]!.info.status).toBe('FAILED');
    expect(isSent((await listRuns(root)).find(({ id }) => id === journal.id)!, server.connection.uri)).toBe(true);
  });

  describe('what cannot be', () => {
    test('an experiment that was deleted', async () => {
      const { journal, experiment } = begin();
      await replay(journal.folder, client);
      const { experiment: found } = await look.ask<{ experiment: { experiment_id: string } }>(`mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(experiment)}`);
      await look.ask('mlflow/experiments/delete', { experiment_id: found.experiment_id });
      await expect(replay(begin(undefined, experiment).journal.folder, client)).rejects.toThrow(/experiment contract \d+ .* is deleted.*--experiment/);
    });

    test('a run that was deleted there', async () => {
      const { journal } = begin();
      await replay(journal.folder, client);
      const [, runId] = /"runId":"([^"]+)"/.exec(await readFile(join(journal.folder, 'sent.jsonl'), 'utf8'))!;
      await look.ask('mlflow/runs/delete', { run_id: runId });
      journal.end('FINISHED');
      await expect(replay(journal.folder, client)).rejects.toThrow(/has deleted the run.*sent\.jsonl/);
    });

    test('a parameter that changes', async () => {
      const { journal } = begin();
      journal.append({ type: 'params', params: { rank: '1' } });
      await replay(journal.folder, client);
      journal.append({ type: 'params', params: { rank: '2' } });
      await expect(replay(journal.folder, client)).rejects.toThrow(/log-batch, 400.*Changing param values/);
    });
  });
}
