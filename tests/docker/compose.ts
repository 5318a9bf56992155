/**
 * Builds the image and puts docker-compose.yml up for real, as somebody would: the addresses answer, the app in Chromium
 * gets its ten, trainings appear in MLflow, a restart loses nothing, and nothing stays behind.
 *
 *   npm run test:docker                  # -- --no-build: with the image that is there
 *
 * It needs a Docker engine and ports 8501, 8000 and 5000. FRAMERATE_BUILD_NETWORK=host: for engines whose builds reach
 * the registries of packages only so.
 */
import { strict as assert } from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../shared/artifact/format.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';
import { openBrowser } from '../e2e/browser.ts';
import { repoRoot } from '../support/tools.ts';

const PROJECT = 'framerate-test';
const IMAGE = 'framerate';
const APP = 'http://localhost:8501';
const API = 'http://localhost:8000';
const MLFLOW = 'http://localhost:5000';

interface Model {
  readonly name: string;
  readonly modelId: string;
}

const scratch = await mkdtemp(join(tmpdir(), 'framerate-docker-'));
await chmod(scratch, 0o755); // the trainer runs as somebody else
const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: repoRoot, encoding: 'utf8' }).stdout.trim();
const compose = await findCompose();

try {
  await step('build', async () => {
    if (!process.argv.includes('--no-build')) await run(...compose, 'build');
    const bytes = Number(await run('docker', 'image', 'inspect', '--format', '{{.Size}}', IMAGE));
    return `${IMAGE}: ${formatBytes(bytes)}`;
  });
  await step('up', async () => {
    await run(...compose, 'up', '-d');
    await untilReady();
  });
  await step('the addresses answer', async () => {
    const addresses = [`${APP}/`, `${API}/v1/models`, `${API}/docs`, `${MLFLOW}/`];
    for (const address of addresses) assert.equal((await fetch(address)).status, 200, address);
    return addresses.join(', ');
  });
  await step('the app in Chromium gets its ten', tenInChromium);
  await step('the first training is in MLflow', async () => {
    assert.equal((await runsInMlflow()).length, 1);
  });
  await step('a training on own ratings', async () => {
    await writeFile(join(scratch, 'ratings.csv'), someRatings());
    await run(...compose, 'run', '--rm', 'trainer', '--data', 'data/ratings.csv', '--out', 'models/own');
    const runs = await runsInMlflow();
    assert.equal(runs.length, 2);
    await until('the server lists the new model', async () => (await models()).some(({ name }) => name === 'own'));
    return `MLflow has ${runs.join(' and ')}`;
  });
  await step('a restart loses nothing', async () => {
    const [before, runs] = await Promise.all([models(), runsInMlflow()]);
    await run(...compose, 'restart', 'mlflow', 'serve');
    await untilReady();
    assert.deepEqual(await models(), before);
    await until('MLflow is back', async () => (await fetch(`${MLFLOW}/health`)).ok);
    assert.deepEqual(await runsInMlflow(), runs);
  });
  await step('down and up again: models and runs are in their volumes, and nothing is trained twice', async () => {
    const [before, runs] = await Promise.all([models(), runsInMlflow()]);
    await run(...compose, 'down');
    await run(...compose, 'up', '-d');
    await untilReady();
    assert.deepEqual(await models(), before);
    assert.deepEqual(await runsInMlflow(), runs);
  });
  await step('down is clean', async () => {
    await run(...compose, 'down', '--volumes', '--remove-orphans');
    const label = `label=com.docker.compose.project=${PROJECT}`;
    for (const kind of [['ps', '--all'], ['volume', 'ls'], ['network', 'ls']]) assert.equal(await run('docker', ...kind, '--quiet', '--filter', label), '', kind.join(' '));
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await run(...compose, 'logs', '--tail', '40').then((logs) => process.stderr.write(`${logs}\n`), () => undefined);
  process.exitCode = 1;
} finally {
  await run(...compose, 'down', '--volumes', '--remove-orphans').catch(() => undefined);
  await rm(scratch, { recursive: true, force: true });
}

/** Says what was tried, how long it took, and what `work` has to say. */
async function step(title: string, work: () => Promise<string | void>): Promise<void> {
  const begun = performance.now();
  const said = await work();
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${title}${said ? `: ${said}` : ''}\n`);
}

/** The plugin, else the older program of its own, with the project and the files to read. */
async function findCompose(): Promise<[string, ...string[]]> {
  if (spawnSync('docker', ['info']).status !== 0) {
    process.stderr.write('No Docker engine answers here: `docker info` says why.\n');
    process.exit(1);
  }
  const files = ['--project-name', PROJECT, '--file', join(repoRoot, 'docker-compose.yml')];
  const network = process.env.FRAMERATE_BUILD_NETWORK;
  if (network) {
    const build = { context: repoRoot, network };
    const override = join(scratch, 'build.json'); // JSON is YAML
    await writeFile(override, JSON.stringify({ services: { first: { build }, serve: { build }, trainer: { build } } }));
    files.push('--file', override);
  }
  return spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose', ...files] : ['docker-compose', ...files];
}

/** @returns what it printed. @throws {Error} with the end of what it said, where it fails. */
function run(program: string, ...args: string[]): Promise<string> {
  const child = spawn(program, args, { cwd: repoRoot, env: { ...process.env, FRAMERATE_RATINGS: scratch, FRAMERATE_COMMIT: commit }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((out += text), (all += text)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done(out.trim()) : fail(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${all.split('\n').slice(-40).join('\n')}`))));
  });
}

async function until(what: string, is: () => Promise<boolean>, seconds = 120): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    if (await is().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 1000));
  }
  throw new Error(`After ${seconds} seconds not yet: ${what}`);
}

/** The server's own health check, as Compose sees it. */
async function untilReady(): Promise<void> {
  const container = await run(...compose, 'ps', '--quiet', 'serve');
  await until('the server is healthy', async () => (await run('docker', 'inspect', '--format', '{{.State.Health.Status}}', container)) === 'healthy');
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal(response.status, 200, url);
  return (await response.json()) as T;
}

async function models(): Promise<Model[]> {
  const listed = (await (await fetch(`${API}/v1/models`)).json()) as { models: Model[] };
  return listed.models.map(({ name, modelId }) => ({ name, modelId }));
}

/** Names of all finished runs, the oldest first. */
async function runsInMlflow(): Promise<string[]> {
  const { experiments } = await post<{ experiments: { experiment_id: string }[] }>(`${MLFLOW}/api/2.0/mlflow/experiments/search`, { max_results: 100 });
  const { runs = [] } = await post<{ runs?: { info: { run_name: string; status: string; start_time: number } }[] }>(`${MLFLOW}/api/2.0/mlflow/runs/search`, {
    experiment_ids: experiments.map(({ experiment_id }) => experiment_id),
    max_results: 100,
  });
  return runs.filter(({ info }) => info.status === 'FINISHED').sort((a, b) => a.info.start_time - b.info.start_time).map(({ info }) => info.run_name);
}

async function tenInChromium(): Promise<string> {
  const { page, close } = await openBrowser('chromium', { viewport: { width: 390, height: 844 } });
  try {
    await page.goto(`${APP}/`);
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('5');
    await page.getByText('1 rated.').waitFor();
    await page.goto(`${APP}/#/ten`);
    await page.getByRole('article').nth(9).waitFor();
    assert.equal(await page.getByRole('article').count(), 10);
    return (await page.getByRole('article').first().getByRole('heading').textContent())?.trim() ?? '';
  } finally {
    await close();
  }
}

/** What the sample's first people rated, as somebody's own table. */
function someRatings(): string {
  const { userIds, items, user, item, rating } = sampleRatings();
  const rows = Array.from(rating, (value, row) => [userIds[user[row]!], items[item[row]!]!.id, value].join(','));
  return ['userId,movieId,rating', ...rows.slice(0, 15_000), ''].join('\n');
}
