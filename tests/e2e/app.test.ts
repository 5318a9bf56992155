import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createApi } from '../../web/server/api.ts';
import { ModelHost } from '../../web/server/modelHost.ts';
import { describeInBrowsers, forgetEverything, launch, type OpenedBrowser } from './browser.ts';

describeInBrowsers('the app', (name) => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 1440, height: 900 } } });
  });
  afterAll(() => browser?.close());

  const tenTitles = () => browser.page.getByRole('complementary', { name: 'Your ten' }).getByRole('listitem').locator('h3').allInnerTexts();

  /** Rates a film that is on the page with the keyboard, and waits for the ten to follow. */
  async function rate(title: string, key: string): Promise<void> {
    const before = await browser.page.locator('p[role=status]').allInnerTexts();
    await browser.page.getByRole('slider', { name: title }).focus();
    await browser.page.keyboard.press(key);
    await browser.page.waitForFunction((texts) => JSON.stringify([...document.querySelectorAll('p[role=status]')].map((p) => (p as HTMLElement).innerText)) !== texts, JSON.stringify(before));
  }

  test('opens with films to rate and ten that are liked by everybody', async () => {
    await browser.page.getByRole('heading', { name: 'Rate a few you know.' }).waitFor();
    await browser.page.getByRole('slider').first().waitFor();
    expect(await browser.page.getByRole('slider').count()).toBeGreaterThanOrEqual(20);
    expect(await tenTitles()).toHaveLength(10);
  });

  test('everything works without a network once the page is loaded: search, rate, ten films, the time they took', async () => {
    const { page } = browser;
    const popular = await tenTitles();
    await page.waitForLoadState('networkidle'); // until the app is kept, and has looked for a newer model
    await page.context().setOffline(true);
    const asked = browser.requests.length;

    await page.getByRole('searchbox', { name: 'Search films' }).fill('blade runer 1982');
    await page.getByRole('slider', { name: 'Blade Runner' }).first().waitFor();
    await rate('Blade Runner', '5');
    const ten = await tenTitles();
    expect(ten).toHaveLength(10);
    expect(ten).not.toEqual(popular);
    expect(ten).not.toContain('Blade Runner');
    expect(await page.getByText(/ms on this device/).innerText()).toMatch(/\d.* ms on this device/);
    expect(await page.getByText(/because of/).first().innerText()).toMatch('Blade Runner');

    await page.keyboard.press('Delete'); // takes the rating back
    await expect.poll(tenTitles).toEqual(popular);
    expect(browser.requests.slice(asked)).toEqual([]);
    await page.context().setOffline(false);
  });

  test('the ten are those of the HTTP API', async () => {
    const api = await createApi(await ModelHost.open(inject('sampleModel')));
    const [film] = (await api.inject('/v1/items?q=alien 1979')).json().items;
    const { items } = (await api.inject({ method: 'POST', url: '/v1/recommendations', payload: { ratings: [{ item: film.id, rating: 4.5 }] } })).json();

    const { page } = browser;
    await page.getByRole('searchbox', { name: 'Search films' }).fill('alien 1979');
    const stars = page.getByRole('slider', { name: 'Alien', exact: false }).first();
    await stars.focus();
    await page.keyboard.press('5');
    await page.keyboard.press('ArrowLeft');
    expect(await stars.getAttribute('aria-valuetext')).toBe('4.5 of 5 stars');
    await expect.poll(tenTitles).toEqual(items.map(({ item }: { item: { title: string } }) => item.title));
  });

  test('nothing leaves for another place, and the console has nothing to complain about', () => {
    expect(browser.requests.filter((url) => !url.startsWith(browser.address))).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  test('a model that is not there is said, with a way on', async () => {
    await forgetEverything(browser.page);
    const page = await browser.page.context().newPage();
    await page.route('**/manifest.json', (route) => route.fulfill({ status: 404 }));
    await page.goto(browser.address);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await page.unroute('**/manifest.json');
    await alert.getByRole('button').click();
    await page.getByRole('slider').first().waitFor();
    await page.close();
  });

  test('an altered model is refused whole', async () => {
    await forgetEverything(browser.page);
    const page = await browser.page.context().newPage();
    await page.route('**/*.faiss', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length - 1]! ^= 1;
      await route.fulfill({ response, body });
    });
    await page.goto(browser.address);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
    await page.close();
  });
});
