import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repoRoot } from '../support/tools.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framerate-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Started {
  readonly process: ChildProcess;
  readonly app: string;
  readonly api: string;
  readonly err: () => string;
}

/** What `npm start` runs after its build, in an empty folder, on free ports. */
function start(...args: string[]): Promise<Started> {
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), 'start', ...args], { cwd: folder });
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const [, app, api] = /App +(http\S+)\nAPI +(http\S+)/.exec(out) ?? [];
      if (app && api) resolve({ process: child, app, api, err: () => err });
    });
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
}

const stop = (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  child.kill(signal);
  return new Promise((done) => child.on('close', done));
};

describe('start', () => {
  test('trains the sample where nothing is, serves app and API, and ends when told to', async () => {
    const started = await start('--app-port', '0', '--api-port', '0');
    expect(started.err()).toMatch(/embedded sample/);
    expect(await (await fetch(started.app)).text()).toMatch('<title>FrameRate');
    const { items } = (await (await fetch(`${started.api}/v1/onboarding`)).json()) as { items: unknown[] };
    expect(items.length).toBeGreaterThan(0);
    expect((await fetch(`${started.api}/docs/`)).status).toBe(200);
    expect(await stop(started.process, 'SIGTERM')).toBe(0);
    await expect(fetch(started.app)).rejects.toThrow();
  });

  test('does not train again what is up to date', async () => {
    const started = await start('--app-port', '0', '--api-port', '0');
    expect(started.err()).toMatch(/up to date/);
    expect(await stop(started.process, 'SIGTERM')).toBe(0);
  });

  test('a taken port is a sentence with the way out', async () => {
    const taken: Server = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as AddressInfo;
    await expect(start('--app-port', String(port), '--api-port', '0')).rejects.toThrow(/ended with 1: .*Port \d+ is taken. Choose another with --app-port/s);
    taken.close();
  });
});
