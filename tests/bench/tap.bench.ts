import { join } from 'node:path';
import { launch } from '../e2e/browser.ts';
import { repoRoot } from '../support/tools.ts';

/**
 * From a key on the stars to ten new films on the screen, in Chromium: `npm run bench:tap [model folder]`. The clock starts
 * with the event and stops in the frame after the list has changed.
 */
const modelFolder = process.argv[2] ?? join(repoRoot, 'models/ml-latest-small');
const TAPS = 200;

const { page, close } = await launch({ modelFolder, context: { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } });
await page.getByRole('slider').first().waitFor();
await page.waitForLoadState('networkidle');
const devtools = await page.context().newCDPSession(page);

for (const slower of [1, 4]) {
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  const times = await page.evaluate(async (taps) => {
    const column = document.querySelector('aside ol')!;
    const sliders = [...document.querySelectorAll<HTMLInputElement>('input[type=range]')];
    const times: { changed: number; shown: number }[] = [];
    for (let tap = 0; tap < taps; tap++) {
      const slider = sliders[tap % sliders.length];
      slider.focus();
      const start = performance.now();
      const changed = new Promise<number>((done) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          done(performance.now() - start);
        });
        observer.observe(column, { subtree: true, childList: true, characterData: true, attributes: true });
      });
      slider.dispatchEvent(new KeyboardEvent('keydown', { key: String(1 + ((tap * 7 + (tap / sliders.length) | 0) % 5)), bubbles: true, cancelable: true }));
      const done = await Promise.race([changed, new Promise<null>((none) => setTimeout(() => none(null), 500))]);
      if (done === null) continue; // the same ten, in the same words
      await new Promise((next) => requestAnimationFrame(next));
      times.push({ changed: done, shown: performance.now() - start });
      await new Promise((next) => setTimeout(next, 30));
    }
    return times;
  }, TAPS);
  const at = (part: number, values: number[]) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))].toFixed(1);
  for (const kind of ['changed', 'shown'] as const) {
    const values = times.map((time) => time[kind]);
    console.log(`${slower} × slower, until the ten are ${kind}: p50 ${at(0.5, values)} ms, p99 ${at(0.99, values)} ms (${values.length} taps)`);
  }
}
await close();
