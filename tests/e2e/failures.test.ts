import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { findChromium, needs } from '../support/tools.ts';
import { openBrowser, openSite } from './browser.ts';

const { skip, label } = needs('Chromium', findChromium());

/** Each on a first visit of its own: what goes wrong is said in words, with a way on, and everything else works. */
describe.skipIf(skip)(`what can go wrong, in real Chromium${label}`, () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    site = await openSite(inject('sampleModel'));
  });
  afterEach(() => browser?.close());
  afterAll(() => site?.close());

  async function open(prepare: (page: Page) => Promise<unknown>): Promise<Page> {
    browser = await openBrowser('chromium', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    await prepare(browser.page);
    await browser.page.goto(site.address);
    return browser.page;
  }

  async function expectAccessible(page: Page): Promise<void> {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => (await (window as unknown as { axe: typeof import('axe-core') }).axe.run()).violations.map(({ id }) => id));
    expect(found).toEqual([]);
  }

  /** @param what the heading of the page that there is instead. @param mend after which its button helps. */
  async function expectWayOn(page: Page, what: string, mend: () => Promise<unknown>): Promise<void> {
    const alert = page.getByRole('alert');
    await alert.getByRole('heading', { name: what }).waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
    await expectAccessible(page);
    await mend();
    await alert.getByRole('button').click();
    await page.getByRole('slider').first().waitFor();
  }

  const rate = async (page: Page): Promise<void> => {
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('5');
    await page.getByText('1 rated.').waitFor();
  };

  test('no network on the first visit', async () => {
    const page = await open(async (page) => {
      await page.addInitScript(() => Object.defineProperty(navigator, 'onLine', { get: () => false }));
      await page.route('**/models/**', (route) => route.abort('internetdisconnected'));
    });
    await expectWayOn(page, 'No network on the first visit.', () => page.unroute('**/models/**'));
  });

  test('a download that was altered', async () => {
    const page = await open((page) =>
      page.route('**/*.faiss', async (route) => {
        const response = await route.fetch();
        const body = await response.body();
        body[body.length - 1]! ^= 1;
        await route.fulfill({ response, body });
      }),
    );
    await expectWayOn(page, 'The films did not pass the check.', () => page.unroute('**/*.faiss'));
  });

  test('a model of a newer app', async () => {
    const page = await open((page) =>
      page.route('**/manifest.json', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...((await response.json()) as object), schemaVersion: 999 } });
      }),
    );
    await expectWayOn(page, 'These films are of another release than this page.', () => page.unroute('**/manifest.json'));
  });

  test('WebAssembly that is forbidden: it answers all the same, and says that it takes longer', async () => {
    const page = await open((page) =>
      page.route(/\/assets\/worker-[\w-]+\.js$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'" } });
      }),
    );
    await page.getByText('This browser forbids WebAssembly. Everything works, a little slower.').waitFor();
    await rate(page);
    await expectAccessible(page);
  });

  test('storage that is forbidden, as in a private window: ratings last until the page closes', async () => {
    const page = await open((page) =>
      page.addInitScript(() => {
        IDBFactory.prototype.open = () => {
          throw new DOMException('forbidden', 'SecurityError');
        };
        Object.defineProperty(CacheStorage.prototype, 'open', { value: () => Promise.reject(new DOMException('forbidden', 'SecurityError')) });
      }),
    );
    await page.getByRole('alert').getByText('Nothing can be kept here.').waitFor();
    await rate(page);
    await page.getByRole('alert').getByRole('link', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'Everything, JSON' }).waitFor();
    await expectAccessible(page);
  });

  test('a device that is full: the change counts, and that it is not kept is said', async () => {
    const page = await open((page) =>
      page.addInitScript(() => {
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...args) {
          if (this.transaction.mode === 'readwrite') throw new DOMException('full', 'QuotaExceededError');
          return put.apply(this, args);
        };
      }),
    );
    await page.getByRole('slider').first().waitFor();
    await rate(page);
    await page.getByRole('alert').getByText('This device is full.').waitFor();
    await expectAccessible(page);
  });
});
