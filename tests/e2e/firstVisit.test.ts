import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findChromium, needs } from '../support/tools.ts';
import { openBrowser, openSite } from './browser.ts';
import { shellUntil, timeOfTheTen, watchForTheTen } from './firstVisit.ts';

/** Of everything that is asked for before the first ten films are on the screen, but for the model. */
const MOST_BYTES = 70_000;

const { skip, label } = needs('Chromium', findChromium());

describe.skipIf(skip)(`a first visit in real Chromium${label}`, () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let site: Awaited<ReturnType<typeof openSite>>;
  beforeAll(async () => {
    [browser, site] = await Promise.all([openBrowser('chromium'), openSite(inject('sampleModel'))]);
    await watchForTheTen(browser.page);
    await browser.page.goto(site.address);
  });
  afterAll(() => Promise.all([browser?.close(), site?.close()]));

  test(`has its ten films after no more than ${MOST_BYTES} bytes of app`, async () => {
    const { there } = await timeOfTheTen(browser.page);
    const shell = shellUntil(site.downloads, there);
    // The page, its script and style, the worker and the search kernel: what is more was not needed yet. The icon is asked for at any time.
    expect(shell.map(({ path }) => path.replace(/-[\w-]{8}\./, '.')).filter((path) => path !== '/assets/icon.svg').sort()).toEqual(['/', '/assets/index.css', '/assets/index.js', '/assets/kernel.wasm', '/assets/worker.js']);
    expect(shell.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MOST_BYTES);
  });

  test('fetches the rest after them, so that it works without a network from then on', async () => {
    await browser.page.waitForLoadState('networkidle');
    await expect.poll(() => site.downloads.map(({ path }) => path).some((path) => path.includes('/TenPage-'))).toBe(true);
  });
});
