import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { repoRoot } from '../support/tools.ts';
import { launch } from './browser.ts';

/**
 * Photographs the app for docs/: `npm run screenshots`, which builds it first. A person should look at them.
 *   tsx tests/e2e/screenshots.ts [folder of a model] [where to]
 */
const [modelFolder = join(repoRoot, 'models/sample'), folder = join(repoRoot, 'docs')] = process.argv.slice(2);
const ratings: [string, string][] = [['Blade Runner 1982', '5'], ['Alien 1979', '4'], ['Spirited Away', '4'], ['Arrival 2016', '5']];
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const go = (page: Page, hash: string) => page.evaluate((to) => (location.hash = to), hash);
const ALL = ['phone-light', 'phone-dark', 'desktop-light', 'desktop-dark'];
/** Each page is opened from the one before; kept in so many dresses. */
const shots: [name: string, open: (page: Page) => Promise<unknown>, dresses: readonly string[]][] = [
  ['rate', (page) => go(page, '#/rate'), ALL],
  ['ten', (page) => go(page, '#/ten'), ['phone-light', 'desktop-dark']],
  ['film', (page) => page.getByRole('article').nth(1).getByRole('heading').getByRole('link').click(), ['phone-dark', 'desktop-light']],
  ['map', (page) => go(page, '#/map'), ['phone-light', 'desktop-dark']],
];
await mkdir(folder, { recursive: true });

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await launch({ modelFolder, context: { viewport, colorScheme, reducedMotion: 'reduce' } });
    for (const [title, key] of ratings) {
      await page.getByRole('searchbox').fill(title);
      await page.getByRole('slider', { name: title.replace(/ \d+$/, '') }).first().focus();
      await page.keyboard.press(key);
    }
    await page.getByRole('searchbox').fill('');
    for (const [name, open, dresses] of shots) {
      await open(page);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.mouse.move(0, 0);
      await page.waitForTimeout(800); // until everything is there
      const dress = `${size}-${colorScheme}`;
      if (dresses.includes(dress)) await page.screenshot({ path: join(folder, `${name}-${dress}.png`) });
    }
    await close();
  }
}
