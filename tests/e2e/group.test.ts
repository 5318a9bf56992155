import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from './browser.ts';

describeInBrowsers('people who watch together', (name) => {
  let browser: OpenedBrowser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } });
    ({ page } = browser);
    await page.getByRole('slider').first().waitFor();
  });
  afterAll(() => browser?.close());

  const go = (hash: string) => page.evaluate((to) => (location.hash = to), hash);
  const films = () => page.getByRole('article').getByRole('heading').getByRole('link').allInnerTexts();

  /** What the people of the device leave out, as the database has it. */
  const leftOut = () =>
    page.evaluate(
      () =>
        new Promise<string[]>((done, fail) => {
          const opening = indexedDB.open('framerate');
          opening.onerror = () => fail(opening.error);
          opening.onsuccess = () => {
            const asking = opening.result.transaction('profiles').objectStore('profiles').getAll();
            asking.onerror = () => fail(asking.error);
            asking.onsuccess = () => {
              opening.result.close();
              done((asking.result as { without: string[] }[]).flatMap(({ without }) => without));
            };
          };
        }),
    );

  /** Rates as whoever is here. */
  async function rate(titles: readonly string[], key = '5'): Promise<void> {
    await go('#/rate');
    for (const title of titles) {
      await page.getByRole('searchbox').fill(title);
      const stars = page.getByRole('slider', { name: title, exact: false }).first();
      await stars.focus();
      await page.keyboard.press(key);
      await expect.poll(() => stars.getAttribute('aria-valuetext')).toBe('5 of 5 stars');
    }
    await page.getByRole('searchbox').fill('');
  }

  test('two on one device: each rates, both get one list, with what each of them thinks', async () => {
    await rate(['Alien', 'Blade Runner']);
    await go('#/mine');
    await page.getByRole('textbox', { name: 'Change the name' }).pressSequentially('Ann');
    await page.keyboard.press('Tab');
    await page.getByRole('textbox', { name: 'Name of somebody new' }).fill('Ben');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(() => page.getByRole('radio', { name: 'Ben' }).isChecked()).toBe(true);
    await page.getByText('Nothing here yet.').waitFor(); // Ann's are hers

    await rate(['Spirited Away', 'My Neighbor Totoro']);
    await go('#/group');
    await expect.poll(async () => (await films()).length).toBe(10);
    const both = await films();
    for (const rated of ['Alien', 'Blade Runner', 'Spirited Away', 'My Neighbor Totoro']) expect(both).not.toContain(rated);
    const opinions = await page.getByRole('article').first().getByRole('listitem').locator('.vh').allInnerTexts();
    expect(opinions).toHaveLength(2);
    expect(opinions[0]).toMatch(/^Ann: \d+ % of the liking for their own ten, \d\.\d stars expected$/);
    expect(opinions[1]).toMatch(/^Ben: /);

    await page.getByRole('switch', { name: 'What somebody has seen, too' }).click();
    await expect.poll(films).not.toEqual(both);
  });

  test('a genre that one of them leaves out is on no list of theirs, and stays out when the app is opened anew', async () => {
    await go('#/ten');
    await page.getByRole('button', { name: 'Animation: either' }).click();
    await page.getByRole('button', { name: 'Animation: in' }).click();
    await page.getByRole('button', { name: 'Animation: left out' }).waitFor();
    await expect.poll(leftOut).toContain('Animation'); // kept, not only shown
    await page.reload();
    await go('#/ten');
    await page.getByRole('button', { name: 'Animation: left out' }).waitFor();
    await go('#/group');
    await page.getByText('Ben leaves out Animation.').waitFor();
    expect(await page.getByRole('article').filter({ hasText: 'Animation' }).count()).toBe(0);
    // Ann did not say so.
    await go('#/mine');
    await page.getByRole('radio', { name: 'Ann' }).click();
    await page.getByRole('heading', { name: 'Ann' }).waitFor();
    await go('#/ten');
    await page.getByRole('button', { name: 'Animation: either' }).waitFor();
  });

  test('somebody removed comes back whole', async () => {
    await go('#/mine');
    await page.getByRole('button', { name: 'Remove Ben' }).click();
    await expect.poll(() => page.getByRole('radio').count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('radio', { name: 'Ben' }).click();
    await page.getByText('2 films rated').waitFor();
  });

  test('another tab sees who came and what they rated', async () => {
    const other = await page.context().newPage();
    await other.goto(`${browser.address}#/mine`);
    await other.getByText('2 films rated').waitFor();
    await rate(['Ponyo']);
    await other.getByText('3 films rated').waitFor();
    await go('#/mine');
    await page.getByRole('textbox', { name: 'Name of somebody new' }).fill('Cleo');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await other.getByRole('radio', { name: 'Cleo' }).waitFor();
    expect(await other.getByRole('radio', { name: 'Ben' }).isChecked()).toBe(true); // who is here, each tab says for itself
    await other.close();
    await page.getByRole('button', { name: 'Remove Cleo' }).click();
    await page.getByRole('radio', { name: 'Ben' }).click();
    await page.getByText('3 films rated').waitFor();
  });

  test('a friend comes by a taste code: no rating is in it, and the list is for both', async () => {
    await go('#/group');
    await page.getByRole('checkbox', { name: /^Ann/ }).uncheck();
    const code = await page.getByRole('textbox', { name: 'Your taste code' }).inputValue();
    expect(code).toMatch(/^[\w-]{98}$/);
    await page.getByText(/From 3 ratings somebody can work out/).waitFor();

    await page.getByText('Add somebody', { exact: true }).click();
    const field = page.getByRole('textbox', { name: 'Code or link' });
    await field.fill(code.slice(0, -3));
    const add = page.getByRole('button', { name: 'Add', exact: true }).last();
    await add.click();
    await page.getByText('This is no whole taste code.').waitFor();
    await field.fill(code);
    await page.getByRole('textbox', { name: 'Name of the friend' }).fill('Dora');
    await add.click();
    await page.getByRole('checkbox', { name: /^Dora/ }).waitFor();
    await expect.poll(async () => (await films()).length).toBe(10);
    await page.getByRole('button', { name: 'Remove Dora' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('checkbox', { name: /^Dora/ }).waitFor();
  });

  test('a link lets somebody in who is asked for first; one of another model is refused, in a sentence', async () => {
    await go('#/group');
    const code = await page.getByRole('textbox', { name: 'Your taste code' }).inputValue();
    await page.goto(`${browser.address}#/group?name=Emil&taste=${code}&without=War`);
    await page.getByText('Emil wants to be in on it.').waitFor();
    expect(await page.getByRole('checkbox', { name: /^Emil/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Let in' }).click();
    await page.getByRole('checkbox', { name: /^Emil/ }).waitFor();
    await page.getByText('Emil leaves out War.').waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#/group');

    const { writeTasteCode } = await import('../../shared/tasteCode.ts');
    const foreign = writeTasteCode(new Float32Array(64).fill(1), 'ffffffffffffffff');
    await go(`#/group?taste=${foreign}`);
    await page.getByRole('alert').filter({ hasText: 'This code belongs to other films.' }).waitFor();
    await page.getByRole('button', { name: 'All right' }).click();
  });

  test('nothing of it leaves for another place, and the console has nothing to complain about', () => {
    expect(browser.requests.filter((url) => !url.startsWith(browser.address))).toEqual([]);
    // What stands behind # no server gets.
    expect(browser.requests.map((url) => url.split('#')[0]).filter((url) => url!.includes('taste='))).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});
