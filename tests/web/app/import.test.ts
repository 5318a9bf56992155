import { strToU8, zipSync } from 'fflate';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { describeInBrowsers, forgetEverything, launch, type OpenedBrowser } from '../../e2e/browser.ts';

describeInBrowsers('bringing ratings', (name) => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 1440, height: 900 }, acceptDownloads: true } });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    const { page } = browser;
    await forgetEverything(page);
    await page.goto(`${browser.address}#/import`);
    await page.reload();
    await page.getByRole('heading', { name: 'Bring your ratings' }).waitFor();
  });

  const bring = (fileName: string, bytes: Uint8Array) =>
    browser.page.locator('input[type=file]').setInputFiles({ name: fileName, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });

  const letterboxd = zipSync({
    'ratings.csv': strToU8('Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,Alien,1979,u,4.5\n2024-01-03,"Godfather, The",1973,u,5\n2024-01-04,Blade Runer,1982,u,4\n2024-01-05,Nobody Knows This Film,1901,u,1\n'),
    'watchlist.csv': strToU8('Date,Name,Year,Letterboxd URI\n2024-01-02,Heat,1995,u\n'),
  });

  test('a whole zip: matched, mended by hand, kept, and taken back', async () => {
    const { page } = browser;
    await bring('letterboxd.zip', letterboxd);
    await page.getByRole('heading', { name: '2 to mend by hand' }).waitFor();
    await page.getByRole('combobox', { name: /Blade Runer/ }).selectOption({ label: 'Blade Runner (1982)' });
    await page.getByText('Nothing like it is in this model.').waitFor();
    await page.getByRole('button', { name: 'Keep all 4' }).click();
    await page.getByText('4 films brought in.').waitFor();
    await page.goto(`${browser.address}#/mine`);
    await page.getByText('3 films rated, 1 on the watchlist.').waitFor();
    await page.goto(`${browser.address}#/import`);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('There is nothing to take yet.').waitFor();
  });

  test('columns of other names: a dialog asks what they hold', async () => {
    const { page } = browser;
    await bring('mine.csv', strToU8('was,wie gut\nAlien,4\nHeat,3\n'));
    const dialog = page.getByRole('dialog', { name: 'What do the columns hold?' });
    await dialog.getByRole('combobox', { name: 'Title', exact: true }).selectOption('was');
    await dialog.getByRole('combobox', { name: 'Rating' }).selectOption('wie gut');
    await dialog.getByRole('button', { name: 'Read it' }).click();
    await page.getByRole('button', { name: 'Keep all 2' }).waitFor();
  });

  test('what cannot be read is said', async () => {
    await bring('holiday.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47]));
    await browser.page.getByText('holiday.png could not be read.').waitFor();
  });

  test('the films of everybody go out together, and each comes in again for whom they are', async () => {
    const { page } = browser;
    await bring('ann.json', strToU8(JSON.stringify({ format: 'framerate-films', version: 1, name: 'Ann', films: [{ item: { title: 'Alien', year: 1979 }, verdict: { kind: 'rated', stars: 5 }, at: 1 }] })));
    const into = page.getByRole('combobox', { name: 'Into the ratings of' });
    await into.selectOption({ label: 'Ann, who is new here' });
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('1 film brought in.').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Everybody, JSON' }).click()]);
    const everybody = await readFile(await download.path());

    await forgetEverything(page);
    await page.reload();
    await bring('everybody.json', everybody);
    await page.getByRole('heading', { name: 'Whose films?' }).waitFor();
    await page.getByRole('button', { name: 'Ann, 1 film' }).click();
    await into.selectOption({ label: 'Ann, who is new here' });
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.goto(`${browser.address}#/mine`);
    await page.getByRole('heading', { name: 'Ann' }).waitFor();
    await page.getByText('1 film rated').waitFor();
  });

  test('everything goes out as JSON, and comes in again elsewhere', async () => {
    const { page } = browser;
    await bring('letterboxd.zip', letterboxd);
    await page.getByRole('button', { name: 'Keep all 3' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Everything, JSON' }).click();
    const file = await readFile(await (await download).path());
    await forgetEverything(page);
    await page.reload();
    await page.getByText('There is nothing to take yet.').waitFor();
    await bring('framerate.json', file);
    await page.getByRole('button', { name: 'Keep all 3' }).waitFor();
  });

  test('nothing of it leaves', () => {
    expect(browser.requests.filter((url) => !url.startsWith(browser.address) && !url.startsWith('blob:'))).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
}, ['chromium']);
