import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { train } from '../../trainer/commands/train.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of a model trained on the embedded sample, for all tests of a run: read it, do not change it. */
    sampleModel: string;
  }
}

/** Vitest's global set-up: one training serves all test files. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'framerate-test-'));
  const folder = await train({ data: ['sample'], rank: 64, residual: 8, seed: 1, out: join(root, 'models', 'sample') });
  project.provide('sampleModel', folder);
  return () => rm(root, { recursive: true, force: true });
}
