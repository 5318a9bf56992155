import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launch } from '../e2e/browser.ts';
import { writeServedModel } from '../support/servedModel.ts';
import { tinyItems, tinyModel } from '../support/tinyModel.ts';
import { findChromium } from '../support/tools.ts';
import type { Bench, Table } from './bench.ts';

const RANK = 64;

export const memory: Bench = {
  name: 'memory',
  question: 'How much memory does a tab of Chromium take while it loads a model of a million items?',
  async run({ quick, say }) {
    const rows = quick ? 200_000 : 1_000_000;
    const table = (lines: Table['lines'], notes: Table['notes']): Table => ({
      title: `Memory of a tab that loads ${rows.toLocaleString('en')} × ${RANK}`,
      columns: ['visit', 'files, MB', 'at the most, MB', '× files', 'in the end, MB'],
      lines,
      notes,
    });
    if (!findChromium() || !existsSync('/proc/self/status')) return [table([], ['That takes Chromium (npm run pretest installs it) on Linux.'])];
    const folder = await mkdtemp(join(tmpdir(), 'framerate-bench-'));
    try {
      say(`publishing ${rows.toLocaleString('en')} made-up items`);
      const files = await tinyModel({ items: tinyItems(rows), rank: RANK });
      const megabytes = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e6;
      await writeServedModel(join(folder, 'million'), files);
      const opened = await launch({ modelFolder: join(folder, 'million'), page: 'door', switches: ['--disable-features=SpareRendererForSitePerProcess'] });
      try {
        const rounds = quick ? 1 : 3;
        const first: Visit[] = [];
        const next: Visit[] = [];
        for (let round = 1; round <= rounds; round++) {
          say(`round ${round} of ${rounds}`);
          const context = await opened.page.context().browser()!.newContext();
          const empty = await visit(context, 'about:blank');
          for (const visits of [first, next]) {
            const { peak, end } = await visit(context, `${opened.address}door.html`, async (page) => {
              await page.evaluate(async () => void (await window.openDoor()));
              await page.evaluate(() => window.askDoor([{ ratings: [] }]));
            });
            visits.push({ peak: peak - empty.peak, end: end - empty.end });
          }
          await context.close();
        }
        const line = (name: string, visits: readonly Visit[]) => {
          const peak = Math.max(...visits.map(({ peak }) => peak));
          return [name, megabytes, peak, peak / megabytes, Math.max(...visits.map(({ end }) => end))];
        };
        return [
          table(
            [line('the first: from the network, and onto the shelf', first), line('the next: from the shelf', next)],
            [`Resident memory of the tab's process above that of an empty tab, the largest of ${rounds}. From the empty page to the first ten films; the page, its worker and the kernel are in it.`],
          ),
        ];
      } finally {
        await opened.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Megabytes. */
interface Visit {
  readonly peak: number;
  readonly end: number;
}

/** Opens a page in a process of its own, and closes it. */
async function visit(context: BrowserContext, address: string, during: (page: Page) => Promise<void> = () => Promise.resolve()): Promise<Visit> {
  const browser = context.browser()!;
  const before = await renderers(browser);
  const page = await context.newPage();
  await page.goto(address);
  await during(page);
  const own = (await renderers(browser)).filter((pid) => !before.includes(pid));
  const largest = (key: 'VmHWM' | 'VmRSS'): number => Math.max(...own.map((pid) => readStatus(pid, key)));
  const measured = { peak: largest('VmHWM'), end: largest('VmRSS') };
  await page.close();
  for (let waits = 0; own.some((pid) => existsSync(`/proc/${pid}/status`)); waits++) {
    if (waits > 200) throw new Error('The process of a closed tab does not end: the next one would share it');
    await new Promise((next) => setTimeout(next, 50));
  }
  return measured;
}

async function renderers(browser: Browser): Promise<number[]> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** What Linux says of a process, in megabytes. */
function readStatus(pid: number, key: string): number {
  const kibibytes = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
