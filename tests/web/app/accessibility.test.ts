import axe from 'axe-core';
import { strToU8 } from 'fflate';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { forgetEverything, launch, type OpenedBrowser } from '../../e2e/browser.ts';
import { findChromium, needs } from '../../support/tools.ts';

const { skip, label } = needs('Chromium', findChromium());

const go = (page: Page, hash: string) => page.evaluate((to) => (location.hash = to), hash);
const bring = (page: Page, name: string, text: string) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(strToU8(text)) });

/** Every page in every state, each in the one that the state before left: [name, how to get there, what shows that it is there]. */
const STATES: readonly (readonly [string, (page: Page) => Promise<unknown>, (page: Page) => Promise<unknown>])[] = [
  ['nothing is kept yet', (page) => go(page, '#/mine'), (page) => page.getByText('Nothing here yet.').waitFor()],
  ['films to rate', (page) => go(page, '#/rate'), (page) => page.getByRole('slider').first().waitFor()],
  ['nothing found', (page) => page.getByRole('searchbox').fill('qqqq'), (page) => page.getByText('No film matches').waitFor()],
  ['something found', (page) => page.getByRole('searchbox').fill('alien 1979'), (page) => page.getByRole('slider', { name: 'Alien' }).first().waitFor()],
  ['rated', async (page) => { await page.getByRole('slider').first().focus(); await page.keyboard.press('5'); }, (page) => page.getByText('1 rated.').waitFor()],
  ['the ten', (page) => go(page, '#/ten'), (page) => page.getByRole('article').first().waitFor()],
  ['seen it: how was it', (page) => page.getByRole('button', { name: /^Seen it:/ }).first().click(), (page) => page.getByText('How was it?').waitFor()],
  ['a change that can be undone', (page) => page.getByRole('button', { name: /^Watchlist:/ }).first().click(), (page) => page.getByRole('button', { name: 'Undo' }).waitFor()],
  ['what if', (page) => go(page, '#/steer').then(() => page.getByRole('switch', { name: /^What if/ }).first().click()), (page) => page.getByText('Nothing you rate now is kept.').waitFor()],
  ['no film fits', (page) => page.getByRole('button', { name: 'Forget it' }).click().then(() => page.getByRole('switch', { name: 'Only my watchlist' }).click()).then(() => go(page, '#/ten')), (page) => page.getByText(/fit what you asked for/).waitFor()],
  ['a film', (page) => go(page, '#/film/1'), (page) => page.getByRole('region', { name: 'Similar films' }).waitFor()],
  ['a film that is not there', (page) => go(page, '#/film/none'), (page) => page.getByText('This film is not in the model').waitFor()],
  ['the map', (page) => go(page, '#/map'), (page) => page.getByRole('application').waitFor()],
  ['the map as a table', (page) => page.getByRole('button', { name: 'Table' }).click(), (page) => page.getByRole('table').waitFor()],
  ['mine', (page) => go(page, '#/mine'), (page) => page.getByRole('heading', { name: 'Mine' }).waitFor()],
  ['together, alone', (page) => go(page, '#/group'), (page) => page.getByText('Who else watches?').waitFor()],
  ['a taste code that is none', async (page) => { await page.getByText('Add somebody', { exact: true }).click(); await page.getByRole('textbox', { name: 'Code or link' }).fill('abc'); await page.getByRole('button', { name: 'Add', exact: true }).last().click(); }, (page) => page.getByText('This is no whole taste code.').waitFor()],
  ['together', async (page) => { await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ben'); await page.keyboard.press('Enter'); }, (page) => page.getByRole('article').first().waitFor()],
  ['invited with another model', (page) => go(page, '#/group?taste=x'), (page) => page.getByRole('alert').filter({ hasText: 'taste code' }).last().waitFor()],
  ['mine, of several', (page) => go(page, '#/mine'), (page) => page.getByRole('radio', { name: 'Ben' }).waitFor()],
  ['import', (page) => go(page, '#/import'), (page) => page.getByText('Drop a file').waitFor()],
  ['import refused', (page) => bring(page, 'a.csv', 'hello'), (page) => page.getByText('could not be read').waitFor()],
  ['columns', (page) => bring(page, 'a.csv', 'a,b\nHeat,4\n'), (page) => page.getByRole('dialog').waitFor()],
  ['import to keep and to mend', async (page) => { await page.keyboard.press('Escape'); await page.getByRole('dialog').waitFor({ state: 'detached' }); await bring(page, 'a.csv', 'title,year,rating\nHeat,1995,4\nBlade Runer,1982,5\n'); }, (page) => page.getByRole('combobox', { name: /Blade Runer/ }).waitFor()],
  ['model and privacy', (page) => go(page, '#/model'), (page) => page.getByRole('heading', { name: 'Model and privacy' }).waitFor()],
  ['delete everything?', (page) => page.getByRole('button', { name: 'Delete everything' }).click(), (page) => page.getByText('There is no way back.').waitFor()],
  ['nowhere', (page) => go(page, '#/nowhere'), (page) => page.getByRole('heading', { name: 'Nothing here.' }).waitFor()],
];

describe.skipIf(skip)(`everybody can use every page and state${label}`, () => {
  describe.each([
    ['phone', 'light', { width: 390, height: 844 }],
    ['wide', 'dark', { width: 1440, height: 900 }],
  ] as const)('%s, %s', (_size, colorScheme, viewport) => {
    let browser: OpenedBrowser;
    beforeAll(async () => {
      browser = await launch({ modelFolder: inject('sampleModel'), context: { viewport, colorScheme, reducedMotion: 'reduce' } });
    });
    afterAll(() => browser?.close());

    test.each(STATES)('%s', async (_name, act, shown) => {
      const { page } = browser;
      await act(page);
      await shown(page);
      await page.evaluate(`if (!window.axe) { ${axe.source} }`);
      const violations = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 160)} (${any[0]?.message ?? ''})`).join(' | ')}`);
      });
      expect(violations).toEqual([]);
    });

    test('a model that does not arrive', async () => {
      const { page } = browser;
      await forgetEverything(page);
      await page.route('**/manifest.json', (route) => route.abort());
      await go(page, '#/rate');
      await page.reload();
      await page.getByRole('alert').waitFor();
      await page.evaluate(`if (!window.axe) { ${axe.source} }`);
      const found = await page.evaluate(async () => (await (window as unknown as { axe: typeof import('axe-core') }).axe.run()).violations.map(({ id }) => id));
      expect(found).toEqual([]);
    });

    test('at 200 % nothing is cut off sideways, from right to left as well', async () => {
      const { page } = browser;
      await page.unroute('**/manifest.json');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('slider').first().waitFor();
      for (const dir of ['ltr', 'rtl']) {
        await page.evaluate((dir) => {
          document.documentElement.dir = dir;
          document.documentElement.style.fontSize = '200%';
        }, dir);
        for (const hash of ['#/rate', '#/ten', '#/film/1', '#/steer', '#/group', '#/mine', '#/import', '#/model']) {
          await go(page, hash);
          await page.locator('main h1').first().waitFor();
          const beyond = await page.evaluate(() => {
            const main = document.querySelector('main')!;
            return Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
          });
          expect([dir, hash, beyond]).toEqual([dir, hash, 0]);
        }
      }
    });
  });
});
