import type { Page } from 'playwright-core';
import type { Download } from './browser.ts';

/** Notes when the first ten films are there, and on the screen; to be called before the page is opened. */
export async function watchForTheTen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelectorAll('aside ol li, section.peek ol li').length < 10) return;
      observer.disconnect();
      performance.mark('there');
      requestAnimationFrame(() => performance.mark('shown'));
    }).observe(document, { subtree: true, childList: true });
  });
}

/** @returns when they were on the screen, in ms since the page was asked for; and when they were there, in ms since 1970. */
export async function timeOfTheTen(page: Page): Promise<{ readonly shownAfter: number; readonly there: number }> {
  await page.waitForFunction(() => performance.getEntriesByName('shown').length > 0, undefined, { timeout: 60_000 });
  return page.evaluate(() => ({
    shownAfter: performance.getEntriesByName('shown')[0]!.startTime,
    there: performance.timeOrigin + performance.getEntriesByName('there')[0]!.startTime,
  }));
}

/** What was downloaded of the app itself, without the model, by `time` (ms since 1970). */
export const shellUntil = (downloads: readonly Download[], time: number): readonly Download[] =>
  downloads.filter(({ path, at }) => at < time && !path.startsWith('/models/'));
