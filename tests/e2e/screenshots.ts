import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repoRoot } from '../support/tools.ts';
import { launch } from './browser.ts';

/** Photographs the app for docs/: `npm run screenshots`, which builds it first. A person should look at them. */
const films: [string, string][] = [['Blade Runner', '5'], ['Alien', '4'], ['Spirited Away', '4']];
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const folder = join(repoRoot, 'docs');
await mkdir(folder, { recursive: true });

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await launch({ modelFolder: join(repoRoot, 'models/sample'), context: { viewport, colorScheme } });
    for (const [title, key] of films) {
      await page.getByRole('searchbox').fill(title);
      await page.getByRole('slider', { name: title }).first().focus();
      await page.keyboard.press(key);
    }
    await page.getByRole('searchbox').fill('');
    await page.locator('h1').click();
    await page.waitForTimeout(800); // until nothing moves
    await page.screenshot({ path: join(folder, `rate-${size}-${colorScheme}.png`) });
    await close();
  }
}
