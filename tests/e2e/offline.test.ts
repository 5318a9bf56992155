import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { repoRoot } from '../support/tools.ts';
import { describeInBrowsers, launch, type OpenedBrowser } from './browser.ts';

describeInBrowsers('the app without a network', (name) => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 390, height: 844 } } });
  });
  afterAll(() => browser?.close());

  test('opens again with all that was rated, and every page works', async () => {
    const { page } = browser;
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('5');
    await page.getByText('1 rated.').waitFor();
    // Until the app is kept and its model, too.
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));
    });
    await page.context().setOffline(true);
    await page.goto(browser.address);
    await page.getByText('1 rated.').waitFor();
    await page.getByText('Offline.').waitFor();
    for (const hash of ['#/ten', '#/film/1', '#/steer', '#/mine', '#/model']) {
      await page.goto(browser.address + hash);
      await page.locator('main h1').waitFor();
    }
    await page.goto(`${browser.address}#/ten`);
    await expect.poll(() => page.getByRole('article').count()).toBe(10);
    await page.context().setOffline(false);
  });
});

describeInBrowsers(
  'what is new',
  (name) => {
    let browser: OpenedBrowser;
    let appFolder: string;
    beforeAll(async () => {
      appFolder = await mkdtemp(join(tmpdir(), 'framerate-app-'));
      await cp(join(repoRoot, 'dist/app'), appFolder, { recursive: true });
      browser = await launch({ browser: name, modelFolder: inject('sampleModel'), appFolder });
    });
    afterAll(async () => {
      await browser?.close();
      await rm(appFolder, { recursive: true, force: true });
    });

    test('a new model is offered, used when somebody says so, and kept', async () => {
      const { page } = browser;
      await page.getByRole('slider').first().waitFor();
      await page.route('**/manifest.json', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace(/"modelId": "\w+"/, '"modelId": "00000000000000aa"') });
      });
      await page.reload();
      await page.getByText('A new model is here.').waitFor();
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByText('A new model is here.').waitFor({ state: 'detached' });
      await page.unroute('**/manifest.json');
      await page.goto(`${browser.address}#/model`);
      await page.getByText('00000000000000aa').waitFor();
      await page.reload();
      await page.getByText('00000000000000aa').waitFor();
    });

    test('a new app is offered, and opens when somebody says so', async () => {
      const { page } = browser;
      const change = async (file: string, from: string | RegExp, to: string) => {
        const path = join(appFolder, file);
        await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
        await rm(`${path}.br`, { force: true });
      };
      await change('index.html', '<html lang="en"', '<html lang="en" data-release="2"');
      await change('sw.js', /version:`\w+`/, 'version:`000000000002`');
      await page.goto(`${browser.address}#/rate`);
      await page.reload();
      await page.getByText('A new version of the app is here.').waitFor();
      expect(await page.locator('html').getAttribute('data-release')).toBeNull();
      await page.getByRole('status').filter({ hasText: 'A new version' }).getByRole('button').click();
      await page.waitForSelector('html[data-release="2"]');
      await page.getByRole('slider').first().waitFor();
    });
  },
  ['chromium'],
);
