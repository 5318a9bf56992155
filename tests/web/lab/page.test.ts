import axe from 'axe-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from '../../e2e/browser.ts';
import { needs } from '../../support/tools.ts';

describeInBrowsers('the lab', (name) => {
  let opened: OpenedBrowser;
  beforeEach(async () => {
    opened = await launch({ browser: name, modelFolder: inject('sampleModel'), page: 'lab', context: { viewport: { width: 390, height: 844 } } });
    await opened.page.getByRole('heading', { name: 'Lab' }).waitFor();
  });
  afterEach(() => opened.close());

  const button = (title: string | RegExp) => opened.page.getByRole('button', { name: title });
  const status = () => opened.page.getByRole('status').innerText();
  /** By axe-core, through the protocol: the page's own policy lets no script in. */
  async function violations(): Promise<string[]> {
    await opened.page.evaluate(axe.source);
    const { violations } = await opened.page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run(document.querySelector('main')!));
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }

  test('runs with the keyboard, shows figures of each engine, and lets them be copied', async () => {
    const { page } = opened;
    expect(await violations()).toEqual([]);
    expect(await page.getByRole('checkbox', { name: 'ONNX Runtime, WebGPU' }).isDisabled()).toBe(true);
    await page.getByText('there is no WebGPU here').waitFor();
    await button('Run').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Done.').waitFor({ timeout: 100_000 });

    const table = page.getByRole('table');
    const rows = await table.getByRole('row').allInnerTexts();
    const kernel = rows.find((row) => row.startsWith('FrameRate kernel'))!;
    expect(kernel).toMatch(/1\.000$/);
    expect(rows.map((row) => row.split('\t')[0])).toEqual(expect.arrayContaining(['Plain JavaScript', 'ONNX Runtime']));
    expect(await page.getByRole('img').getAttribute('aria-label')).toMatch(/FrameRate kernel: half under [\d.]+ ms, 99 of 100 under/);
    expect(await violations()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    expect(opened.requests.filter((url) => !url.startsWith(opened.address) && !url.startsWith('data:'))).toEqual([]);

    const setClipboard = (refuse: boolean) =>
      page.evaluate((refused) => {
        const writeText = async (text: string) => {
          if (refused) throw new Error('refused');
          document.title = text;
        };
        Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
      }, refuse);
    await setClipboard(true);
    await button('Copy as Markdown').click();
    const text = await page.getByRole('textbox').inputValue();
    expect(text).toMatch(/\| FrameRate kernel \| [\d.]+ \| [\d.]+ \| 1\.0 \| 1\.000 \|/);
    await setClipboard(false);
    await button('Copy as Markdown').click();
    await expect.poll(status).toBe('Copied.');
    expect(await page.title()).toContain('FrameRate kernel');
    expect(opened.complaints).toEqual([]);
  }, 120_000);

  test('stops at once, and runs again', async () => {
    const { page } = opened;
    for (const engine of ['ONNX Runtime MatMul', 'Faiss, Flat', 'Faiss, IVF', 'Faiss, same file']) await page.getByRole('checkbox', { name: engine }).uncheck();
    await page.getByRole('checkbox', { name: 'A made-up million' }).check();
    await button('Run').click();
    await page.getByRole('progressbar', { name: 'How far it is' }).waitFor();
    await button('Stop').click();
    expect(await status()).toBe('Stopped.');
    await page.getByRole('checkbox', { name: 'A made-up million' }).uncheck();
    await button('Run').click();
    await page.getByText('Done.').waitFor({ timeout: 60_000 });
    await page.getByRole('checkbox', { name: 'The model that is loaded' }).uncheck();
    await button('Run again').click();
    expect(await status()).toBe('Choose something to search, and an engine.');
  }, 90_000);
});

describeInBrowsers(
  'the lab on WebGPU, by a software adapter,',
  () => {
    let opened: OpenedBrowser;
    afterEach(() => opened.close());

    test('asks ONNX Runtime for the same ten', async (context) => {
      opened = await launch({ modelFolder: inject('sampleModel'), page: 'lab', switches: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] });
      const { page } = opened;
      const note = await page.getByText(/on the graphics processor, single precision;/).innerText();
      if (needs('a Chromium with a software adapter for WebGPU', !note.endsWith('no WebGPU here')).skip) return context.skip();
      expect(opened.requests.filter((url) => url.includes('/ort'))).toEqual([]);
      for (const engine of ['ONNX Runtime MatMul', 'Faiss, Flat', 'Faiss, IVF', 'Faiss, same file']) await page.getByRole('checkbox', { name: engine }).uncheck();
      await page.getByRole('checkbox', { name: 'ONNX Runtime, WebGPU' }).check();
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText('Done.').waitFor({ timeout: 100_000 });
      const rows = await page.getByRole('table').getByRole('row').allInnerTexts();
      expect(rows.map((row) => row.split('\t')[0]).sort()).toEqual(['Engine', 'FrameRate kernel', 'ONNX Runtime, WebGPU', 'Plain JavaScript'].sort());
      expect(rows.find((row) => row.startsWith('ONNX Runtime, WebGPU'))).toMatch(/1\.000$/);
      expect(opened.requests.filter((url) => !url.startsWith(opened.address) && !url.startsWith('data:'))).toEqual([]);
      expect(opened.complaints).toEqual([]);
    }, 120_000);
  },
  ['chromium'],
);
