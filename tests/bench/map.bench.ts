import { join } from 'node:path';
import { launch } from '../e2e/browser.ts';
import { repoRoot } from '../support/tools.ts';

/**
 * How smoothly the taste map moves, in Chromium: `npm run bench:map [model folder]`. A mouse drags and zooms the map for
 * some seconds; each frame's drawing is timed in the page, and so is how long one frame comes after the other.
 */
const modelFolder = process.argv[2] ?? join(repoRoot, 'models/ml-latest-small');
const MOVES = 240;

declare global {
  interface Window {
    /** How long the callbacks of each frame took, and when it began, in ms. */
    mapFrames: { at: number; drawnMs: number }[];
  }
}

for (const [size, viewport] of Object.entries({ phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } })) {
  const { page, close } = await launch({ modelFolder, context: { viewport, deviceScaleFactor: size === 'phone' ? 3 : 1, reducedMotion: 'reduce' } });
  await page.addInitScript(() => {
    window.mapFrames = [];
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) =>
      request((at) => {
        const start = performance.now();
        callback(at);
        const drawnMs = performance.now() - start;
        const last = window.mapFrames.at(-1);
        if (last?.at === at) last.drawnMs += drawnMs;
        else window.mapFrames.push({ at, drawnMs });
      });
  });
  await page.reload();
  await page.getByRole('slider').first().waitFor();
  await page.evaluate(() => (location.hash = '#/map'));
  await page.getByRole('application').waitFor();
  await page.waitForTimeout(1000);
  const devtools = await page.context().newCDPSession(page);
  const [x, y] = [viewport.width / 2, viewport.height / 2];
  for (const slower of [1, 4]) {
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    for (const [what, move] of [
      ['dragged', (i: number) => page.mouse.move(x + 80 * Math.sin(i / 9), y + 80 * Math.cos(i / 7))],
      ['zoomed', (i: number) => page.mouse.wheel(0, i % 60 < 30 ? -60 : 60)],
    ] as const) {
      await page.mouse.move(x, y);
      if (what === 'dragged') await page.mouse.down();
      await page.evaluate(() => (window.mapFrames = []));
      for (let i = 0; i < MOVES; i++) await move(i);
      await page.mouse.up();
      const frames = await page.evaluate(() => window.mapFrames.filter(({ drawnMs }) => drawnMs > 0.2));
      const apart = frames.slice(1).map(({ at }, i) => at - frames[i]!.at);
      const at = (part: number, values: readonly number[]): string => (values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? NaN).toFixed(1);
      const drawn = frames.map(({ drawnMs }) => drawnMs);
      console.log(`${size}, ${slower} × slower, ${what}: ${frames.length} frames, drawn in p50 ${at(0.5, drawn)} ms, p99 ${at(0.99, drawn)} ms; apart p50 ${at(0.5, apart)} ms, p90 ${at(0.9, apart)} ms, p99 ${at(0.99, apart)} ms`);
    }
  }
  await close();
}
