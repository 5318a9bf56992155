import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { formatBytes } from '../../../shared/artifact/format.ts';
import { Random } from '../../../trainer/random.ts';
import { tinyItems, tinyModel, type Files } from '../../support/tinyModel.ts';
import { writeFiles } from '../../support/writeFiles.ts';
import { startOurs } from './services.ts';

/**
 * Does the API stay well through minutes of everything at once? Good questions, batches, mistakes, clients that are slow
 * or break off, and models that are replaced, every third of them damaged. Ends with code 1 when an answer came that
 * should not have come. Loopback only, a few hundred requests a second.
 */
const { minutes } = new Command('npm run soak:api --')
  .description('Mixed load with model swaps, bad bodies, slow and broken clients.')
  .option('--minutes <n>', 'how long', Number, 10)
  .parse()
  .opts<{ minutes: number }>();

const ITEMS = 10_000;
const until = Date.now() + minutes * 60_000;
const items = tinyItems(ITEMS);
const root = await mkdtemp(join(tmpdir(), 'framerate-soak-'));
const folder = join(root, 'films');
/** Two models whose files have different names, as published ones have. */
const models = await Promise.all([1, 2].map(async (seed) => renameFiles(await tinyModel({ items, rank: 64, seed }), seed)));
await writeFiles(folder, models[0]!);
const server = await startOurs(folder);

/** Answers by what was asked and the status that came. */
const counts = new Map<string, number>();
const surprises: string[] = [];
const random = new Random(1);
const memory: number[] = [];

function count(kind: string, status: number | string, expected: readonly (number | string)[], detail = ''): void {
  const key = `${kind}: ${status}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (!expected.includes(status)) surprises.push(`${key} ${detail.slice(0, 200)}`);
}

const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));
const rating = () => ({ item: items[random.integer(ITEMS)]!.id, rating: (1 + random.integer(10)) / 2 });
const question = () => ({ ratings: Array.from({ length: 1 + random.integer(40) }, rating), k: 10 });
const post = (path: string, body: string) => fetch(server.address + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** Does something again and again until the time is over. */
async function again(everyMs: number, work: () => Promise<void>): Promise<void> {
  while (Date.now() < until) {
    await work();
    await pause(everyMs);
  }
}

async function ask(): Promise<void> {
  const response = await post('/v1/recommendations', JSON.stringify(question()));
  const text = await response.text();
  count('question', response.status, [200], text);
  if (response.ok && (JSON.parse(text) as { items: unknown[] }).items.length !== 10) surprises.push('fewer than ten films');
}

async function askBatch(): Promise<void> {
  const response = await post('/v1/recommendations:batch', JSON.stringify({ queries: Array.from({ length: 20 }, question) }));
  count('batch', response.status, [200], await response.text());
}

const MISTAKES: readonly (readonly [kind: string, body: () => string, status: number])[] = [
  ['half a body', () => '{"ratings": [', 400],
  ['out of range', () => JSON.stringify({ ratings: [{ item: 7, rating: 99 }] }), 422],
  ['no ratings', () => '{}', 422],
  ['too large', () => JSON.stringify({ ratings: [], padding: 'x'.repeat(300_000) }), 413],
  ['no such model', () => JSON.stringify({ ratings: [], model: 'nope' }), 404],
];

async function err(): Promise<void> {
  const [kind, body, status] = MISTAKES[random.integer(MISTAKES.length)]!;
  const response = await post('/v1/recommendations', body());
  count(kind, response.status, [status], await response.text());
}

/** Sends bytes over a connection of its own, one part after another, and hangs up. */
async function hangUp(kind: string, parts: readonly string[], betweenMs: number): Promise<void> {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  let ended = false;
  socket.on('error', () => (ended = true)).on('close', () => (ended = true)).resume();
  for (const part of parts) {
    if (ended) break;
    socket.write(part);
    await pause(betweenMs);
  }
  socket.destroy();
  count(kind, 'hung up', ['hung up']);
}

const HEAD = 'POST /v1/recommendations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n';
const slow = () => hangUp('slow body', [HEAD, ...'{"ratings": [{"item": 7'], 300);
const garbage = () => hangUp('garbage', ['\0\x16\x03 nothing that HTTP knows\r\n\r\n'], 50);
const gone = () => hangUp('gone before the answer', [`POST /v1/recommendations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"ratings":[]}`], 0);

let swaps = 0;
/** Publishes as the trainer does: files first, the manifest last. Every third model is damaged and must not be taken in. */
async function swap(): Promise<void> {
  swaps++;
  const damaged = swaps % 3 === 0;
  const next = new Map(models[swaps % 2]!);
  if (damaged) next.set('manifest.json', new TextEncoder().encode(new TextDecoder().decode(next.get('manifest.json')!).replaceAll(/"sha256": "[0-9a-f]/g, '"sha256": "0')));
  for (const [name, bytes] of next) {
    await writeFile(join(folder, `.${name}`), bytes);
    await rename(join(folder, `.${name}`), join(folder, name));
  }
}

async function look(): Promise<void> {
  const text = await (await fetch(`${server.address}/metrics`)).text();
  memory.push(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]));
  const ready = await fetch(`${server.address}/readyz`);
  count('ready', ready.status, [200]);
}

await Promise.all([
  ...Array.from({ length: 4 }, () => again(10, ask)),
  again(200, askBatch),
  again(50, err),
  ...Array.from({ length: 5 }, () => again(10, slow)),
  again(100, garbage),
  again(50, gone),
  again(4000, swap),
  again(10_000, look),
]);

for (const [key, number] of [...counts].sort()) process.stdout.write(`${String(number).padStart(8)}  ${key}\n`);
const refused = Number(/^framerate_model_load_failures_total\{.*\} (\d+)/m.exec(await (await fetch(`${server.address}/metrics`)).text())?.[1] ?? 0);
if (swaps >= 3 && refused === 0) surprises.push('no damaged model was refused');
const third = Math.max(1, Math.floor(memory.length / 3));
const mean = (values: readonly number[]): string => formatBytes(values.reduce((sum, value) => sum + value, 0) / values.length);
process.stdout.write(`\n${swaps} models published, ${Math.floor(swaps / 3)} of them damaged; ${refused} were refused.\nMemory: ${mean(memory.slice(0, third))} in the first third, ${mean(memory.slice(third, 2 * third))} in the second, ${mean(memory.slice(-third))} in the last.\n`);
if (server.process.exitCode !== null) surprises.push(`the server ended with ${server.process.exitCode}`);
server.process.kill();
await rm(root, { recursive: true });
for (const surprise of surprises.slice(0, 20)) process.stderr.write(`unexpected: ${surprise}\n`);
process.exit(surprises.length > 0 ? 1 : 0);

/** File names that hold the seed, in the manifest too, and a model id of its own. */
function renameFiles(files: Files, seed: number): Files {
  const named: Files = new Map();
  for (const [name, bytes] of files) if (name !== 'manifest.json') named.set(name.replace('.bin', `-${seed}.bin`), bytes);
  const manifest = new TextDecoder().decode(files.get('manifest.json')!).replaceAll(/"path": "(\w+)\.bin"/g, `"path": "$1-${seed}.bin"`).replace(/"modelId": "\w/, `"modelId": "${seed}`);
  return named.set('manifest.json', new TextEncoder().encode(manifest));
}
