import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { build } from 'vite';
import { createSite } from '../../web/server/site.ts';
import { findChromium, repoRoot } from '../support/tools.ts';

export interface OpenedBrowser {
  readonly page: Page;
  /** Where the app is served, with a slash at the end. */
  readonly address: string;
  /** Every address that the page and its worker have asked for. */
  readonly requests: readonly string[];
  /** What a person would find in the console: errors, refused resources, broken policies. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/**
 * Real Chromium on the app as it is built and served, strict content security policy and all.
 * @param options.page `app`: dist/app, which `npm test` builds first. `door`: the bare worker (door.ts), built by the same configuration.
 */
export async function launch(options: { modelFolder: string; page?: 'app' | 'door'; context?: BrowserContextOptions }): Promise<OpenedBrowser> {
  const appFolder = options.page === 'door' ? await buildDoor() : join(repoRoot, 'dist/app');
  const site = await createSite({ appFolder, modelsFolder: dirname(options.modelFolder), defaultModel: basename(options.modelFolder) });
  const address = `${await site.listen({ host: '127.0.0.1', port: 0 })}/`;
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const context = await browser.newContext(options.context);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(options.page === 'door' ? `${address}door.html` : address);
  return {
    page,
    address,
    requests,
    complaints,
    async close() {
      await browser.close();
      await site.close();
      if (options.page === 'door') await rm(appFolder, { recursive: true, force: true });
    },
  };
}

async function buildDoor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'framerate-door-'));
  const root = join(repoRoot, 'tests/e2e');
  await build({
    configFile: join(repoRoot, 'vite.config.ts'),
    logLevel: 'error',
    root,
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: join(root, 'door.html') } },
  });
  return folder;
}
