import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { report } from '../../../trainer/commands/report.ts';
import { evaluateRanks } from '../../../trainer/evaluation/ranks.ts';
import { RANKERS } from '../../../trainer/evaluation/rankers.ts';
import { writeResult } from '../../../trainer/evaluation/resultFile.ts';
import { runEvaluation, type EvaluationResult } from '../../../trainer/evaluation/run.ts';
import { splitUsers } from '../../../trainer/evaluation/split.ts';
import { DEFAULT_PARAMETERS } from '../../../trainer/factorize.ts';
import { readKernel } from '../../../trainer/openModel.ts';
import { html } from '../../../trainer/report/html.ts';
import { ticks } from '../../../trainer/report/plots.ts';
import { three } from '../../../trainer/report/sections.ts';
import { sampleRatings } from '../../../trainer/sample/ratings.ts';
import { findChromium, needs, repoRoot } from '../../support/tools.ts';
import { scratchFolder } from '../ratings/scratch.ts';

const { path } = scratchFolder();
let result: EvaluationResult;
let page: string;
beforeAll(async () => {
  const ratings = sampleRatings();
  const parameters = { ...DEFAULT_PARAMETERS, rank: 16, seed: 1 };
  const kernel = await readKernel();
  const measured = await runEvaluation(ratings, { folds: [0], positiveFrom: 4, settings: ['B', 'A'], rankers: Object.values(RANKERS).slice(0, 3), parameters, kernel, dials: true });
  result = { ...measured, ranks: await evaluateRanks(splitUsers(ratings, { fold: 0, positiveFrom: 4 }), parameters, kernel, () => undefined) };
  await writeResult(path('evaluation.json'), result);
  await report({ model: inject('sampleModel'), evaluation: path('evaluation.json'), out: path('report.html') });
  page = await readFile(path('report.html'), 'utf8');
});

describe('the page', () => {
  test('holds every figure of the evaluation', () => {
    for (const id of ['accuracy', 'few', 'rank', 'lists', 'dials', 'speed', 'settings', 'method']) expect(page).toContain(`<section id="${id}"`);
    for (const { rows } of [...result.settings[0]!.groups, result.settings[1]!.groups[0]!]) {
      for (const { measures } of rows) expect(page).toContain(three(measures['NDCG@10'].mean));
    }
    for (const { price } of result.dials!.slice(1)) expect(page).toContain(three(Math.abs(price.mean)));
    for (const { ndcg10 } of result.ranks!) expect(page).toContain(three(ndcg10.mean));
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('names the licence, and says that the published model is another', () => {
    expect(page).toContain(result.dataset.licence!);
    expect(page).toMatch(/published model is trained on everybody/);
  });

  test('fetches nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|@import|url\(/);
  });

  test('has the colours of the app', async () => {
    const tokens = await readFile(join(repoRoot, 'web/ui/tokens.css'), 'utf8');
    const css = await readFile(join(repoRoot, 'trainer/report/report.css'), 'utf8');
    const colours = (text: string, name: string): Set<string> => new Set([...text.matchAll(new RegExp(`--${name}: *(#[0-9a-f]+)`, 'g'))].map(([, colour]) => colour!));
    for (const name of ['ground', 'surface', 'line', 'edge', 'ink', 'ink-2', 'ink-3', 'beam', 'link', 'focus']) {
      for (const colour of colours(tokens, name)) expect(colours(css, name), name).toContain(colour);
    }
  });

  test('shows what there is of a short evaluation', async () => {
    const { dials: _, ranks: __, ...rest } = result;
    const short = { ...rest, settings: [{ ...result.settings[0]!, groups: result.settings[0]!.groups.slice(0, 1) }] };
    await writeResult(path('short.json'), short);
    await report({ model: inject('sampleModel'), evaluation: path('short.json'), out: path('short.html') });
    const shown = await readFile(path('short.html'), 'utf8');
    expect(shown).toContain('<section id="accuracy"');
    expect(shown).not.toMatch(/id="(few|rank|dials|settings)"/);
  });

  test.each([
    ['no JSON', 'hello', /holds no evaluation/],
    ['something else', '{}', /holds no evaluation/],
    ['a later version', '{"format": "framerate-evaluation", "schemaVersion": 9}', /of version 9/],
  ])('%s is said', async (_, content, message) => {
    await writeFile(path('bad.json'), content);
    await expect(report({ model: inject('sampleModel'), evaluation: path('bad.json'), out: path('bad.html') })).rejects.toThrow(message);
  });

  test('an evaluation of other data is refused', async () => {
    await writeResult(path('other.json'), { ...result, dataset: { ...result.dataset, name: 'other' } });
    await expect(report({ model: inject('sampleModel'), evaluation: path('other.json'), out: path('other.html') })).rejects.toThrow(/is of other, the model of sample/);
  });
});

const executablePath = findChromium();
const { skip, label } = needs('Chromium', executablePath);
test.skipIf(skip)(`opens from a file, fits a phone, and every plot has a name and numbers behind it${label}`, async () => {
  const browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  try {
    for (const width of [320, 1280]) {
      const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: width === 320 ? 'dark' : 'light' });
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      tab.on('request', (request) => request.url().startsWith('file:') || complaints.push(request.url()));
      await tab.goto(`file://${path('report.html')}`);
      expect(complaints).toEqual([]);
      expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await tab.locator('figure svg[role=img]:not([aria-label])').count()).toBe(0);
      expect(await tab.locator('section:has(figure):not(:has(table))').count()).toBe(0);
      await tab.close();
    }
  } finally {
    await browser.close();
  }
});

test('values are escaped, markup is not', () => {
  expect(html`<b>${'<script>&"\''}</b>${[html`<i/>`, 3]}${null}${false}`.html).toBe('<b>&lt;script&gt;&amp;&quot;&#39;</b><i/>3');
});

test.each([
  [0, 0.43, [0, 0.2, 0.4]],
  [0, 1, [0, 0.25, 0.5, 0.75, 1]],
  [-0.05, 0.2, [0, 0.1, 0.2]],
  [30, 85, [40, 60, 80]],
])('round numbers from %d to %d', (low, high, expected) => expect(ticks(low, high)).toEqual(expected));
