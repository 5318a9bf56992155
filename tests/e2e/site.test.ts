import { cp, mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { site } from '../../trainer/commands/site.ts';
import { republish } from '../../trainer/publish.ts';
import { describeInBrowsers, openBrowser, type OpenedBrowser } from './browser.ts';

let scratch: string;
let model: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'framerate-site-'));
  model = join(scratch, 'models/sample');
  await cp(inject('sampleModel'), model, { recursive: true });
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('framerate site', () => {
  test('publishes app, widget and models, and nobody of the training', async () => {
    const withPeople = join(scratch, 'models/people');
    await cp(model, withPeople, { recursive: true });
    await republish(withPeople, { files: { users: new Uint8Array([1, 2, 3]) } });
    const out = join(scratch, 'both');
    await site({ model: [withPeople, model], out });
    const files = await readdir(out, { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['index.html', 'sw.js', join('widget', 'framerate-widget.js'), join('models', 'sample', 'manifest.json')]));
    expect(files.filter((file) => /users-/.test(file))).toEqual([]);
    expect(JSON.parse(await readFile(join(out, 'models/index.json'), 'utf8'))).toMatchObject({ default: 'people', models: [{ manifest: 'people/manifest.json' }, { manifest: 'sample/manifest.json' }] });
    expect((await readdir(scratch)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('replaces a site of its own, and leaves what is not one', async () => {
    const out = join(scratch, 'again');
    await site({ model: [model], out });
    await writeFile(join(out, 'old.txt'), '');
    await site({ model: [model], out });
    expect(await readdir(out)).not.toContain('old.txt');

    const other = join(scratch, 'thesis');
    await mkdir(other);
    await writeFile(join(other, 'chapter.txt'), 'years of work');
    await expect(site({ model: [model], out: other })).rejects.toThrow(/holds something else/);
    expect(await readdir(other)).toEqual(['chapter.txt']);
  });

  test('takes no damaged model, and leaves the site before', async () => {
    const out = join(scratch, 'kept');
    await site({ model: [model], out });
    const damaged = join(scratch, 'models/damaged');
    await cp(model, damaged, { recursive: true });
    const index = (await readdir(damaged)).find((name) => /^index-.*\.faiss$/.test(name))!;
    await writeFile(join(damaged, index), 'no index');
    await expect(site({ model: [damaged], out })).rejects.toThrow();
    expect(await readdir(join(out, 'models'))).toContain('sample');
    await expect(site({ model: [model, model], out })).rejects.toThrow(/Two models are called sample/);
  });
});

describeInBrowsers('a static site below a path', (name) => {
  let browser: Omit<OpenedBrowser, 'address'>;
  let address: string;
  const host = Fastify();
  beforeAll(async () => {
    const out = join(scratch, 'static');
    await site({ model: [model], out });
    // Nothing but files: no headers of ours, nothing compressed.
    await host.register(fastifyStatic, { root: out, prefix: '/some/films/' });
    address = `${await host.listen({ host: '127.0.0.1', port: 0 })}/some/films/`;
    browser = await openBrowser(name, { viewport: { width: 390, height: 844 } });
  });
  afterAll(async () => {
    await browser?.close();
    await host.close();
  });

  test('recommends, and opens again when the host is gone', async () => {
    const { page, requests, complaints } = browser;
    await page.goto(address);
    await page.getByRole('slider').first().focus();
    await page.keyboard.press('5');
    await page.getByText('1 rated.').waitFor();
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));
    });
    await host.close();
    await page.goto(`${address}#/ten`);
    await page.reload();
    await expect.poll(() => page.getByRole('article').count()).toBe(10);
    expect(requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:') && !url.startsWith('blob:'))).toEqual([]);
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|Failed to load resource/i.test(text))).toEqual([]);
  });
});
