import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Random } from '../../../trainer/random.ts';
import { findOnPath } from '../../support/tools.ts';
import { tinyItems, tinyModel } from '../../support/tinyModel.ts';
import { writeFiles } from '../../support/writeFiles.ts';
import { makeSet } from '../vectors.ts';
import { installLoadTool, startFastApi, startFloor, startOurs, type Service } from './services.ts';

/**
 * How many people does one core answer, and how long do they wait? Our API and a FastAPI service of the same contract
 * over the same model, in turn: first as fast as they can, then at 70 % of that; and servers that answer without a
 * thought, as the floor. Loopback only.
 */
const { seconds, rounds } = new Command('npm run bench:api --')
  .description('Requests a second on one core, beside a FastAPI service with faiss-cpu over the same model.')
  .option('--seconds <n>', 'how long each load lasts', Number, 10)
  .option('--rounds <n>', 'how often the services take turns', Number, 3)
  .parse()
  .opts<{ seconds: number; rounds: number }>();

const ITEMS = 10_000;
const RANK = 64;
const RATINGS = 20;
const CONNECTIONS = 16;
const BODIES = 200;
const MODERATE = 0.7;
/** V8 goes on optimising for some thousand requests. */
const WARM_SECONDS = 5;

const folder = await mkdtemp(join(tmpdir(), 'framerate-load-'));
const model = join(folder, 'films');
const items = tinyItems(ITEMS);
// Vectors whose lengths are spread as popularity is: that spares ours most of a search, and Faiss nothing.
await writeFiles(model, await tinyModel({ items, rank: RANK, store: () => makeSet(ITEMS, RANK, 0).table }));
const random = new Random(1);
const bodies = Array.from({ length: BODIES }, () => {
  const rows = new Set(Array.from({ length: RATINGS }, () => random.integer(ITEMS)));
  return JSON.stringify({ ratings: Array.from(rows, (row) => ({ item: items[row]!.id, rating: (1 + random.integer(10)) / 2 })) });
});
const requests = join(folder, 'requests.json');
await writeFile(requests, JSON.stringify(bodies));

const autocannon = await installLoadTool();
const services = [await startOurs(model), await startFastApi(model)];
const floors = [await startFloor('fastify'), await startFloor('http')];
try {
  await compareAnswers(services);
  process.stdout.write(`${ITEMS.toLocaleString('en')} items, ${RATINGS} ratings a request, ${CONNECTIONS} connections, one process on one core each.\n\n`);
  const found = [...services, ...floors].map((service) => ({ service, full: [] as Load[], moderate: [] as Load[] }));
  for (const { service } of found) await load(service, Math.min(WARM_SECONDS, seconds));
  for (let round = 0; round < rounds; round++) for (const { service, full } of found) full.push(await load(service, seconds));
  for (let round = 0; round < rounds; round++) {
    for (const { service, full, moderate } of found) moderate.push(await load(service, seconds, Math.floor(MODERATE * median(full.map(({ perSecond }) => perSecond)))));
  }
  const [ours] = found;
  process.stdout.write('| | requests/s | p50 ms | p99 ms | CPU µs a request | at 70 %: requests/s | p50 ms | p99 ms | errors |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n');
  for (const { service, full, moderate } of found) {
    const [fast, calm] = [full, moderate].map((loads) => [median(loads.map(({ perSecond }) => perSecond)).toFixed(0), ...(['p50', 'p99'] as const).map((key) => median(loads.map((one) => one[key])).toFixed(1))]);
    const figures = [...fast!, median(full.map(({ cpuMicros }) => cpuMicros)).toFixed(0), ...calm!];
    process.stdout.write(`| ${service.name} | ${figures.join(' | ')} | ${[...full, ...moderate].reduce((sum, { errors }) => sum + errors, 0)} |\n`);
  }
  const cpuRatio = median(found[1]!.full.map(({ cpuMicros }, i) => cpuMicros / ours!.full[i]!.cpuMicros));
  const ratios = ours!.full.map(({ perSecond }, i) => perSecond / found[1]!.full[i]!.perSecond);
  process.stdout.write(`\n${median(ratios).toFixed(1)} times the throughput (round by round: ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')}); ${cpuRatio.toFixed(1)} times by the processor's time, which other work on the machine disturbs less.\n`);
} finally {
  for (const service of [...services, ...floors]) service.process.kill();
  await rm(folder, { recursive: true });
}

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The server's own, user and system; NaN where /proc does not tell. */
  readonly cpuMicros: number;
  readonly errors: number;
}

/** Asks again and again, from the second core. @param rate requests a second; without it as many as come back. */
async function load({ address, process: server }: Service, duration: number, rate?: number): Promise<Load> {
  const script = `
    const autocannon = require(${JSON.stringify(autocannon)});
    const bodies = require(${JSON.stringify(requests)});
    autocannon({ url: ${JSON.stringify(`${address}/v1/recommendations`)}, connections: ${CONNECTIONS}, duration: ${duration}, ${rate ? `overallRate: ${rate},` : ''}
      requests: bodies.map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })) }, (error, result) => {
        if (error) throw error;
        const { requests, latency, errors, timeouts, non2xx } = result;
        process.stdout.write(JSON.stringify({ perSecond: requests.average, p50: latency.p50, p99: latency.p99, total: requests.total, errors: errors + timeouts + non2xx }));
      });`;
  const pin = findOnPath('taskset');
  const [program, ...args] = [...(pin ? [pin, '-c', '1'] : []), process.execPath, '-e', script];
  const before = await cpuSeconds(server.pid!);
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await new Promise((done) => child.on('close', done));
  const { total, ...rest } = JSON.parse(out) as Omit<Load, 'cpuMicros'> & { total: number };
  return { ...rest, cpuMicros: (1e6 * ((await cpuSeconds(server.pid!)) - before)) / total };
}

/** What a process has used: utime and stime in ticks, of which Linux shows a hundred a second (proc_pid_stat(5)). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A race between services that answer differently says nothing. */
async function compareAnswers(asked: readonly Service[]): Promise<void> {
  for (const body of bodies.slice(0, 50)) {
    const answers = await Promise.all(
      asked.map(async ({ address }) => {
        const response = await fetch(`${address}/v1/recommendations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        const { items: found } = (await response.json()) as { items: { item: { id: number } }[] };
        return found.map(({ item }) => item.id).join();
      }),
    );
    if (new Set(answers).size !== 1) throw new Error(`The services answer differently to ${body}:\n${answers.join('\n')}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
