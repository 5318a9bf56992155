import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { itemId } from '../../shared/ids.ts';
import { onDisk } from '../../web/server/files.ts';
import { RecommenderService } from '../../web/service.ts';
import type { WidgetEvents } from '../../web/widget/types.ts';
import { describeInBrowsers } from './browser.ts';
import { openWidgetHost, widgetFolder, type HostPage, type WidgetHost } from './widgetHost.ts';

const WIDGET = '<framerate-widget id="widget" src="{model}"></framerate-widget>';
/** Allows what the widget can make use of, and nothing else. */
const STRICT = "default-src 'none'; img-src data:; script-src {site} 'wasm-unsafe-eval'; connect-src {site}; worker-src blob:; require-trusted-types-for 'script'; trusted-types 'none'";

let service: RecommenderService;
beforeAll(async () => {
  service = new RecommenderService(onDisk);
  await service.load(inject('sampleModel'));
});

async function tenFor(ratings: readonly (readonly [id: number, rating: number])[], exclude: number[] = []): Promise<(string | number)[]> {
  const answer = await service.recommend({ ratings: ratings.map(([item, rating]) => ({ item: itemId(item), rating })), exclude: exclude.map(itemId) });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.items.map(({ item }) => item.id);
}

async function film(title: string): Promise<{ id: number; title: string }> {
  const found = await service.findItems(title, 1);
  if (!found.ok) throw new Error(found.error.message);
  return { id: Number(found.value[0]!.id), title };
}

describeInBrowsers('the web widget', (browser) => {
  let host: WidgetHost;
  beforeAll(async () => {
    host = await openWidgetHost({ browser, modelFolder: inject('sampleModel'), context: { viewport: { width: 1000, height: 800 } } });
    // Counts workers, also where the protocol does not tell of them.
    await host.page.addInitScript(() => {
      const Started = window.Worker;
      Object.assign(window, { workersStarted: 0 });
      window.Worker = class extends Started {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          (window as unknown as { workersStarted: number }).workersStarted++;
        }
      };
    });
  });
  afterAll(() => host?.close());

  const shown = () => host.page.waitForFunction(() => window.widget?.recommendations?.items.map(({ item }) => item.id));
  const ids = async () => (await shown()).jsonValue();
  const engine = () => host.page.evaluate(() => window.widget.model?.engine);
  const workersStarted = () => host.page.evaluate(() => (window as unknown as { workersStarted: number }).workersStarted);
  const modelRequests = (from: number) => host.requests.slice(from).filter((url) => url.includes('/models/'));

  async function show(page: HostPage): Promise<void> {
    await host.show(page);
    await host.page.waitForFunction(() => customElements.get('framerate-widget'));
  }

  /** What the console said while something was done. */
  async function complaintsOf(work: () => Promise<void>): Promise<readonly string[]> {
    const from = host.complaints.length;
    await work();
    return host.complaints.slice(from);
  }

  test('shows what everybody likes on a page of another origin, from a worker, and asks nobody else', async () => {
    const from = host.requests.length;
    const complaints = await complaintsOf(async () => {
      await show({ body: WIDGET });
      expect(await ids()).toEqual(await tenFor([]));
    });
    expect(await engine()).toBe('WebAssembly SIMD');
    expect(await workersStarted()).toBe(1);
    expect(host.requests.slice(from + 1).filter((url) => !url.startsWith(host.site) && !/^(blob|data):/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
    await host.page.getByRole('heading', { name: 'What everybody likes' }).waitFor();
    expect(await host.page.getByRole('listitem').count()).toBe(10);
  });

  describe('under the policy of the page', () => {
    test('that allows what it can use: everything, without a complaint', async () => {
      const complaints = await complaintsOf(async () => {
        await show({ body: WIDGET, policy: STRICT.replace(/require-trusted-types.*/, '') });
        expect(await ids()).toEqual(await tenFor([]));
      });
      expect(complaints).toEqual([]);
      expect(await engine()).toBe('WebAssembly SIMD');
      expect(await host.page.locator('framerate-widget .films').evaluate((list) => getComputedStyle(list).display)).toBe('flex');
      expect(await host.page.locator('framerate-widget svg text').first().evaluate((text) => text.getBoundingClientRect().width)).toBeGreaterThan(5);
    });

    test.each([
      ['no worker: in the page itself', STRICT.replace('worker-src blob:', "worker-src 'none'"), 'WebAssembly SIMD'],
      ['Trusted Types: in the page itself', STRICT, 'WebAssembly SIMD'],
      ['no worker and no WebAssembly: in plain JavaScript', STRICT.replace('worker-src blob:', "worker-src 'none'").replace("'wasm-unsafe-eval'", ''), 'plain JavaScript'],
      ['no WebAssembly: in plain JavaScript', STRICT.replace("'wasm-unsafe-eval'", ''), 'plain JavaScript'],
    ])('that allows %s, the same films', async (_, policy, wanted) => {
      await show({ body: WIDGET, policy });
      expect(await ids()).toEqual(await tenFor([]));
      expect(await engine()).toBe(wanted);
    });
  });

  test('rates with the keyboard: the ten follow, as at every door, and the page is told', async () => {
    const { id, title } = await film('Alien');
    await show({ body: WIDGET.replace('src=', `item="${id}" src=`) });
    await shown();
    await host.page.evaluate(() => {
      Object.assign(window, { told: [] });
      for (const name of ['rate', 'recommendations'] as const) {
        document.addEventListener(name, (event) => (window as unknown as { told: unknown[] }).told.push([name, (event as WidgetEvents['rate']).detail]));
      }
    });
    await host.page.getByRole('slider', { name: `Your rating of ${title}` }).focus();
    await host.page.keyboard.press('5');
    const after = await tenFor([[id, 5]], [id]);
    await expect.poll(ids).toEqual(after);
    await host.page.keyboard.press('ArrowLeft');
    await expect.poll(() => host.page.evaluate(() => window.widget.ratings)).toEqual([{ item: id, rating: 4.5 }]);
    const told = await host.page.evaluate(() => (window as unknown as { told: [string, { item: number; rating: number }][] }).told);
    expect(told.filter(([name]) => name === 'rate').map(([, { item, rating }]) => [item, rating])).toEqual([[id, 5], [id, 4.5]]);
    expect(told.some(([name]) => name === 'recommendations')).toBe(true);
    expect(await host.page.getByRole('status').innerText()).toMatch(/^10 films\. First: /);
    expect(await host.page.evaluate(() => localStorage.length)).toBe(0);

    await host.page.keyboard.press('Delete');
    await expect.poll(ids).toEqual(await tenFor([], [id]));
    await host.page.getByRole('button', { name: 'Not seen' }).press('Enter');
    expect(await host.page.getByRole('slider').getAttribute('aria-label')).not.toContain(title);
  });

  test('shows films like one, and by ratings that the page brings', async () => {
    const { id } = await film('Alien');
    await show({ body: `<framerate-widget id="widget" mode="similar" item="${id}" limit="4" src="{model}"></framerate-widget>` });
    const like = await service.similar({ item: itemId(id), k: 4 });
    expect(await ids()).toEqual(like.ok && like.value.map(({ item }) => item.id));
    await host.page.getByRole('heading', { name: 'More like Alien' }).waitFor();
    expect(await host.page.getByRole('slider').count()).toBe(0);

    await host.page.evaluate((id) => Object.assign(window.widget, { mode: 'top', item: null, limit: 10, items: [{ item: id }] }), id);
    await expect.poll(ids).toEqual(await tenFor([[id, 5]]));
    await host.page.evaluate((id) => window.widget.setAttribute('items', `${id}:1`), id);
    await expect.poll(ids).toEqual(await tenFor([[id, 1]]));
    await host.page.evaluate(() => window.widget.setAttribute('items', 'Alien:lots'));
    expect(await host.page.getByRole('alert').innerText()).toContain('"Alien:lots" in items is no rating');
  });

  test('two widgets share one worker and one download; one that is far below waits', async () => {
    const from = host.requests.length;
    await show({ body: `${WIDGET}${WIDGET.replace('id="widget"', 'id="other" mode="top" limit="5"')}<div style="height: 4000px"></div>${WIDGET.replace('id="widget"', 'id="below"').replace('{model}', '{model}?other')}` });
    await shown();
    await host.page.waitForFunction(() => (document.getElementById('other') as typeof window.widget).recommendations);
    expect(await workersStarted()).toBe(1);
    const asked = modelRequests(from);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((url) => url.endsWith('?other'))).toEqual([]);
    await host.page.locator('#below').scrollIntoViewIfNeeded();
    await host.page.waitForFunction(() => (document.getElementById('below') as typeof window.widget).recommendations);
    expect(await workersStarted()).toBe(2);
  });

  test('taken out and put back it goes on, without another worker or download', async () => {
    await show({ body: WIDGET });
    const before = await ids();
    const from = host.requests.length;
    await host.page.evaluate(async () => {
      const { widget } = window;
      for (let i = 0; i < 20; i++) {
        widget.remove();
        await new Promise((done) => setTimeout(done, 5));
        document.body.append(widget);
      }
    });
    await host.page.evaluate(() => window.widget.rate(1, 5));
    await expect.poll(ids).not.toEqual(before);
    expect(await workersStarted()).toBe(1);
    expect(modelRequests(from)).toEqual([]);
  });

  test('a page that carries the script twice, once for old pages and by its digest, has one widget', async () => {
    const old = await readFile(`${widgetFolder}/framerate-widget.iife.js`);
    const integrity = `sha384-${createHash('sha384').update(old).digest('base64')}`;
    const complaints = await complaintsOf(async () => {
      await show({ head: `<script defer crossorigin integrity="${integrity}" src="{site}/widget/framerate-widget.iife.js"></script>`, body: WIDGET });
      expect(await ids()).toEqual(await tenFor([]));
    });
    expect(complaints).toEqual([]);
  });

  describe('in a sandboxed frame', () => {
    /** Shows a frame that may talk to `origin`. */
    async function frame(origin: string): Promise<void> {
      await show({
        head: `<script>window.told = []; addEventListener('message', ({ data, origin, source }) => told.push({ ...data, origin, mine: source === frames[0] }));</script>`,
        body: `<iframe sandbox="allow-scripts" width="800" height="500" src="{site}/widget/embed.html?${String(new URLSearchParams({ src: host.model, origin, 'link-template': '/films/{id}' }))}"></iframe>`,
      });
      await host.page.frameLocator('iframe').getByRole('listitem').first().waitFor();
    }
    const told = () => host.page.evaluate(() => (window as unknown as { told: { framerate: string; origin: string; mine: boolean; height?: number; id?: number }[] }).told);

    test('it talks to the page that it was made for, and to no other; ratings stay inside', async () => {
      await frame(host.origin);
      await expect.poll(async () => (await told()).map(({ framerate }) => framerate)).toEqual(expect.arrayContaining(['ready', 'height']));
      expect((await told()).every(({ origin, mine }) => origin === 'null' && mine)).toBe(true);
      const inside = host.page.frameLocator('iframe');
      await inside.getByRole('slider').press('5');
      await inside.getByRole('heading', { name: 'You may like' }).waitFor();
      await inside.getByRole('listitem').first().getByRole('link').press('Enter');
      await expect.poll(async () => (await told()).at(-1)?.framerate).toBe('select');
      expect(JSON.stringify(await told())).not.toContain('rating');

      await host.page.evaluate(() => window.frames[0]!.postMessage({ framerate: 'set', name: 'heading', value: 'Tonight' }, '*'));
      await inside.getByRole('heading', { name: 'Tonight' }).waitFor();
    });

    test('made for another page it says nothing, and does nothing that it is told', async () => {
      await frame('https://somebody.example');
      await host.page.evaluate(() => window.frames[0]!.postMessage({ framerate: 'set', name: 'heading', value: 'Tonight' }, '*'));
      await host.page.frameLocator('iframe').getByRole('slider').press('5');
      await host.page.frameLocator('iframe').getByRole('heading', { name: 'You may like' }).waitFor();
      expect(await told()).toEqual([]);
    });
  });

  test('remembers ratings where it is asked to, until somebody starts over', async () => {
    const body = WIDGET.replace('src=', 'remember src=');
    await show({ body });
    await shown();
    await host.page.getByRole('slider').focus();
    await host.page.keyboard.press('4');
    const rated = await host.page.evaluate(() => window.widget.ratings);
    expect(rated).toHaveLength(1);
    await show({ body });
    await shown();
    expect(await host.page.evaluate(() => window.widget.ratings)).toEqual(rated);
    await host.page.getByRole('button', { name: 'Start over' }).click();
    expect(await host.page.evaluate(() => [window.widget.ratings.length, localStorage.length])).toEqual([0, 0]);
  });

  test('links where the page says, and leaves the choice to it', async () => {
    await show({ body: WIDGET.replace('src=', 'link-template="/films/{id}?{title}" src=') });
    const [first] = (await ids())!;
    const link = host.page.getByRole('listitem').first().getByRole('link');
    expect(await link.getAttribute('href')).toMatch(new RegExp(`^/films/${first}\\?\\S+$`));
    const chosen = host.page.evaluate(
      () =>
        new Promise((done) =>
          window.widget.addEventListener('select', (event) => {
            event.preventDefault();
            done(event.detail.item.id);
          }),
        ),
    );
    await link.focus();
    await host.page.keyboard.press('Enter');
    expect(await chosen).toBe(first);
    expect(host.page.url()).not.toContain('/films/');
    await host.page.evaluate(() => (window.widget.linkTemplate = 'javascript:alert({id})'));
    await expect.poll(() => host.page.getByRole('listitem').getByRole('link').count()).toBe(0);
  });

  test('says what is wrong, with a way on', async () => {
    await host.page.route('**/manifest.json', (route) => route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' } }));
    await show({ body: WIDGET.replace('<framerate', '<script>addEventListener("error", (event) => event.detail && (window.failed = event.detail.code), true)</script><framerate') });
    const alert = host.page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toContain('There are no films at this address.');
    expect(await host.page.evaluate(() => (window as unknown as { failed: string }).failed)).toBe('NOT_FOUND');
    await host.page.unroute('**/manifest.json');
    await host.page.getByRole('button', { name: 'Try again' }).click();
    expect(await ids()).toHaveLength(10);
    expect(await alert.count()).toBe(0);
  });

  test.each([
    ['English', 'en', 'light', 'What everybody likes'],
    ['German', 'de-AT', 'dark', 'Was alle mögen'],
  ])('speaks %s, and axe finds nothing to complain about', async (_, lang, theme, heading) => {
    await show({ lang, head: `<style>body { background: Canvas; color: CanvasText; color-scheme: ${theme} }</style>`, body: `<main><h1>Film</h1>${WIDGET.replace('src=', `theme="${theme}" src=`)}</main>` });
    await host.page.getByRole('heading', { name: heading }).waitFor();
    await host.page.getByRole('slider').focus();
    await host.page.keyboard.press('4');
    await host.page.evaluate(await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
    const found = await host.page.evaluate(() => (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run());
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});

describeInBrowsers(
  'the web widget, taken out and put back',
  (browser) => {
    test('a hundred times, leaves nothing behind', async () => {
      const host = await openWidgetHost({ browser, modelFolder: inject('sampleModel') });
      try {
        await host.show({ body: '' });
        await host.page.waitForFunction(() => customElements.get('framerate-widget'));
        const cdp = await host.page.context().newCDPSession(host.page);
        const cycle = (times: number) =>
          host.page.evaluate(
            async ([times, model]) => {
              for (let i = 0; i < times; i++) {
                const widget = document.createElement('framerate-widget');
                widget.src = model;
                const shown = new Promise((done) => widget.addEventListener('recommendations', done, { once: true }));
                document.body.append(widget);
                await shown;
                widget.remove();
              }
            },
            [times, host.model] as const,
          );
        const measure = async (): Promise<{ bytes: number; nodes: number; listeners: number }> => {
          for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
          const { usedSize } = await cdp.send('Runtime.getHeapUsage');
          const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
          return { bytes: usedSize, nodes, listeners: jsEventListeners };
        };
        await cycle(10);
        const before = await measure();
        await cycle(100);
        const after = await measure();
        process.stdout.write(`widget, a hundred times in and out: heap ${before.bytes} to ${after.bytes} bytes, nodes ${before.nodes} to ${after.nodes}, listeners ${before.listeners} to ${after.listeners}\n`);
        // One widget is some 600 nodes; what is left over is not even one.
        expect(after.nodes - before.nodes).toBeLessThan(100);
        expect(after.listeners - before.listeners).toBeLessThan(10);
        expect(after.bytes - before.bytes).toBeLessThan(500_000);
      } finally {
        await host.close();
      }
    }, 120_000);
  },
  ['chromium'], // whose protocol collects garbage
);
