import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { describeInBrowsers, launch, type OpenedBrowser } from './browser.ts';

/** What may befall a worker. Run inside it. */
const ENDS: Record<string, () => void> = {
  'is closed': () => self.close(),
  breaks: () => {
    setTimeout(() => {
      throw new Error('This worker broke');
    });
  },
  'runs out of memory': () => {
    setTimeout(() => {
      // Buffers, which a model is made of. (With too many objects Chromium ends the whole tab.)
      const all: ArrayBuffer[] = [];
      for (;;) all.push(new ArrayBuffer(2e9));
    });
  },
};

describeInBrowsers(
  "the app's worker",
  (name) => {
    let opened: OpenedBrowser;
    beforeEach(async () => {
      opened = await launch({ browser: name, modelFolder: inject('sampleModel'), page: 'door' });
      await opened.page.evaluate(async () => void (await window.openDoor()));
    });
    afterEach(() => opened.close());

    test.each(Object.keys(ENDS))('%s, and is there again: the same question gets the same films', async (end) => {
      const { page } = opened;
      const ask = () => page.evaluate(() => window.askDoor([{ ratings: [] }]));
      const [before] = await ask();
      const [worker] = page.workers();
      const gone = new Promise((done) => worker!.once('close', done));
      await worker!.evaluate(ENDS[end]!).catch(() => undefined); // it may not live to say so
      await gone;
      expect(await ask()).toEqual([before]);
      expect(page.workers()).toHaveLength(1);
      const told = await page.evaluate(() => window.toldByDoor);
      expect(told.map(({ kind }) => kind).slice(-2)).toEqual(['loading', 'ready']);
      expect(told.filter((status) => 'restarted' in status)).toHaveLength(1);
    });
  },
  ['chromium'], // the one whose workers the protocol reaches into
);
