import { html, table } from '../report/html.ts';
import { dotPlot, type DotRow } from '../report/plots.ts';
import { three } from '../report/sections.ts';
import type { Objective } from './file.ts';
import { trialRows, type RankedTrial } from './results.ts';

/** More than this do not fit into one look. */
const SHOWN = 25;

export interface SweepFacts {
  readonly name: string;
  readonly dataset: string;
  readonly people: number;
  readonly objective: Objective;
  readonly ranked: readonly RankedTrial[];
}

/** One page, whole in itself: a plot of the best trials, and all of them in a table. @param css the stylesheet's text. */
export function sweepPage({ name, dataset, people, objective, ranked }: SweepFacts, css: string): string {
  const rows = ranked.slice(0, SHOWN).map((trial, i): DotRow => ({ name: `trial ${trial.number}`, mark: i === 0 ? 'ours' : 'circle', value: trial[objective].mean, error: trial[objective].standardError }));
  const [header, ...cells] = trialRows(ranked) as [string[], ...string[][]];
  const best = Object.entries(ranked[0]!.setting).map(([key, value]) => `${key} ${value}`).join(', ');
  const what = objective === 'all' ? 'NDCG@10' : 'NDCG@10 after a few ratings';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${name}: a sweep</title>
<style>${{ html: css }}</style>
</head>
<body>
<header>
  <h1>${name}</h1>
  <p class="lead">${String(ranked.length)} settings on ${dataset}, each asked about the same ${people.toLocaleString('en')} people whom its training had not seen. Best: trial ${String(ranked[0]!.number)}, ${best}.</p>
</header>
<main id="trials">
  <div class="grid pairs"><figure><figcaption>${what} of the best ${String(rows.length)}, with one standard error</figcaption>${dotPlot(`${what} of the best trials with one standard error`, rows, three)}</figure></div>
  ${table('All trials, best first; mean ± standard error, and person by person how far behind the best', header, cells)}
  <p>Errors of single trials are larger than those of their differences, because some people are easy for all of them. The best of many is a little too good for the people that it was chosen on: what the published one is worth is measured on others.</p>
</main>
</body>
</html>
`.html;
}
