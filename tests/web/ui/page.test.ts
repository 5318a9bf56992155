import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { forgetEverything, launch } from '../../e2e/browser.ts';
import type { OpenedBrowser } from '../../e2e/browser.ts';
import { findChromium, needs } from '../../support/tools.ts';

const { skip, label } = needs('Chromium', findChromium());

describe.skipIf(skip)(`the first page on a phone${label}`, () => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({
      modelFolder: inject('sampleModel'),
      context: { viewport: { width: 390, height: 844 }, hasTouch: true },
    });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    await forgetEverything(browser.page);
    await browser.page.reload();
    await slider(0).waitFor();
  });

  const slider = (row: number): Locator => browser.page.getByRole('slider').nth(row);
  const spoken = (row: number) => slider(row).getAttribute('aria-valuetext');
  const focused = () => browser.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim());
  /** A place in a row's five stars, 0 to 5, counted from where they begin. */
  async function placeOf(row: number, stars: number, rtl = false): Promise<{ x: number; y: number }> {
    const { x, y, width, height } = (await slider(row).locator('..').boundingBox())!;
    return { x: x + (width * (rtl ? 5 - stars : stars)) / 5, y: y + height / 2 };
  }

  test('rates with the keyboard alone', async () => {
    const { keyboard } = browser.page;
    await slider(0).focus();
    const steps: [string, string][] = [
      ['4', '4 of 5 stars'],
      ['ArrowRight', '4.5 of 5 stars'],
      ['End', '5 of 5 stars'],
      ['ArrowLeft', '4.5 of 5 stars'],
      ['Home', 'not rated'],
      ['ArrowUp', '0.5 of 5 stars'],
      ['Delete', 'not rated'],
      ['2', '2 of 5 stars'],
      ['0', 'not rated'],
    ];
    for (const [key, text] of steps) {
      await keyboard.press(key);
      expect([key, await spoken(0)]).toEqual([key, text]);
    }
  });

  test('a tap rates, the same tap again takes it back', async () => {
    const { x, y } = await placeOf(1, 3.3);
    await browser.page.touchscreen.tap(x, y);
    expect(await spoken(1)).toBe('3.5 of 5 stars');
    await browser.page.touchscreen.tap(x, y);
    expect(await spoken(1)).toBe('not rated');
  });

  test('sliding shows where it is, and rates where it ends', async () => {
    const { mouse } = browser.page;
    const [from, to] = [await placeOf(0, 0.7), await placeOf(0, 4.8)];
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 5 });
    expect(await spoken(0)).toBe('5 of 5 stars');
    expect(await browser.page.getByText('1 rated.').count()).toBe(0);
    await mouse.up();
    await browser.page.getByText('1 rated.').waitFor();
    // Back over the start: nothing is left.
    await mouse.move(to.x, to.y);
    await mouse.down();
    await mouse.move(from.x - 60, from.y, { steps: 5 });
    await mouse.up();
    expect(await spoken(0)).toBe('not rated');
  });

  test('from right to left the first star is the right one', async () => {
    await browser.page.evaluate(() => (document.documentElement.dir = 'rtl'));
    const { x, y } = await placeOf(0, 0.8, true);
    await browser.page.touchscreen.tap(x, y);
    expect(await spoken(0)).toBe('1 of 5 stars');
    await browser.page.keyboard.press('ArrowLeft');
    expect(await spoken(0)).toBe('1.5 of 5 stars');
  });

  test('what is not seen makes room, and the focus stays in its place', async () => {
    const { page } = browser;
    const button = page.getByRole('button', { name: /^Not seen/ }).nth(2);
    const name = await button.getAttribute('aria-label');
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(focused).toMatch(/^Not seen: /);
    expect(await focused()).not.toBe(name);
    expect(await page.getByRole('button', { name: name! }).count()).toBe(0);
  });

  test('start over can be undone', async () => {
    const { page } = browser;
    await slider(0).focus();
    await page.keyboard.press('5');
    await page.getByRole('button', { name: 'Start over' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('All ratings taken back.').waitFor();
    expect(await spoken(0)).toBe('not rated');
    expect(await focused()).toBe('Rate a few you know.');
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('1 rated.').waitFor();
    expect(await spoken(0)).toBe('5 of 5 stars');
  });

  test('a search without a match says so, with a way back; Escape is another', async () => {
    const { page } = browser;
    const field = page.getByRole('searchbox');
    const rows = await page.getByRole('slider').count();
    await field.fill('qqqqqq');
    await page.getByText('No film matches “qqqqqq”.').waitFor();
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await slider(0).waitFor();
    expect(await focused()).toBe('Search films');
    expect(await page.getByRole('slider').count()).toBe(rows);

    await field.fill('alien');
    await expect.poll(() => page.getByRole('status').allInnerTexts()).toContainEqual(expect.stringMatching(/^\d+ films?$/));
    await field.press('Escape');
    expect(await field.inputValue()).toBe('');
    await expect.poll(() => page.getByRole('slider').count()).toBe(rows);
  });

  test('the ten stay in sight, and lead to their page', async () => {
    const { page } = browser;
    const peek = page.getByRole('region', { name: /^Your ten/ });
    expect(await peek.getByRole('listitem').count()).toBe(10);
    await peek.getByRole('link', { name: 'Your ten' }).tap();
    await page.getByRole('heading', { name: 'Ten for you' }).waitFor();
    await page.goBack();
    await slider(0).waitFor();
  });

  test.each([320, 360, 375, 390, 640, 899, 900, 1199, 1200, 1440])('nothing scrolls sideways at %d px', async (width) => {
    const { page } = browser;
    await page.setViewportSize({ width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.setViewportSize({ width: 390, height: 844 });
  });

  test('nothing moves for those who asked for that', async () => {
    const { page } = browser;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await slider(0).focus();
    const moved = page.evaluate(
      () =>
        new Promise<number>((done) => {
          let most = 0;
          const look = () => (most = Math.max(most, document.getAnimations().length));
          const timer = setInterval(look, 4);
          setTimeout(() => done((clearInterval(timer), most)), 300);
        }),
    );
    await page.keyboard.press('5');
    expect(await moved).toBe(0);
    await page.emulateMedia({ reducedMotion: null });
  });

  test('the console has nothing to complain about', () => {
    expect(browser.complaints).toEqual([]);
  });
});
