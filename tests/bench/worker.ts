import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../trainer/random.ts';
import type { RecommendQuery } from '../../shared/query.ts';
import { quantile } from '../../web/lab/compare.ts';
import { engines as labEngines } from '../../web/lab/engines.ts';
import { launch } from '../e2e/browser.ts';
import { writeServedModel } from '../support/servedModel.ts';
import { tinyItems, tinyModel } from '../support/tinyModel.ts';
import { findChromium } from '../support/tools.ts';
import { besideKernel, type Bench, type Table } from './bench.ts';

/** The catalogue of MovieLens 32M. */
const ROWS = 87_585;
const RANK = 64;
const RATINGS = 20;

export const worker: Bench = {
  name: 'worker',
  question: "How long does a search take in a browser's worker, and a question to the app's worker there and back?",
  async run({ quick, say }) {
    if (!findChromium()) return [{ title: 'In a worker of Chromium', columns: [], lines: [], notes: ['Chromium is not here (npm run pretest installs it).'] }];
    const folder = await mkdtemp(join(tmpdir(), 'framerate-bench-'));
    const modelFolder = join(folder, 'bench');
    try {
      say(`publishing ${ROWS.toLocaleString('en')} made-up items`);
      const items = tinyItems(ROWS);
      await writeServedModel(modelFolder, await tinyModel({ items, rank: RANK }));
      const random = new Random(3);
      const queries = Array.from({ length: quick ? 200 : 1000 }, (): RecommendQuery => ({
        ratings: Array.from({ length: RATINGS }, () => ({ item: items[random.integer(ROWS)]!.id, rating: 1 + random.integer(5) })),
      }));

      const opened = await launch({ modelFolder, page: 'bench' });
      try {
        say('there and back');
        await opened.page.evaluate((some) => window.timeDoor(some), queries.slice(0, 50)); // warms up
        const { roundTripMs, computeMs } = await opened.page.evaluate((all) => window.timeDoor(all), queries);
        const trips: Table = {
          title: `A question to the app's worker in Chromium, ${ROWS.toLocaleString('en')} × ${RANK}, ${RATINGS} ratings, ten items`,
          columns: ['what', 'median ms', 'p99 ms'],
          lines: [
            ['compute: fold-in and search', quantile(computeMs, 0.5), quantile(computeMs, 0.99)],
            ['there and back, as the page sees it', quantile(roundTripMs, 0.5), quantile(roundTripMs, 0.99)],
          ],
          notes: [`${queries.length} questions, one after the other. The clock of a page has steps of 0.1 ms.`],
        };
        const lines: (string | number | null)[][] = [];
        const absences: string[] = [];
        const notes = ['As the lab page of the app measures: made-up factors, recall against brute force over the same 8-bit codes.'];
        for (const rows of quick ? [10_000, 60_000] : [10_000, 60_000, ROWS, 1_000_000]) {
          say(`${rows.toLocaleString('en')} × ${RANK} in a worker`);
          const [report] = await opened.page.evaluate((plan) => window.runLab(plan), {
            sets: [{ kind: 'synthetic' as const, rows, rank: RANK }],
            engines: labEngines.map(({ id }) => id),
          });
          lines.push(...report!.lines.map(({ name, medianMicros, p99Micros, timesFirst, recall }) => [report!.rows, name, medianMicros, p99Micros, timesFirst, recall]));
          if (report!.missing.length > 0) absences.push(`Not at ${rows.toLocaleString('en')}: ${report!.missing.map(({ name, why }) => `${name} (${why})`).join('; ')}.`);
        }
        return [trips, { title: 'Search in a worker of Chromium', columns: ['rows', 'engine', 'median µs', 'p99 µs', '× kernel', 'recall@10'], lines, notes, absences }];
      } finally {
        await opened.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  summary: ([trips, engines]) => [trips!, ...(engines ? [besideKernel(engines, ['Faiss, Flat', 'Faiss, same file', 'ONNX Runtime', 'Plain JavaScript'])] : [])],
};
