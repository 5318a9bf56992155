import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from './browser.ts';

describeInBrowsers(
  'the app',
  (name) => {
    let opened: OpenedBrowser;
    beforeAll(async () => {
      opened = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 1440, height: 900 } } });
      await opened.page.getByRole('slider').first().waitFor();
    });
    afterAll(() => opened.close());

    test('says that its worker died and is there again, and has every rating', async () => {
      const { page } = opened;
      const tenTitles = () => page.getByRole('complementary', { name: 'Your ten' }).getByRole('listitem').locator('h3').allInnerTexts();
      const popular = await tenTitles();
      await page.getByRole('slider').first().focus();
      await page.keyboard.press('5');
      await expect.poll(tenTitles).not.toEqual(popular);
      const before = await tenTitles();

      const worker = page.workers().find((some) => some.url().includes('worker'));
      await worker!.evaluate(() => self.close()).catch(() => undefined);
      await page.getByText('Your ratings are all here.').waitFor();
      await page.getByRole('slider').nth(1).focus();
      await page.keyboard.press('1');
      await expect.poll(tenTitles).not.toEqual(before);
      expect(await page.getByRole('slider').first().getAttribute('aria-valuetext')).toBe('5 of 5 stars');
      await page.getByRole('button', { name: 'All right' }).click();
      expect(await page.getByText('Your ratings are all here.').count()).toBe(0);
    });

    test('has the lab at its address, fetched when it is opened', async () => {
      const { page } = opened;
      const ofLab = () => opened.requests.filter((url) => /\/(Lab|lab\.worker|ort|faiss)[.-]/.test(url));
      expect(ofLab()).toEqual([]);
      await page.evaluate(() => (location.hash = '#/lab'));
      await page.getByRole('heading', { name: 'Lab' }).waitFor();
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText('Done.').waitFor({ timeout: 100_000 });
      expect(await page.getByRole('row').count()).toBeGreaterThan(3);
      expect(ofLab().length).toBeGreaterThan(2);
      expect(opened.complaints).toEqual([]);
    }, 120_000);
  },
  ['chromium'],
);
