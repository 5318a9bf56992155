import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import { launch } from '../e2e/browser.ts';
import { repoRoot } from '../support/tools.ts';
import { machineFacts, toMarkdown } from './bench.ts';

/**
 * From a key on the stars to ten other films on the screen, in Chromium: `npm run bench:tap [model folders]`. The clock
 * starts with the event and stops in the frame after the list has changed. What the page's own thread works in between is
 * counted in its processor time: unlike the clock it does not depend on what else the machine is doing.
 */
const given = process.argv.slice(2);
const folders = given.length > 0 ? given : ['ml-latest-small', 'goodbooks-10k-v1'].map((name) => join(repoRoot, 'models', name)).filter((folder) => existsSync(folder));
if (folders.length === 0) throw new Error('There is no model to measure with. Train one into models/ml-latest-small, or name a folder.');
const TAPS = 200;

/** In ms. */
interface Tap {
  readonly shown: number;
  /** All tasks of the page's thread, and the longest. */
  readonly work: number;
  readonly longest: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** In µs: when, how long, and how much of that the thread was running. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** What the browser notes of its work while `run` runs. */
async function traced<T>(devtools: CDPSession, run: () => Promise<T>): Promise<[T, TraceEvent[]]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: object[] }): void => void events.push(...(value as TraceEvent[]));
  devtools.on('Tracing.dataCollected', collect);
  await devtools.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['blink.user_timing', 'disabled-by-default-devtools.timeline'] } });
  const result = await run();
  const complete = new Promise<unknown>((done) => devtools.once('Tracing.tracingComplete', done));
  await devtools.send('Tracing.end');
  await complete;
  devtools.off('Tracing.dataCollected', collect);
  return [result, events];
}

/** @param events with marks "tap 7" and "shown 7" around each tap. */
function readTaps(events: readonly TraceEvent[]): Tap[] {
  const marks = new Map(events.filter(({ name }) => /^(tap|shown) \d+$/.test(name)).map((event) => [event.name, event]));
  const taps: Tap[] = [];
  for (const [name, { ts: from, pid, tid }] of marks) {
    const to = name.startsWith('tap') ? marks.get(name.replace('tap', 'shown'))?.ts : undefined;
    if (to === undefined) continue;
    const tasks = events.filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid && event.ts + (event.dur ?? 0) > from && event.ts < to);
    const times = tasks.map(({ tdur = 0 }) => tdur / 1000);
    taps.push({ shown: (to - from) / 1000, work: times.reduce((sum, time) => sum + time, 0), longest: Math.max(...times) });
  }
  return taps;
}

const at = (part: number, values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))]!;

const lines: (string | number)[][] = [];
for (const modelFolder of folders) {
  const { page, close } = await launch({ modelFolder, context: { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } });
  await page.getByRole('slider').first().waitFor();
  await page.waitForLoadState('networkidle');
  const devtools = await page.context().newCDPSession(page);
  for (const slower of [1, 4]) {
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    const [blocked, events] = await traced(devtools, () =>
      page.evaluate(async (taps) => {
        const column = document.querySelector('aside ol')!;
        const sliders = [...document.querySelectorAll<HTMLInputElement>('input[type=range]')];
        let blocked = 0;
        const observer = new PerformanceObserver((list) => void (blocked += list.getEntries().length));
        observer.observe({ type: 'longtask' });
        for (let tap = 0; tap < taps; tap++) {
          const slider = sliders[tap % sliders.length]!;
          slider.focus();
          performance.mark(`tap ${tap}`);
          const changed = new Promise<void>((done) => {
            const watcher = new MutationObserver(() => {
              watcher.disconnect();
              done();
            });
            watcher.observe(column, { subtree: true, childList: true, characterData: true, attributes: true });
          });
          slider.dispatchEvent(new KeyboardEvent('keydown', { key: String(1 + ((tap * 7 + Math.floor(tap / sliders.length)) % 5)), bubbles: true, cancelable: true }));
          const isChanged = await Promise.race([changed.then(() => true), new Promise<false>((none) => setTimeout(() => none(false), 500))]);
          if (!isChanged) continue; // the same ten, in the same words
          await new Promise((next) => requestAnimationFrame(next));
          performance.mark(`shown ${tap}`);
          await new Promise((next) => setTimeout(next, 30));
        }
        observer.disconnect();
        return blocked;
      }, TAPS),
    );
    const taps = readTaps(events);
    const [shown, work] = [taps.map((tap) => tap.shown), taps.map((tap) => tap.work)];
    lines.push([basename(modelFolder), slower, taps.length, at(0.5, shown), at(0.99, shown), at(0.5, work), at(0.99, work), Math.max(...taps.map(({ longest }) => longest)), blocked]);
  }
  await close();
}
const columns = ['model', 'processor slowed, ×', 'taps', 'shown, median ms', 'p99 ms', 'work of the page, median ms', 'p99 ms', 'longest task, ms', 'tasks above 50 ms by the clock'];
process.stdout.write(toMarkdown({ title: 'From a tap to ten other films on the screen, Chromium', columns, lines, notes: [`Work and the longest task in processor time of the page's thread. ${machineFacts()}.`] }));
