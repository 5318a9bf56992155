import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storedZip } from '../support/storedZip.ts';
import { findOnPath, needs, repoRoot } from '../support/tools.ts';

const script = join(repoRoot, 'data.sh');

const readme = [
  'Summary', '=======', '', 'Ratings of films.', '',
  'Usage License', '=============', '', 'Research only.', '* Write to <someone>.', '', '',
  'Citation', '========', '', 'Harper and Konstan', '',
].join('\r\n');
const ratings = 'userId,movieId,rating,timestamp\r\n' + '1,1,4.0,964982703\r\n'.repeat(20_000);
const files = { 'ml-tiny/': '', 'ml-tiny/README.txt': readme, 'ml-tiny/ratings.csv': ratings };
const archive = storedZip(files);
const half = Math.floor(archive.length / 2);

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A line of the table of data sets, as data.sh reads it. */
function row(overrides: Partial<Record<'folder' | 'bytes' | 'md5' | 'sha256', string | number>> = {}, zip = archive): string {
  const columns = { name: 'ml-tiny', folder: 'ml-tiny', bytes: zip.length, md5: md5(zip), sha256: sha256(zip), ...overrides };
  return Object.values({ ...columns, ratings: 20_000, users: 1, films: 1 }).join('\t') + '\n';
}

let scratch: string;
let data: string;
const cleanups: (() => void)[] = [];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'framerate-data-'));
  data = join(scratch, 'data');
});

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  rmSync(scratch, { recursive: true, force: true });
});

type Handler = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

/** Serves on 127.0.0.1, and notes the Range header of every request (or its absence). */
async function serve(handler: Handler): Promise<{ base: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handler(request, response, ranges.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/movielens`, ranges };
}

/** Answers as a file server would, up to byte `end` of the archive; then `after` decides what becomes of the connection. */
function send(request: IncomingMessage, response: ServerResponse, end = archive.length, after = (): unknown => response.end()): void {
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, {
    'Content-Length': archive.length - start,
    ...(start > 0 && { 'Content-Range': `bytes ${start}-${archive.length - 1}/${archive.length}` }),
  });
  response.write(archive.subarray(start, end), () => after());
}

const whole: Handler = (request, response) => send(request, response);

function start(args: string[], env: NodeJS.ProcessEnv = {}, table = row()): ChildProcess {
  const datasets = join(scratch, 'datasets.tsv');
  writeFileSync(datasets, table);
  const child = spawn(findOnPath('bash')!, [script, ...args, '--dir', data], {
    // Nothing of the machine's proxies: only what a test says.
    env: { PATH: process.env.PATH, FRAMERATE_DATASETS: datasets, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  return child;
}

interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function ending(child: ChildProcess): Promise<Ending> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => (stdout += chunk));
  child.stderr!.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const run = (...params: Parameters<typeof start>): Promise<Ending> => ending(start(...params));

const everyday = ['awk', 'bash', 'cat', 'cp', 'cut', 'date', 'dirname', 'find', 'grep', 'head', 'md5sum', 'mkdir', 'mktemp',
  'mv', 'openssl', 'rm', 'sed', 'sha256sum', 'sort', 'wc'];

/** A PATH with nothing but the everyday tools and the given ones: a machine without the others. */
function machineWith(...programs: string[]): string {
  const folder = mkdtempSync(join(scratch, 'bin-'));
  for (const program of [...everyday, ...programs]) {
    const found = findOnPath(program);
    if (found) symlinkSync(found, join(folder, program));
  }
  symlinkSync(findOnPath('true')!, join(folder, 'sleep')); // between two tries: no need to wait for that here
  return folder;
}

function expectUnpacked(): void {
  expect(readdirSync(data)).toEqual(['ml-tiny']);
  expect(readFileSync(join(data, 'ml-tiny/ratings.csv'), 'utf8')).toBe(ratings);
  expect(readFileSync(join(data, 'ml-tiny/README.txt'), 'utf8')).toBe(readme);
}

function writeProgram(folder: string, name: string, shell: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
}

/** One sentence on stderr, on one line, that says how to go on without the network. */
function expectTheSentence({ code, stderr }: Ending): void {
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ml-tiny could not be downloaded from [^\n]*\.\n$/);
  expect(stderr).toContain('`npm start` works without any download');
  expect(stderr).toContain('`--data PATH`');
}

for (const program of ['curl', 'wget']) {
  const { skip, label } = needs(program, findOnPath(program));
  describe.skipIf(skip)(`data.sh with ${program}${label}`, () => {
    let PATH: string;
    beforeEach(() => {
      PATH = machineWith(program, 'unzip');
    });

    test('downloads, unpacks, and shows the licence', async () => {
      const { base, ranges } = await serve(whole);
      const { code, stdout, stderr } = await run(['ml-tiny', '--base', base], { PATH });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expectUnpacked();
      expect(ranges).toEqual([undefined]);
      expect(stdout).toContain('\n  Research only.\n  * Write to <someone>.\n\nThe whole');
      expect(stdout).toContain(join(data, 'ml-tiny/README.txt'));
      expect(stdout).not.toContain('Harper');
    });

    test('resumes after the connection was cut', async () => {
      const { base, ranges } = await serve((request, response, turn) =>
        turn === 1 ? send(request, response, half, () => response.destroy()) : send(request, response));
      const { code, stderr } = await run(['ml-tiny', '--base', base], { PATH });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expectUnpacked();
      expect(ranges).toEqual([undefined, `bytes=${half}-`]);
    });

    test('starts again where the server cannot resume', async () => {
      const { base, ranges } = await serve((request, response) => {
        delete request.headers.range;
        send(request, response);
      });
      mkdirSync(data);
      writeFileSync(join(data, 'ml-tiny.zip.part'), archive.subarray(0, half));
      const { code } = await run(['ml-tiny', '--base', base], { PATH });
      expect(code).toBe(0);
      expectUnpacked();
      expect(ranges[0]).toBe(`bytes=${half}-`);
    });

    test('gives up, and keeps what has come, where the connection breaks again and again', async () => {
      const { base, ranges } = await serve((request, response) =>
        send(request, response, half, () => response.destroy()));
      const result = await run(['ml-tiny', '--base', base], { PATH });
      expectTheSentence(result);
      expect(result.stderr).toContain('the same command goes on from there');
      expect(ranges.length).toBe(3);
      expect(readFileSync(join(data, 'ml-tiny.zip.part'))).toEqual(archive.subarray(0, half));
    });

    test('on Ctrl-C keeps what has come, and goes on from there', async () => {
      let stalled: () => void;
      const stall = new Promise<void>((resolve) => (stalled = resolve));
      const { base, ranges } = await serve((request, response, turn) =>
        turn === 1 ? send(request, response, half, () => stalled()) : send(request, response));

      const part = join(data, 'ml-tiny.zip.part');
      const first = start(['ml-tiny', '--base', base], { PATH });
      const ended = ending(first);
      await stall;
      await expect.poll(() => existsSync(part) && readFileSync(part).length, { timeout: 10_000 }).toBeGreaterThan(0);
      first.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain(`are kept in ${part}; the same command goes on from there.`);
      expect(readdirSync(data)).toEqual(['ml-tiny.zip.part']);
      const kept = readFileSync(part).length;

      expect((await run(['ml-tiny', '--base', base], { PATH })).code).toBe(0);
      expectUnpacked();
      expect(ranges).toEqual([undefined, `bytes=${kept}-`]);
    });

    test('says in one sentence that nobody answers', async () => {
      const { base } = await serve(whole);
      cleanups.splice(0).forEach((close) => close());
      const result = await run(['ml-tiny', '--base', base], { PATH });
      expectTheSentence(result);
      expect(result.stderr).toContain('no connection could be made');
      expect(readdirSync(data)).toEqual([]);
    });

    test('says in one sentence that the host has no address', async () => {
      const result = await run(['ml-tiny', '--base', 'http://framerate.invalid'], { PATH });
      expectTheSentence(result);
      expect(readdirSync(data)).toEqual([]);
    });

    test('says in one sentence that the archive is not there', async () => {
      const { base, ranges } = await serve((_, response) => response.writeHead(404).end('<html>no</html>'));
      const result = await run(['ml-tiny', '--base', base], { PATH });
      expectTheSentence(result);
      expect(result.stderr).toContain('HTTP 404');
      expect(ranges.length).toBe(1);
      expect(readdirSync(data)).toEqual([]);
    });

    test('tries again after a server error', async () => {
      const { base } = await serve((request, response, turn) =>
        turn === 1 ? response.writeHead(503).end() : send(request, response));
      expect((await run(['ml-tiny', '--base', base], { PATH })).code).toBe(0);
      expectUnpacked();
    });
  });
}

describe('data.sh: what was published, or nothing', () => {
  test.each([
    ['md5', { md5: '0'.repeat(32) }, `expected md5 ${'0'.repeat(32)}, found md5 ${md5(archive)}`],
    ['sha256', { sha256: 'f'.repeat(64) }, `expected sha256 ${'f'.repeat(64)}, found sha256 ${sha256(archive)}`],
    ['size: less', { bytes: archive.length + 1 }, `expected ${archive.length + 1} bytes, found ${archive.length} bytes`],
    ['size: more', { bytes: 100 }, `expected 100 bytes, found ${archive.length} bytes`],
  ])('wrong %s', async (_, overrides, message) => {
    const { base } = await serve(whole);
    const { code, stderr } = await run(['ml-tiny', '--base', base], {}, row(overrides));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(readdirSync(data)).toEqual([]);
  });

  test('a sha256 that nobody noted is not checked', async () => {
    const { base } = await serve(whole);
    expect((await run(['ml-tiny', '--base', base], {}, row({ sha256: '-' }))).code).toBe(0);
    expectUnpacked();
  });

  test('what is complete is not downloaded again', async () => {
    const { base, ranges } = await serve(whole);
    await run(['ml-tiny', '--base', base]);
    const { code, stdout } = await run(['ml-tiny', '--base', base]);
    expect(code).toBe(0);
    expect(stdout).toContain('already there');
    expect(ranges.length).toBe(1);
  });

  test('what was changed by hand is put aside, never deleted', async () => {
    const { base } = await serve(whole);
    await run(['ml-tiny', '--base', base]);
    writeFileSync(join(data, 'ml-tiny/ratings.csv'), 'mine');
    const { code, stdout } = await run(['ml-tiny', '--base', base]);
    expect(code).toBe(0);
    const [fresh, aside] = readdirSync(data).sort();
    expect(stdout).toContain(join(data, aside));
    expect(readFileSync(join(data, aside, 'ratings.csv'), 'utf8')).toBe('mine');
    expect(readFileSync(join(data, fresh, 'ratings.csv'), 'utf8')).toBe(ratings);
  });

  test('an archive that lies there already is checked and used', async () => {
    mkdirSync(data);
    writeFileSync(join(data, 'ml-tiny.zip'), archive);
    const { base, ranges } = await serve(whole);
    expect((await run(['ml-tiny', '--base', base])).code).toBe(0);
    expectUnpacked();
    expect(ranges).toEqual([]);
  });

  test('an archive that lies there and is another one is left alone', async () => {
    mkdirSync(data);
    writeFileSync(join(data, 'ml-tiny.zip'), 'mine');
    const { code, stderr } = await run(['ml-tiny', '--base', 'file:///nowhere']);
    expect(code).toBe(1);
    expect(stderr).toContain(`expected ${archive.length} bytes, found 4 bytes`);
    expect(readFileSync(join(data, 'ml-tiny.zip'), 'utf8')).toBe('mine');
  });
});

describe('data.sh: unpacking', () => {
  const broken = Buffer.from(archive);
  broken.write('5', archive.indexOf('1,1,4.0') + 4); // the checksum inside the zip no longer holds

  for (const program of ['unzip', 'python3', 'bsdtar']) {
    const { skip, label } = needs(program, findOnPath(program));
    describe.skipIf(skip)(`with ${program}${label}`, () => {
      let PATH: string;
      beforeEach(() => {
        PATH = machineWith('curl', 'wget');
        // With the whole PATH for itself: `python3` may be a version manager's script, which needs more of the machine.
        writeProgram(PATH, program, `PATH='${process.env.PATH}' exec '${findOnPath(program)}' "$@"`);
      });

      test('gives the files', async () => {
        const { base } = await serve(whole);
        expect((await run(['ml-tiny', '--base', base], { PATH })).code).toBe(0);
        expectUnpacked();
      });

      test('leaves no half of a broken archive', async () => {
        mkdirSync(data);
        writeFileSync(join(data, 'ml-tiny.zip'), broken);
        const { code, stderr } = await run(['ml-tiny'], { PATH }, row({}, broken));
        expect(code).toBe(1);
        expect(stderr).toContain('could not be unpacked');
        expect(readdirSync(data)).toEqual(['ml-tiny.zip']);
      });
    });
  }

  test('says what to install where nothing can unpack', async () => {
    const { base } = await serve(whole);
    const { code, stderr } = await run(['ml-tiny', '--base', base], { PATH: machineWith('curl', 'wget') });
    expect(code).toBe(1);
    expect(stderr).toContain('install unzip');
    expect(readdirSync(data)).toEqual(['ml-tiny.zip']);
  });

  test('happens beside the target, which appears whole', async () => {
    const { base } = await serve(whole);
    const PATH = machineWith('curl', 'wget');
    // An unzip that writes half of the files, notes what there is, and dies.
    writeProgram(PATH, 'unzip', `
      cd "$4" && mkdir ml-tiny && echo half >ml-tiny/ratings.csv
      [ -e '${data}/ml-tiny' ] || echo >'${scratch}/not-there-yet'
      exit 50`);
    expect((await run(['ml-tiny', '--base', base], { PATH })).code).toBe(1);
    expect(existsSync(join(scratch, 'not-there-yet'))).toBe(true);
    expect(readdirSync(data)).toEqual(['ml-tiny.zip']);
  });

  test('puts a folder of another name where it is looked for, and reads a licence in HTML', async () => {
    const html = '<h2>Summary</h2>\n<p>Films</p>\n<h2>Usage\nLicense</h2>\n<p>&quot;As is&quot; &amp; cited.</p>\n<h2>Citation</h2>\n<p>Paper</p>\n';
    const zip = storedZip({ 'ml-10M100K/README.html': html, 'ml-10M100K/ratings.dat': '1::1::5::0\n' });
    mkdirSync(data);
    writeFileSync(join(data, 'ml-tiny.zip'), zip);
    const { code, stdout } = await run(['ml-tiny'], {}, row({ folder: 'ml-10M100K' }, zip));
    expect(code).toBe(0);
    expect(readdirSync(data)).toEqual(['ml-tiny']);
    expect(stdout).toContain('  "As is" & cited.\n');
    expect(stdout).not.toContain('Films');
    expect(stdout).not.toContain('Paper');
  });
});

describe('data.sh: its arguments', () => {
  test('a name that is none lists those there are', async () => {
    const { code, stderr } = await run(['ml-huge'], { FRAMERATE_DATASETS: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('ml-latest-small ml-100k ml-1m ml-10m ml-20m ml-25m ml-32m');
    expect(existsSync(data)).toBe(false);
  });

  test.each([[['--what']], [['ml-1m', 'ml-10m']], [['--base']]])('refuses %j', async (args) => {
    expect((await ending(spawn(findOnPath('bash')!, [script, ...args]))).code).toBe(2);
  });

  test('takes the place of the archives from the environment, and a file:// one', async () => {
    writeFileSync(join(scratch, 'ml-tiny.zip'), archive);
    expect((await run(['ml-tiny'], { FRAMERATE_DATA_BASE: `file://${scratch}` })).code).toBe(0);
    expectUnpacked();
    rmSync(data, { recursive: true });
    expectTheSentence(await run(['ml-tiny'], { FRAMERATE_DATA_BASE: `file://${scratch}/elsewhere` }));
  });

  test('--list tells the sizes', async () => {
    const { code, stdout } = await run(['--list'], { FRAMERATE_DATASETS: '' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ml-32m +239\.0 MB +32,000,204 +200,948 +87,585$/m);
    expect(stdout.trim().split('\n').length).toBe(8);
  });

  test('--help tells the names, and how to mirror', async () => {
    const { code, stdout } = await run(['--help'], { FRAMERATE_DATASETS: '' });
    expect(code).toBe(0);
    expect(stdout).toContain('ml-20m ml-25m ml-32m\n');
    expect(stdout).toContain('FRAMERATE_DATASETS');
  });
});
