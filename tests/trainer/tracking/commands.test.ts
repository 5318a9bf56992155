import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeMlflow } from '../../support/fakeMlflow.ts';
import { repoRoot } from '../../support/tools.ts';

let scratch: string;
let fake: FakeMlflow;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'framerate-tracking-'));
  fake = await FakeMlflow.start();
});
afterAll(async () => {
  await fake.stop();
  await rm(scratch, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended>; err: () => string; out: () => string } {
  const { MLFLOW_TRACKING_URI: _, MLFLOW_EXPERIMENT_NAME: __, ...rest } = process.env;
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), ...args], { cwd: scratch, env: { ...rest, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { child, err: () => err, out: () => out, ended: new Promise((done) => child.on('close', (code) => done({ code, out, err }))) };
}

const framerate = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => start(args, env).ended;
const toFake = (): Record<string, string> => ({ MLFLOW_TRACKING_URI: fake.uri });
/** A training that takes a second. */
const training = (rank: number, ...more: string[]): string[] => ['train', '--data', 'sample', '--rank', String(rank), '--no-map', '--out', 'models/films', ...more];
const runsIn = (folder: string): Promise<string[]> => readdir(join(scratch, folder)).then((names) => names.sort(), () => []);

describe('framerate', { timeout: 90_000 }, () => {
  test.each([['runs'], ['runs', 'list'], ['runs', 'show'], ['runs', 'compare'], ['sync'], ['register'], ['promote'], ['sweep']])('%s %s --help explains itself', async (...command) => {
    const { code, out } = await framerate([...command.filter(Boolean), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: framerate/);
  });

  test('keeps a training as a run, sends it nowhere, and shows it', async () => {
    expect((await framerate(['runs', 'list'])).out).toMatch(/no runs in models\/runs yet/);
    const { code, err } = await framerate(training(8));
    expect(code, err).toBe(0);
    expect(fake.requests).toEqual([]);
    const [id, ...more] = await runsIn('models/runs');
    expect(more).toEqual([]);
    expect((await framerate(['runs', 'list'])).out).toMatch(new RegExp(`${id}.*train.*films.*sample.*finished.*0\\.\\d+ ± 0\\.\\d+`));
    const shown = (await framerate(['runs', 'show', 'last'])).out;
    for (const part of [/rank +8/, /ndcg_at_10 +0\.\d+ ± /, /svd\/singular_value .*8 steps/, /latency\/p50_us/, /memory\/peak_mb/, /framerate\.command +framerate train --data sample --rank 8/, /report\.html/, /plots\/accuracy\.svg/]) expect(shown).toMatch(part);
    const json = JSON.parse((await framerate(['runs', 'show', id!, '--json'])).out) as { metrics: Record<string, { step: number }[]>; artifacts: string[] };
    expect(json.metrics['svd/singular_value']!.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const path of json.artifacts.filter((name) => name.endsWith('.svg'))) expect(await readFile(join(scratch, 'models/runs', id!, 'artifacts', path), 'utf8')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>$/);
  });

  test('trains without its server, and syncs later, once', async () => {
    const down = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:1' };
    const { code, err } = await framerate(training(12), down);
    expect(code, err).toBe(0);
    expect(err).toMatch(/does not answer.*ECONNREFUSED[^]*Not sent to MLflow.*framerate sync/);
    expect((await framerate(['sync'], down)).code).toBe(1);
    expect((await framerate(['sync'])).err).toMatch(/Set MLFLOW_TRACKING_URI/);
    const synced = await framerate(['sync'], toFake());
    expect(synced.code, synced.err).toBe(0);
    expect(synced.out.trim().split('\n')).toHaveLength(2);
    expect((await framerate(['sync'], toFake())).err).toMatch(/it had them all/);
    expect(fake.runs.map(({ info, params }) => [info.status, params.get('rank')])).toEqual([['FINISHED', '8'], ['FINISHED', '12']]);
    expect((await framerate(['runs', 'list'], toFake())).out.match(/ yes$/gm)).toHaveLength(2);
  });

  test('compares runs person by person', async () => {
    const [one, two] = await runsIn('models/runs');
    const { out } = await framerate(['runs', 'compare', two!, one!]);
    expect(out).toMatch(/^parameter .*\nrank +12 +8\n/);
    expect(out).toMatch(/^ndcg_at_10 +0\.\d+ ± 0\.\d+ +0\.\d+ ± 0\.\d+$/m);
    expect(out).toMatch(/against .*: \+0\.\d+ ± 0\.\d+ NDCG@10 \(person by person, \d+ people\)/);
    const { gains } = JSON.parse((await framerate(['runs', 'compare', two!, one!, '--json'])).out) as { gains: { mean: number; paired: boolean }[] };
    expect(gains).toEqual([expect.objectContaining({ paired: true })]);
    expect((await framerate(['runs', 'compare', 'nothing'])).err).toMatch(/no run nothing/);
  });

  test('keeps no run where that is not wanted; a misnamed server is no reason not to train', async () => {
    const before = await runsIn('models/runs');
    const { code, err } = await framerate(training(4, '--no-track', '--no-evaluate'), toFake());
    expect(code, err).toBe(0);
    expect(await runsIn('models/runs')).toEqual(before);
    const odd = await framerate(training(5, '--no-evaluate', '--runs', 'other'), { MLFLOW_TRACKING_URI: 'file:./mlruns' });
    expect(odd.code, odd.err).toBe(0);
    expect(odd.err).toMatch(/MLFLOW_TRACKING_URI is file:.*The run is kept in other/);
    expect(await runsIn('other')).toHaveLength(1);
    expect((await framerate(training(8, '--no-track', '--register', 'x'), toFake())).err).toMatch(/exclude each other/);
    expect((await framerate(training(8, '--register', 'x'))).err).toMatch(/Set MLFLOW_TRACKING_URI/);
  });

  test('registers, promotes, and serves what is in the registry', async () => {
    const registered = await framerate(training(12, '--register', 'films'), toFake());
    expect(registered.code, registered.err).toBe(0);
    expect((await framerate(['serve', '--from-registry', 'films@champion'], toFake())).err).toMatch(/no champion/);
    expect((await framerate(['promote', 'films'], toFake())).out).toMatch(/^Version 1 of films is the champion\. The first/);
    expect((await framerate(['serve', '--from-registry', 'films', '--model', 'models/films'], toFake())).err).toMatch(/exclude each other/);

    const server = start(['serve', '--from-registry', 'films@champion', '--app-port', '0', '--api-port', '0'], toFake());
    try {
      await expect.poll(server.out, { timeout: 60_000 }).toMatch(/http:\/\/localhost:\d+|http:\/\/127\.0\.0\.1:\d+/);
      expect(server.err()).toMatch(/^Version 1 of films: model [0-9a-f]{16} in models\/registry\/films/);
      const addresses = server.out().match(/http:\/\/[^\s]+?:\d+/g)!;
      const answers = await Promise.all(addresses.map((address) => fetch(`${address}/v1/models`).then((response) => response.text(), () => '')));
      expect(answers.join()).toMatch(/"films"/);
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
    }
  });

  test('registers a model that is up to date, by the run that trained it', async () => {
    const again = await framerate(training(12, '--register', 'films two'), toFake());
    expect(again.code, again.err).toBe(0);
    expect(again.err).toMatch(/is up to date[^]*Registered as films two/);
    const other = await framerate(['register', '--model', 'models/films', '--name', 'films three'], toFake());
    expect(other.code, other.err).toBe(0);
    expect((await framerate(['register', '--model', 'models/films', '--name', 'x', '--runs', 'other'], toFake())).err).toMatch(/No run in other has trained/);
  });
});

describe('framerate sweep', { timeout: 120_000 }, () => {
  const grid = 'parameters:\n  rank: [4, 8]\n  softThreshold: [0, 0.6]\n  itemExponent: [0, 0.3]\n';

  test('tries all settings with as few factorisations as they need, goes on after a crash, and publishes the best', async () => {
    await writeFile(join(scratch, 'films.yaml'), grid);
    const args = ['sweep', 'films.yaml', '--data', 'sample', '--runs', 'sweeps'];
    const crashed = start(args);
    await expect.poll(crashed.err, { timeout: 60_000 }).toMatch(/Trial 3 of 8.*NDCG@10/);
    crashed.child.kill('SIGKILL');
    await once(crashed.child, 'close');

    const { code, out, err } = await framerate([...args, '--publish', 'models/best'], toFake());
    expect(code, err).toBe(0);
    expect(err).toMatch(/Going on: [3-7] trials are done/);
    const rows = out.split('\n').filter((line) => /^\d+ /.test(line));
    expect(rows).toHaveLength(8);
    expect(out).toMatch(/trial +itemExponent +rank +softThreshold +NDCG@10 +after few ratings +behind the best/);
    const means = rows.map((row) => Number(/(0\.\d{4}) ±/.exec(row)![1]));
    expect(means).toEqual(means.toSorted((a, b) => b - a));
    const { model } = JSON.parse(await readFile(join(scratch, 'models/best/manifest.json'), 'utf8')) as { model: Record<string, number> };
    expect(rows[0]).toMatch(new RegExp(`^\\d+ +${model['itemExponent']} +${model['rank']} +${model['softThreshold']} `));

    const sweep = (await Promise.all((await runsIn('sweeps')).map(async (id) => ({ id, begin: JSON.parse((await readFile(join(scratch, 'sweeps', id, 'journal.jsonl'), 'utf8')).split('\n')[0]!) as { kind: string } })))).filter(({ begin }) => begin.kind === 'sweep');
    expect(sweep).toHaveLength(1);
    expect(await readFile(join(scratch, 'sweeps', sweep[0]!.id, 'artifacts/sweep.html'), 'utf8')).toMatch(/<svg[^]*trial \d[^]*<table>/);
    const parent = fake.runs.find(({ tags }) => tags.get('framerate.run_id') === sweep[0]!.id)!;
    expect(parent.info.status).toBe('FINISHED');
    const children = fake.runs.filter(({ tags }) => tags.get('mlflow.parentRunId') === parent.info.run_id);
    expect(children.filter(({ info, tags }) => info.status === 'FINISHED' && tags.has('framerate.setting'))).toHaveLength(8);
    expect(children.filter(({ tags }) => tags.get('framerate.model') === 'best')).toHaveLength(1);

    const again = await framerate(args);
    expect(again.err).toMatch(/Going on: 8 trials are done[^]*8 trials, 0 factorisations/);
    expect(out.startsWith(again.out)).toBe(true); // and what training the best says
  });

  test('says where its file is wrong, and what it has too few of', async () => {
    await writeFile(join(scratch, 'bad.yaml'), 'parameters:\n  ranks: 8\n');
    const { code, err } = await framerate(['sweep', 'bad.yaml']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^bad\.yaml, line 2, column 3: /)]);
    await writeFile(join(scratch, 'few.csv'), `user,item,rating\n${Array.from({ length: 90 }, (_, i) => `${Math.floor(i / 9)},${i % 9},5`).join('\n')}\n`);
    await writeFile(join(scratch, 'good.yaml'), 'parameters: { rank: 4 }\n');
    expect((await framerate(['sweep', 'good.yaml', '--data', 'few.csv'])).err).toMatch(/too few to tell settings apart/);
    expect((await framerate(['sweep', 'nowhere.yaml'])).err).toMatch(/nowhere\.yaml cannot be read/);
  });
});
