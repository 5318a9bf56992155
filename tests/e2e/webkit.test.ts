import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findWebKit, needs } from '../support/tools.ts';
import { openSite } from './browser.ts';
import { openWebKit, type WebKitPage } from './webkit.ts';

const programs = findWebKit();
const { skip, label } = needs('WebKitGTK with its driver, and Xvfb', programs);

/** The engine of Safari. It has no way to cut the network by its driver, so the server goes instead. */
describe.skipIf(skip)(`the main path in real WebKitGTK${label}`, () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  let page: WebKitPage;
  let folder: string;
  beforeAll(async () => {
    [site, page, folder] = await Promise.all([openSite(inject('sampleModel')), openWebKit(programs!), mkdtemp(join(tmpdir(), 'framerate-webkit-'))]);
    await page.open(site.address);
  });
  afterAll(() => Promise.all([page?.close(), site?.close(), folder && rm(folder, { recursive: true })]));

  const ten = () => page.run<string[]>('return [...document.querySelectorAll("aside ol h3, section.peek ol a")].map((one) => one.title || one.getAttribute("aria-label"))');

  test('rate a film, and ten others come', async () => {
    await page.waitForText('Rate a few you know.');
    await page.waitForText('ms on this device');
    const popular = await ten();
    expect(popular).toHaveLength(10);
    await page.type('input[type=range]:not([aria-label$="Rififi"]):not([aria-label$="Laura"])', '5');
    await page.waitForText('1 rated.');
    await expect.poll(ten).not.toEqual(popular);
    expect(await ten()).toHaveLength(10);
  });

  test('open it again when the server is gone: the rating and the ten are there', async () => {
    const before = await ten();
    await page.run('await navigator.serviceWorker.ready; while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));');
    await site.close();
    await page.reload();
    await page.waitForText('1 rated.');
    await expect.poll(ten, { timeout: 20_000 }).toEqual(before);
  }, 120_000); // a worker that keeps 100 files is slow where others work

  test('bring ratings from a file, without a network as well', async () => {
    const file = join(folder, 'mine.csv');
    await writeFile(file, 'title,year,rating\nRififi,1955,4\nLaura,1944,4.5\n');
    await page.run('location.hash = "#/import"');
    await page.waitForText('Drop a file');
    await page.type('input[type=file]', file);
    await page.waitForText('Keep all 2');
    await page.run('[...document.querySelectorAll("main button")].find((one) => one.innerText === "Keep all 2").click()');
    await page.waitForText('2 films brought in.');
    await page.run('location.hash = "#/mine"');
    await page.waitForText('3 films rated');
  });
});
