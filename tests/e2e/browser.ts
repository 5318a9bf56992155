import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { chromium, firefox, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { build } from 'vite';
import { describe, test } from 'vitest';
import { createSite } from '../../web/server/site.ts';
import { findChromium, findFirefox, needs, repoRoot } from '../support/tools.ts';

interface Kind {
  /** As its makers call it. */
  readonly title: string;
  /** The program, or null where it is not installed. */
  find(): string | null;
  launch(program: string, options: Pick<LaunchOptions, 'context' | 'switches'>): Promise<Browser>;
  /** What of the context is left for newContext: not what `launch` sees to. */
  contextFor(context: BrowserContextOptions): BrowserContextOptions;
}

/** Whose engines the app must work in. One launcher, one `Page`, whatever protocol is under it. */
const kinds = {
  chromium: {
    title: 'Chromium',
    find: findChromium,
    launch: (executablePath, { switches = [] }) =>
      chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...switches],
      }),
    contextFor: (context) => context,
  },
  firefox: {
    title: 'Firefox',
    find: findFirefox,
    // A `moz-` channel is a Firefox as distributions ship it, over WebDriver BiDi; Playwright's own protocol wants a patched one.
    // Releases of Playwright from 1.65 on send it what Firefox ESR 153 does not know yet, so package.json stays below.
    launch: (executablePath, { context: { colorScheme, reducedMotion } = {} }) =>
      firefox.launch({
        executablePath,
        channel: 'moz-firefox',
        firefoxUserPrefs: { 'ui.systemUsesDarkTheme': colorScheme === 'dark' ? 1 : 0, 'ui.prefersReducedMotion': reducedMotion === 'reduce' ? 1 : 0 },
      }),
    contextFor: ({ colorScheme: _, reducedMotion: __, ...context }) => context,
  },
} satisfies Record<string, Kind>;

export type BrowserName = keyof typeof kinds;
const browserNames = Object.keys(kinds) as BrowserName[];

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

export interface LaunchOptions {
  /** Chromium where nothing is said. */
  readonly browser?: BrowserName;
  readonly modelFolder: string;
  /** `app`: dist/app, which `npm test` builds first. Else the name of a page of tests/e2e (name.html), built by the same configuration. */
  readonly page?: 'app' | 'bench' | 'contracts' | 'door' | 'lab';
  /** Where the app lies, if it is not the one that was built. */
  readonly appFolder?: string;
  readonly context?: BrowserContextOptions;
  /** More for Chromium's command line. */
  readonly switches?: readonly string[];
}

/**
 * The same tests in each browser; where one is not installed they are skipped and say so.
 * @param names in which; all that there are by default.
 */
export function describeInBrowsers(title: string, tests: (browser: BrowserName) => void | Promise<void>, names: readonly BrowserName[] = browserNames): void {
  for (const name of names) {
    const { skip, label } = needs(kinds[name].title, kinds[name].find());
    if (skip) test.skip(`${title}${label}`);
    else describe(`${title} in real ${kinds[name].title}`, () => tests(name));
  }
}

/** Chromium's own word to whoever asks whether there is WebGPU, where there is none. */
const NO_GPU = 'No available adapters.';

/** A real browser with an empty page, and an ear at it. */
export async function openBrowser(name: BrowserName, wanted: BrowserContextOptions = {}, switches: readonly string[] = []): Promise<Omit<OpenedBrowser, 'address'>> {
  const kind: Kind = kinds[name];
  const program = kind.find();
  if (!program) throw new Error(`${kind.title} is not installed; tests/setup.sh installs it where it may`);
  const browser = await kind.launch(program, { context: wanted, switches });
  const context = await browser.newContext(kind.contextFor(wanted));
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  // Chromium says so by itself; Firefox tells its own console, which no protocol reads.
  if (name === 'firefox') {
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => console.error(`${effectiveDirective} forbids ${blockedURI}`));
    });
  }
  const page = await context.newPage();
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && message.text() !== NO_GPU) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, requests, complaints, close: () => browser.close() };
}

/** One file that the site was asked for. */
export interface Download {
  /** From the site's root: "/assets/…". */
  readonly path: string;
  /** When the question came, in ms since 1970. */
  readonly at: number;
  /** As they were sent: compressed, where the browser took that. */
  readonly bytes: number;
}

/** The app and a model, as `serve` gives them. @param options.appFolder the app that was built, where nothing is said. */
export async function openSite(modelFolder: string, { appFolder = join(repoRoot, 'dist/app') } = {}) {
  const site = await createSite({ appFolder, modelsFolder: dirname(modelFolder), defaultModel: basename(modelFolder) });
  const downloads: Download[] = [];
  const asked = new WeakMap<object, number>();
  site.addHook('onRequest', async (request) => void asked.set(request, performance.timeOrigin + performance.now()));
  site.addHook('onResponse', async (request, reply) => {
    downloads.push({ path: request.url, at: asked.get(request)!, bytes: Number(reply.getHeader('content-length') ?? 0) });
  });
  return {
    /** With a slash at the end. */
    address: `${await site.listen({ host: '127.0.0.1', port: 0 })}/`,
    /** In the order in which they ended. */
    downloads: downloads as readonly Download[],
    close: () => site.close(),
  };
}

/** A real browser on the app as it is built and served, strict content security policy and all. */
export async function launch(options: LaunchOptions): Promise<OpenedBrowser> {
  const { browser: name = 'chromium', modelFolder, page: pageName = 'app', context: wanted = {}, switches } = options;
  const appFolder = options.appFolder ?? (pageName === 'app' ? join(repoRoot, 'dist/app') : await buildPage(pageName));
  const site = await openSite(modelFolder, { appFolder });
  const { address } = site;
  const { page, requests, complaints, close } = await openBrowser(name, wanted, switches);
  await page.goto(pageName === 'app' ? address : `${address}${pageName}.html`);
  return {
    page,
    address,
    requests,
    complaints,
    async close() {
      await close();
      await site.close();
      if (pageName !== 'app') await rm(appFolder, { recursive: true, force: true });
    },
  };
}

async function buildPage(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `framerate-${name}-`));
  const root = join(repoRoot, 'tests/e2e');
  await build({
    configFile: join(repoRoot, 'vite.config.ts'),
    logLevel: 'error',
    root,
    resolve: { alias: [{ find: /^vitest$/, replacement: join(root, 'vitestInPage.ts') }] },
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { input: join(root, `${name}.html`) } },
  });
  return folder;
}

/** Deletes the ratings and models that the app has kept in this browser. Pages see it when they are opened anew. */
export const forgetEverything = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await caches.delete('framerate-models');
    await new Promise<void>((done, failed) => {
      const request = indexedDB.deleteDatabase('framerate');
      request.onsuccess = () => done();
      request.onerror = () => failed(request.error ?? new Error('not deleted'));
    });
  });
