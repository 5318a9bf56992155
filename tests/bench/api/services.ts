import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, repoRoot } from '../../support/tools.ts';
import { installOnce } from '../installOnce.ts';

const run = promisify(execFile);

/** What the bench of the API needs besides the project, below .cache, in these releases. */
const LOAD_TOOL = { autocannon: '9.0.0' };
const PYTHON_PACKAGES = ['fastapi==0.165.0', 'uvicorn[standard]==0.54.0', 'faiss-cpu>=1.8,<2', 'numpy>=1.26,<3', 'prometheus-client>=0.20,<1'];
const npmFolder = join(repoRoot, '.cache/bench/load');
const venv = join(repoRoot, '.cache/bench/fastapi');

/** @returns the file of autocannon, to be run by Node. */
export async function installLoadTool(): Promise<string> {
  await installOnce(npmFolder, JSON.stringify(LOAD_TOOL), async () => {
    await writeFile(join(npmFolder, 'package.json'), JSON.stringify({ private: true, dependencies: LOAD_TOOL }));
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: npmFolder });
  });
  return join(npmFolder, 'node_modules/autocannon/autocannon.js');
}

/** @returns a Python with FastAPI and faiss-cpu. */
async function installFastApi(): Promise<string> {
  const python = join(venv, 'bin/python');
  await installOnce(venv, PYTHON_PACKAGES.join(' '), async () => {
    await run('python3', ['-m', 'venv', venv]);
    await run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', ...PYTHON_PACKAGES]);
  });
  return python;
}

export interface Service {
  readonly name: string;
  readonly address: string;
  readonly process: ChildProcess;
}

/** The first core is the server's, so that whoever asks does not take its time from it. */
const onFirstCore = (command: string, args: readonly string[]): ChildProcess => {
  const pin = findOnPath('taskset');
  const [program, ...rest] = pin ? [pin, '-c', '0', command, ...args] : [command, ...args];
  return spawn(program!, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
};

/** Ours, as `framerate serve` runs it: one process, no rate limit. @param model folder of a published model. */
export async function startOurs(model: string): Promise<Service> {
  const port = await freePort();
  const main = join(repoRoot, 'web/server/main.ts');
  const args = ['--import', import.meta.resolve('tsx'), main, '--model', model, '--app-port', '0', '--api-port', String(port), '--rate-limit', '0', '--reload', '1'];
  return ready({ name: 'FrameRate', address: `http://127.0.0.1:${port}`, process: onFirstCore(process.execPath, args) }, '/readyz');
}

/** What answers without a thought: how near to it can one be? */
export async function startFloor(kind: 'http' | 'fastify'): Promise<Service> {
  const port = await freePort();
  const args = ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'floor.ts'), String(port), kind];
  const name = kind === 'http' ? 'the same bytes from `node:http`' : 'the same bytes from Fastify';
  return ready({ name, address: `http://127.0.0.1:${port}`, process: onFirstCore(process.execPath, args) }, '/readyz');
}

export async function startFastApi(model: string): Promise<Service> {
  const port = await freePort();
  const python = await installFastApi();
  return ready({ name: 'FastAPI, faiss-cpu', address: `http://127.0.0.1:${port}`, process: onFirstCore(python, [join(import.meta.dirname, 'fastapi_service.py'), model, String(port)]) }, '/openapi.json');
}

async function ready(service: Service, path: string): Promise<Service> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (service.process.exitCode !== null) throw new Error(`${service.name} ended with ${service.process.exitCode}.`);
    const answer = await fetch(service.address + path).catch(() => null);
    if (answer?.ok) return service;
    await new Promise((next) => setTimeout(next, 200));
  }
  throw new Error(`${service.name} does not answer.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
