import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openModel } from '../../trainer/openModel.ts';
import { shapeOf, writeMovieLens } from '../bench/movieLensShape.ts';
import { repoRoot } from '../support/tools.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-resume-'));
  await writeMovieLens(join(root, 'data'), shapeOf(0.01), 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
}

function train(out: string, ...options: string[]): Run {
  const command = [join(repoRoot, 'trainer/framerate.js'), 'train', '--data', join(root, 'data'), '--out', join(root, out), '--rank', '48', '--no-map', '--no-evaluate', '--tune', '0', '--residual', '0', ...options];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })) };
}

const checkpoints = async (out: string): Promise<string[]> => (await readdir(join(root, out)).catch(() => [])).filter((name) => name.startsWith('.checkpoint-'));

/** Until a run has been kept. */
async function kept(out: string, { ended }: Run): Promise<void> {
  const over = ended.then(() => true);
  while ((await checkpoints(out)).length === 0) {
    if (await Promise.race([over, setTimeout(5, false)])) throw new Error(`The run ended before it was kept: ${(await ended).stderr}`);
  }
}

const files = async (out: string): Promise<string[]> => (await openModel(join(root, out))).manifest.files.map(({ sha256 }) => sha256);

test('a run that was killed goes on to the same bytes, and leaves nothing behind', async () => {
  await train('whole').ended;
  const killed = train('killed', '--keep-every', '0');
  await kept('killed', killed);
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(await readdir(join(root, 'killed'))).not.toContain('manifest.json');

  // Another recipe does not go on with it.
  const other = await train('killed', '--resume', '--seed', '2').ended;
  expect(other.stderr).not.toContain('Going on');
  const resumed = await train('killed', '--resume').ended;
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/Going on after pass \d+/);
  expect(await files('killed')).toEqual(await files('whole'));
  expect(await checkpoints('killed')).toEqual([]);
});

test('Ctrl-C leaves the model before as it is, and says how to go on', async () => {
  await train('stopped').ended;
  const before = await readFile(join(root, 'stopped/manifest.json'), 'utf8');
  const stopped = train('stopped', '--keep-every', '0', '--seed', '3');
  await kept('stopped', stopped);
  stopped.child.kill('SIGINT');
  const { code, stderr } = await stopped.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('--resume');
  expect(stderr).not.toContain('bug in FrameRate');
  expect(await readFile(join(root, 'stopped/manifest.json'), 'utf8')).toBe(before);
  expect((await readdir(join(root, 'stopped'))).filter((name) => name.startsWith('.writing-'))).toEqual([]);
  await openModel(join(root, 'stopped'));
});

test('a checkpoint that is not whole is not used', async () => {
  const first = train('broken', '--keep-every', '0');
  await kept('broken', first);
  first.child.kill('SIGKILL');
  await first.ended;
  const [name] = await checkpoints('broken');
  const path = join(root, 'broken', name!);
  await writeFile(path, (await readFile(path)).subarray(0, -8));
  const { code, stderr } = await train('broken', '--resume').ended;
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('Going on');
  expect(await files('broken')).toEqual(await files('whole'));
});
