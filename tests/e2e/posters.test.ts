import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_POLICY, POSTERS_POLICY } from '../../web/contentSecurityPolicy.ts';
import { train } from '../../trainer/commands/train.ts';
import { findChromium, needs } from '../support/tools.ts';
import { launch, type OpenedBrowser } from './browser.ts';

const GOOD = '0123456789abcdef0123456789abcdef';
/** One dot, red. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

const { skip, label } = needs('Chromium', findChromium());
describe.skipIf(skip)(`posters, with a key of one's own${label}`, () => {
  let browser: OpenedBrowser;
  let page: Page;
  let folder: string;
  /** What TMDB was asked, and for which pictures. */
  const asked: URL[] = [];
  const pictures: URL[] = [];
  let reachable = true;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framerate-posters-'));
    const rows = Array.from({ length: 40 }, (_, user) => Array.from({ length: 12 }, (_, i) => `${user},${1 + ((user * 5 + i * 3) % 30)},${1 + ((user + i) % 5)}`));
    await writeFile(join(folder, 'ratings.csv'), ['userId,movieId,rating', ...rows.flat()].join('\n'));
    await writeFile(join(folder, 'movies.csv'), ['movieId,title,genres', ...Array.from({ length: 30 }, (_, i) => `${i + 1},Film ${i + 1} (19${50 + i}),Drama`)].join('\n'));
    // The first film is TMDB's 101, the second IMDb's alone, the third neither's.
    await writeFile(join(folder, 'links.csv'), ['movieId,imdbId,tmdbId', ...Array.from({ length: 30 }, (_, i) => `${i + 1},${i === 2 ? '' : String(i + 1).padStart(7, '0')},${i === 1 || i === 2 ? '' : 101 + i}`)].join('\n'));
    const modelFolder = await train({ data: [folder], rank: 8, residual: 0, seed: 1, out: join(folder, 'models', 'films') });
    browser = await launch({ modelFolder, context: { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } });
    ({ page } = browser);
    await page.context().route('https://api.themoviedb.org/**', (route: Route) => {
      const url = new URL(route.request().url());
      asked.push(url);
      if (!reachable) return route.abort();
      const headers = { 'access-control-allow-origin': '*' };
      const key = url.searchParams.get('api_key') ?? route.request().headers()['authorization']?.replace('Bearer ', '');
      if (key !== GOOD) return route.fulfill({ status: 401, headers, json: { status_code: 7 } });
      const film = /movie\/(\d+)$/.exec(url.pathname)?.[1];
      if (url.pathname.includes('/find/')) return route.fulfill({ headers, json: { movie_results: [{ poster_path: '/found.jpg' }] } });
      if (film === '104') return route.fulfill({ status: 404, headers, json: {} });
      return route.fulfill({ headers, json: film ? { poster_path: `/p${film}.jpg` } : { success: true } });
    });
    await page.context().route('https://image.tmdb.org/**', (route: Route) => {
      const url = new URL(route.request().url());
      pictures.push(url);
      return reachable && !url.pathname.includes('p105') ? route.fulfill({ contentType: 'image/png', body: PNG }) : route.abort();
    });
    await page.getByRole('slider').first().waitFor();
    await page.waitForLoadState('networkidle');
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const go = (hash: string) => page.evaluate((to) => (location.hash = to), hash);
  const useKey = async (key: string, button: string): Promise<void> => {
    await page.getByLabel('Your TMDB key or token').fill(key);
    await page.getByRole('button', { name: button }).click();
  };
  const posterOf = (title: string) => page.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) }).locator('.cover img.loaded').first();

  test('without one nobody is asked, and the page may not ask', async () => {
    await go('#/mine');
    await page.getByRole('heading', { name: 'Posters' }).waitFor();
    expect([...asked, ...pictures]).toEqual([]);
    const refused = await page.evaluate(() => fetch('https://api.themoviedb.org/3/authentication').then(() => 'sent', () => 'refused'));
    expect(refused).toBe('refused');
    expect(asked).toEqual([]);
    expect((await page.request.get(browser.address)).headers()['content-security-policy']).toBe(`${APP_POLICY}; frame-ancestors 'none'`);
  });

  test('a key that TMDB refuses is said, and covers stay as they are drawn', async () => {
    await useKey('wrong', 'Show posters');
    await page.getByRole('alert').filter({ hasText: 'TMDB refuses this key.' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/posters.html');
    expect(await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')).toBe(POSTERS_POLICY);
    await go('#/rate');
    await page.getByRole('slider').first().waitFor();
    expect(pictures).toEqual([]);
    expect(asked.filter(({ pathname }) => pathname.includes('movie'))).toEqual([]); // what would be refused is not asked
  });

  test('with a good one posters show, where there are any; others stay drawn', async () => {
    await go('#/mine');
    await useKey(GOOD, 'Use this key');
    await page.getByText('Posters show.').waitFor();
    await go('#/rate');
    await posterOf('Film 1').waitFor();
    await posterOf('Film 2').waitFor(); // by IMDb's id
    expect(pictures.some(({ pathname }) => pathname === '/t/p/w185/found.jpg')).toBe(true);
    await expect.poll(() => pictures.some(({ pathname }) => pathname.includes('p105'))).toBe(true);
    for (const without of ['Film 3', 'Film 4', 'Film 5']) {
      expect(await posterOf(without).count()).toBe(0);
      expect(await page.getByRole('listitem').filter({ has: page.getByText(without, { exact: true }) }).locator('.cover svg').count()).toBeGreaterThan(0);
    }
    const once = asked.map(({ href }) => href).filter((href) => href.includes('movie/101'));
    expect(once).toHaveLength(1);
    await go('#/film/1');
    await page.locator('.poster img.loaded').waitFor();
  });

  test('nobody else is spoken to, and nothing is said but which film', () => {
    const foreign = browser.requests.filter((url) => !url.startsWith(browser.address)).map((url) => new URL(url));
    for (const { hostname, pathname, search } of foreign) {
      expect(['api.themoviedb.org', 'image.tmdb.org']).toContain(hostname);
      expect(pathname).toMatch(/^\/(3\/(authentication|movie\/\d+|find\/tt\d+)|t\/p\/w\d+\/\w+\.jpg)$/);
      expect(search).toMatch(/^(\?(external_source=imdb_id&)?api_key=\w+)?$/);
    }
  });

  test('an app that is opened anew shows them again; without a network covers are drawn', async () => {
    await page.goto(browser.address);
    await page.waitForURL('**/posters.html');
    await posterOf('Film 1').waitFor();
    reachable = false;
    await page.reload();
    await page.getByRole('slider').first().waitFor();
    await go('#/mine');
    await page.getByText('TMDB cannot be reached now.').waitFor();
    await go('#/rate');
    expect(await page.locator('.cover svg').count()).toBeGreaterThan(10);
    expect(await page.locator('.cover img.loaded').count()).toBe(0);
    reachable = true;
  });

  test('it opens offline, as the page without posters does', async () => {
    await page.waitForFunction(async () => (await caches.keys()).some((name) => name.startsWith('framerate-shell')));
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole('slider').first().waitFor();
    await page.context().setOffline(false);
  });

  test('switched off it is the strict page again, and nobody is asked any more', async () => {
    await go('#/mine');
    await page.getByRole('button', { name: 'No posters any more' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.getByRole('heading', { name: 'Posters' }).waitFor();
    const before = asked.length + pictures.length;
    await go('#/rate');
    await page.getByRole('slider').first().waitFor();
    await page.goto(`${browser.address}posters.html`); // an old bookmark
    await page.waitForURL((url) => url.pathname === '/');
    await page.getByRole('slider').first().waitFor();
    expect(asked.length + pictures.length).toBe(before);
  });
});
