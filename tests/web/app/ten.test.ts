import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { forgetEverything, launch, type OpenedBrowser } from '../../e2e/browser.ts';
import { findChromium, needs } from '../../support/tools.ts';

const { skip, label } = needs('Chromium', findChromium());

describe.skipIf(skip)(`the ten and the film's page on a phone${label}`, () => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({ modelFolder: inject('sampleModel'), context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  });
  afterAll(() => browser?.close());

  const go = (hash: string) => browser.page.evaluate((to) => (location.hash = to), hash);
  const cards = () => browser.page.getByRole('article');
  const titles = () => cards().locator('h2').allInnerTexts();

  /** Rated: Alien and Blade Runner. Open: the ten. */
  beforeEach(async () => {
    const { page } = browser;
    await forgetEverything(page);
    await go('#/rate');
    await page.reload();
    for (const [title, key] of [['Alien 1979', '5'], ['Blade Runner 1982', '4']] as const) {
      await page.getByRole('searchbox').fill(title);
      const stars = page.getByRole('slider', { name: title.slice(0, -5) }).first();
      await stars.focus();
      await page.keyboard.press(key);
    }
    await page.getByRole('searchbox').fill('');
    await page.getByText('2 rated.').waitFor();
    await go('#/ten');
    await expect.poll(() => cards().count()).toBe(10);
  });

  test('says why with shares; a reason that is left out changes the list, and comes back', async () => {
    const { page } = browser;
    const before = await titles();
    await cards().first().getByRole('button', { name: /^because of/ }).tap();
    const chips = cards().first().getByRole('group').getByRole('button');
    expect((await chips.allInnerTexts()).sort()).toEqual([expect.stringMatching(/^Alien\s+\d+ %$/), expect.stringMatching(/^Blade Runner\s+\d+ %$/)]);
    await chips.filter({ hasText: 'Alien' }).tap();
    await page.getByRole('button', { name: 'Count all again' }).waitFor();
    await expect.poll(titles).not.toContain('Alien');
    await page.getByRole('button', { name: 'Count all again' }).tap();
    await expect.poll(titles).toEqual(before);
  });

  test('not for me: the film is gone, also after a reload, until it is undone', async () => {
    const { page } = browser;
    const [first, second] = await titles();
    await cards().first().getByRole('button', { name: `Not for me: ${first}` }).tap();
    await page.getByText(`${first} is gone from your ten.`).waitFor();
    await expect.poll(async () => (await titles())[0]).toBe(second);
    await page.getByRole('button', { name: 'Undo' }).tap();
    await expect.poll(async () => (await titles())[0]).toBe(first);

    await cards().first().getByRole('button', { name: `Not for me: ${first}` }).tap();
    await expect.poll(titles).not.toContain(first);
    await page.reload();
    await expect.poll(() => cards().count()).toBe(10);
    expect(await titles()).not.toContain(first);
  });

  test('seen it asks how it was, and the rating counts', async () => {
    const { page } = browser;
    const [first] = await titles();
    await cards().first().getByRole('button', { name: `Seen it: ${first}` }).tap();
    await page.getByRole('slider', { name: `Your rating of ${first}` }).focus();
    await page.keyboard.press('4');
    await expect.poll(titles).not.toContain(first);
    await page.getByText('From 3 ratings.').waitFor();
  });

  test('a genre that is out never shows, and one that is in always', async () => {
    const { page } = browser;
    await page.getByRole('link', { name: 'Steer' }).tap();
    await page.getByRole('button', { name: 'Drama: either' }).tap();
    await page.getByRole('button', { name: 'Drama: in' }).tap();
    await page.getByRole('button', { name: 'Thriller: either' }).tap();
    await page.getByRole('link', { name: 'Done' }).tap();
    await expect.poll(() => cards().count()).toBe(10);
    for (const line of await cards().locator('p.meta').allInnerTexts()) expect(line).not.toContain('Drama');
    expect(await page.getByRole('button', { name: 'Drama: left out' }).count()).toBe(1);
  });

  test('the watchlist alone, and nothing where it is empty, with a way on', async () => {
    const { page } = browser;
    const [first] = await titles();
    await go('#/steer');
    await page.getByRole('switch', { name: 'Only my watchlist' }).tap();
    await go('#/ten');
    await page.getByText('No film fits what you asked for.').waitFor();
    await page.getByRole('button', { name: 'Let everything in' }).tap();
    await cards().first().getByRole('button', { name: `Watchlist: ${first}` }).tap();
    await go('#/steer');
    await page.getByRole('switch', { name: 'Only my watchlist' }).tap();
    await go('#/ten');
    await expect.poll(titles).toEqual([first]);
  });

  test('what if: ratings that leave no trace', async () => {
    const { page } = browser;
    const before = await titles();
    await go('#/steer');
    await page.getByRole('switch', { name: /^What if/ }).tap();
    await go('#/rate');
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('1');
    await go('#/ten');
    await expect.poll(titles).not.toEqual(before);
    await page.getByRole('button', { name: 'Forget it' }).tap();
    await expect.poll(titles).toEqual(before);
  });

  test("a film's page: title card, own rating, reasons with switches, similar films, links out", async () => {
    const { page } = browser;
    const [first] = await titles();
    await cards().first().getByRole('link', { name: first, exact: true }).tap();
    await page.getByRole('heading', { level: 1 }).waitFor();
    const toggles = page.getByRole('switch');
    await expect.poll(() => toggles.count()).toBe(2);
    expect(await page.getByRole('region', { name: 'Similar films' }).getByRole('listitem').count()).toBe(8);
    const off = page.getByRole('switch', { name: 'Count Alien' });
    await off.tap();
    await page.locator('li.off').waitFor();
    expect(await off.isChecked()).toBe(false);
    expect(await toggles.count()).toBe(2);
    await page.getByRole('slider').focus();
    await page.keyboard.press('5');
    await page.getByText('You have rated it').waitFor();
    expect(browser.requests.filter((url) => !url.startsWith(browser.address))).toEqual([]);
  });

  test('a film that is not there is said, with a way on', async () => {
    await go('#/film/nothing');
    await browser.page.getByText('This film is not in the model that is loaded.').waitFor();
    await browser.page.getByRole('link', { name: 'Rate a few films' }).waitFor();
  });

  test('a second tab follows the first', async () => {
    const other = await browser.page.context().newPage();
    await other.goto(`${browser.address}#/ten`);
    await other.getByText('From 2 ratings.').waitFor();
    await go('#/rate');
    await browser.page.getByRole('slider').nth(5).focus();
    await browser.page.keyboard.press('3');
    await other.getByText('From 3 ratings.').waitFor();
    await other.close();
  });

  test.each(['#/ten', '#/steer', '#/mine', '#/film/1'])('%s does not scroll sideways at 320 px', async (hash) => {
    const { page } = browser;
    await page.setViewportSize({ width: 320, height: 700 });
    await go(hash);
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await page.setViewportSize({ width: 390, height: 844 });
  });

  test('the console has nothing to complain about', () => {
    expect(browser.complaints).toEqual([]);
  });
});
