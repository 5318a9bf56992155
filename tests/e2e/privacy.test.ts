import { strToU8 } from 'fflate';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from './browser.ts';

describeInBrowsers('nothing that a person does leaves their device', (name) => {
  let browser: OpenedBrowser;
  beforeAll(async () => {
    browser = await launch({ browser: name, modelFolder: inject('sampleModel'), context: { viewport: { width: 1440, height: 900 } } });
  });
  afterAll(() => browser?.close());

  test('from the first tap on there is no request but for parts of the app itself, and none says what was done', async () => {
    const { page, requests, address } = browser;
    await page.getByRole('slider').first().waitFor();
    await page.waitForLoadState('networkidle');
    const before = requests.length;
    const sent: (string | null)[] = [];
    page.context().on('request', (request) => sent.push(request.method() === 'GET' ? null : request.url(), request.postData()));

    await page.getByRole('searchbox').fill('alien 1979');
    await page.getByRole('slider', { name: 'Alien' }).first().focus();
    await page.keyboard.press('5');
    await page.getByText('1 rated.').waitFor();
    await page.goto(`${address}#/ten`);
    await page.getByRole('button', { name: /^Not for me:/ }).first().click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Drama: either' }).click();
    await page.getByRole('article').first().getByRole('link').nth(1).click();
    await page.getByRole('heading', { name: 'Similar films' }).waitFor();
    await page.goto(`${address}#/map`);
    await page.getByRole('application').waitFor();
    await page.goto(`${address}#/import`);
    await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(strToU8('title,year,rating\nHeat,1995,4\n')) });
    await page.getByRole('button', { name: /^Keep/ }).click();
    await page.getByText('1 film brought in.').waitFor();
    await page.goto(`${address}#/model`);
    await page.getByText('requests to other places').waitFor();

    // Whatever came was a file of the app or of the model, without a question in its address.
    for (const url of requests.slice(before)) expect(url).toMatch(new RegExp(`^${address}(assets/[\\w.-]+|models/[\\w./-]+|)(#.*)?$`));
    expect(sent.filter(Boolean)).toEqual([]);
    expect((await page.context().cookies()).length).toBe(0);
    expect(browser.complaints).toEqual([]);
  });

  test('the page itself forbids other places, also on a host that sends no headers', async () => {
    const policy = await browser.page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    for (const rule of ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'", "form-action 'none'"]) expect(policy).toContain(rule);
    const refused = await browser.page.evaluate(() => fetch('https://example.test/').then(() => 'sent', () => 'refused'));
    expect(refused).toBe('refused');
  });
});
