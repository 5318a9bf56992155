import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { repoRoot } from '../../support/tools.ts';

let running: ChildProcess | null = null;
afterEach(() => void running?.kill('SIGKILL'));

interface Served {
  readonly api: string;
  readonly out: () => string;
  readonly err: () => string;
  readonly pid: number;
  /** Sends a signal and waits for the end. @returns the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** `framerate serve` over the sample, on free ports. */
function serve(...args: string[]): Promise<Served> {
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), 'serve', '--model', inject('sampleModel'), '--app-port', '0', '--api-port', '0', ...args]);
  running = child;
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const [, api] = /API +(http\S+)/.exec(out) ?? [];
      if (api) {
        resolve({
          api,
          out: () => out,
          err: () => err,
          pid: child.pid!,
          stop: (signal) => {
            child.kill(signal);
            return ended;
          },
        });
      }
    });
    void ended.then((code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
}

/** Processes that a process has started: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(async (pid) => Number((await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ')[1])));
  return pids.filter((_, i) => parents[i] === parent).map(Number);
}

const ask = (api: string) =>
  fetch(`${api}/v1/recommendations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ratings: [{ item: 1, rating: 5 }] }) });

describe('framerate serve', () => {
  test('shares the work among processes, adds up what they measured, and stops them all', async () => {
    const served = await serve('--workers', '2');
    for (let i = 0; i < 8; i++) expect((await ask(served.api)).status).toBe(200);
    const metrics = await (await fetch(`${served.api}/metrics`)).text();
    expect(metrics).toMatch(/framerate_search_duration_seconds_count 8\n/);
    expect(metrics).toMatch(/framerate_model_info\{name="sample"[^}]*\} 1\n/);
    expect(served.out()).toMatch('Served by 2 processes');
    expect(await served.stop('SIGTERM')).toBe(0);
    await expect(ask(served.api)).rejects.toThrow();
  });

  test.skipIf(!existsSync('/proc/self/stat'))('a process that dies is replaced, and until then the others answer', async () => {
    const served = await serve('--workers', '2');
    const [server] = await childrenOf(served.pid);
    const before = await childrenOf(server!);
    process.kill(before[0]!, 'SIGKILL');
    await expect.poll(served.err, { timeout: 20_000 }).toMatch('another takes its place');
    for (let i = 0; i < 4; i++) expect((await ask(served.api)).status).toBe(200);
    await expect.poll(() => childrenOf(server!), { timeout: 20_000 }).toHaveLength(2);
    expect(await childrenOf(server!)).not.toEqual(before);
    expect(await served.stop('SIGTERM')).toBe(0);
  }, 60_000);

  test('with --log writes JSON lines', async () => {
    const served = await serve('--log', 'info');
    await ask(served.api);
    expect(await served.stop('SIGTERM')).toBe(0);
    const lines = served.out().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual(expect.arrayContaining([expect.objectContaining({ msg: 'a model answers', model: 'sample' }), expect.objectContaining({ msg: 'request completed', res: { statusCode: 200 } })]));
  });

  test.each([
    [['--workers', 'many'], /whole number from 1 to 64/],
    [['--rate-limit', '-1'], /whole number/],
    [['--log', 'loud'], /silent, error, warn, info, debug/],
    [['--keys', '/no/such/file'], /no such file/],
    [['--model', '/no/such/model'], /no such|There is no/],
  ])('%j is refused in a sentence', async (args, message) => {
    await expect(serve(...args)).rejects.toThrow(message);
  });

  test('a file of keys guards the questions', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'framerate-keys-'));
    const file = join(folder, 'keys');
    await writeFile(file, '# for the shop\nopen sesame\n\n');
    const served = await serve('--keys', file);
    expect((await ask(served.api)).status).toBe(401);
    expect((await fetch(`${served.api}/v1/models`, { headers: { authorization: 'Bearer open sesame' } })).status).toBe(200);
    await served.stop('SIGTERM');
    await rm(folder, { recursive: true });
  });
});
