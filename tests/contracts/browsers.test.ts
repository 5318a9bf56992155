import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from '../e2e/browser.ts';
import type { Outcome } from '../e2e/contracts.worker.ts';
import { needs, repoRoot } from '../support/tools.ts';

const faiss = needs('faiss.wasm: npm run build:faiss', existsSync(join(repoRoot, 'shared/engine/faiss/faiss.wasm')), false);

/**
 * The contracts of the engines, in a worker of a real browser: brute force, the kernel, and Faiss's kinds. They run there by
 * the runner that runs them in Node, all at once; each is a test here. Their names come from the page, before any is run.
 */
describeInBrowsers('the engines, in a worker', async (name) => {
  let outcomes: ReadonlyMap<string, Outcome>;
  const opened: OpenedBrowser = await launch({ browser: name, modelFolder: inject('sampleModel'), page: 'contracts' });
  const names = await opened.page.evaluate(() => window.contracts.list());

  beforeAll(async () => {
    const all = await opened.page.evaluate(() => window.contracts.run());
    outcomes = new Map(all.map((outcome) => [outcome.name, outcome]));
  }, 300_000);
  afterAll(() => opened.close());

  test.each(names)('%s', (test) => {
    expect(outcomes.get(test), 'it ran').toBeDefined();
    if (outcomes.get(test)!.failure) throw new Error(outcomes.get(test)!.failure!);
  });
  describe.skipIf(faiss.skip)(`Faiss${faiss.label}`, () => {
    test('took part', () => expect(names.filter((test) => test.includes('Faiss')).length).toBeGreaterThan(50));
  });
});
