import { join } from 'node:path';
import { openSite } from '../e2e/browser.ts';
import { findChromium, repoRoot } from '../support/tools.ts';
import { machineFacts, toMarkdown } from './bench.ts';
import { PackagesOnDemand } from './onDemand.ts';

/**
 * What Lighthouse says of every page of the built app, each as a first visit, on a phone and on a desk:
 * `npm run bench:lighthouse [model folder]`. The last release that runs in Node 20.
 */
const packages = new PackagesOnDemand('lighthouse', { lighthouse: '12.8.2' });
const PAGES = ['rate', 'ten', 'film/1', 'steer', 'map', 'mine', 'import', 'model'];
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const FORMS = ['mobile', 'desktop'] as const;
/** Of so many runs the one with the middling performance counts. */
const RUNS = 3;

/** As much of Lighthouse as is used here. */
interface Lighthouse {
  default(url: string, flags: object, config?: object): Promise<{ readonly lhr: Report }>;
  readonly desktopConfig: object;
}
interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] }>>;
  readonly audits: Readonly<Record<string, { readonly title: string; readonly score: number | null; readonly numericValue?: number; readonly displayValue?: string }>>;
}
interface ChromeLauncher {
  launch(options: object): Promise<{ readonly port: number; kill(): void }>;
}

const say = (what: string): void => void process.stderr.write(`${what}\n`);
const trouble = await packages.install(say);
if (trouble) throw new Error(`Lighthouse could not be installed: ${trouble}`);
const chromePath = findChromium();
if (!chromePath) throw new Error('Chromium is not installed; tests/setup.sh installs it where it may');
const lighthouse = await packages.import<Lighthouse>('lighthouse/core/index.js');
const { launch } = await packages.import<ChromeLauncher>('chrome-launcher/dist/index.js');

const site = await openSite(process.argv[2] ?? join(repoRoot, 'models/ml-latest-small'));
const lines: (string | number)[][] = [];
const complaints = new Set<string>();
for (const form of FORMS) {
  for (const page of PAGES) {
    const reports: Report[] = [];
    for (let run = 0; run < RUNS; run++) {
      const chrome = await launch({ chromePath, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'], logLevel: 'silent' });
      const { lhr } = await lighthouse.default(`${site.address}#/${page}`, { port: chrome.port, logLevel: 'error', onlyCategories: CATEGORIES }, form === 'desktop' ? lighthouse.desktopConfig : undefined);
      chrome.kill();
      reports.push(lhr);
    }
    const performanceOf = (report: Report): number => report.categories['performance']!.score;
    const report = reports.sort((one, other) => performanceOf(one) - performanceOf(other))[RUNS >> 1]!;
    const figure = (audit: string): number => report.audits[audit]!.numericValue!;
    const scores = CATEGORIES.map((name) => Math.round(report.categories[name]!.score * 100));
    lines.push([form, page, ...scores, Math.round(figure('first-contentful-paint')), Math.round(figure('largest-contentful-paint')), Math.round(figure('total-blocking-time')), Number(figure('cumulative-layout-shift').toFixed(3))]);
    say(`${form} ${page}: ${scores.join(' ')}`);
    for (const name of CATEGORIES) {
      for (const { id, weight } of report.categories[name]!.auditRefs) {
        const { score, title, displayValue } = report.audits[id]!;
        if (weight > 0 && score !== null && score < 0.9) complaints.add(`${form} ${page}, ${name}: ${title}${displayValue ? ` (${displayValue})` : ''}.`);
      }
    }
  }
}
await site.close();
const columns = ['as', 'page', 'performance', 'accessibility', 'best practices', 'first paint, ms', 'largest paint, ms', 'blocked, ms', 'shift'];
process.stdout.write(toMarkdown({ title: 'Lighthouse 12, each page as a first visit', columns, lines, notes: [...complaints, `Of ${RUNS} runs that with the middling performance. ${machineFacts()}.`] }));
