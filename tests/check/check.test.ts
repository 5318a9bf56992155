import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from '../support/tools.ts';

const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: repoRoot, encoding: 'utf8' });

test('svelte-check finds a deliberate type error, so it does check', () => {
  const { status, stdout } = run('node_modules/svelte-check/bin/svelte-check', '--workspace', 'tests/check/canary', '--tsconfig', join(repoRoot, 'tests/check/canary/tsconfig.json'));
  expect(stdout).toMatch(/Type 'string' is not assignable to type 'number'/);
  expect(status).toBe(1);
});
