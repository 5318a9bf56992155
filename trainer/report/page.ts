import { formatBytes } from '../../shared/artifact/format.ts';
import type { Manifest } from '../../shared/artifact/manifest.ts';
import type { CatalogItem } from '../../shared/query.ts';
import type { EvaluationResult } from '../evaluation/run.ts';
import { html, type Html } from './html.ts';
import { quantile, type Latency } from './latency.ts';
import { accuracySection, dialsSection, fewSection, latencySection, listsSection, mapSection, methodSection, rankSection, settingsSection, three, type Placed } from './sections.ts';

export interface ReportFacts {
  readonly manifest: Manifest;
  readonly items: readonly CatalogItem[];
  readonly result: EvaluationResult;
  readonly latency: Latency;
  readonly map: Placed | null;
  /** Bytes that a device fetches before the first answer. */
  readonly bytes: number;
}

/** One page, whole in itself: no script, nothing that is fetched. @param css the stylesheet's text. */
export function reportPage({ manifest, items, result, latency, map, bytes }: ReportFacts, css: string): string {
  const [main] = result.settings;
  const all = main!.groups[0]!;
  const ours = all.rows.at(-1)!;
  const best = all.rows.slice(0, -1).reduce((a, b) => (b.measures['NDCG@10'].mean > a.measures['NDCG@10'].mean ? b : a));
  const sections: [string, string, Html | null][] = [
    ['accuracy', 'Accuracy', accuracySection(all)],
    ['few', 'Few ratings', fewSection(main!)],
    ['rank', 'Bytes', result.ranks ? rankSection(result.ranks, manifest.model.rank) : null],
    ['lists', 'Lists', listsSection(all)],
    ['dials', 'Dials', result.dials ? dialsSection(result.dials) : null],
    ['speed', 'Speed', latencySection(latency)],
    ['map', 'Map', map ? mapSection(map, items) : null],
    ['settings', 'Settings', settingsSection(result.settings)],
    ['method', 'Method', methodSection(result, manifest)],
  ];
  const shown = sections.filter(([, , content]) => content !== null);
  const median = quantile(latency.micros, 0.5);
  const { mean, standardError } = ours.measures['NDCG@10'];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${manifest.name}: how good FrameRate is on it</title>
<style>${{ html: css }}</style>
</head>
<body>
<header>
  <p class="brand"><svg viewBox="0 0 32 22" width="32" height="22" aria-hidden="true"><rect class="frame" x="1" y="1" width="30" height="20" rx="2"/><rect class="gone" x="4.5" y="4.5" width="6" height="13"/></svg>FrameRate</p>
  <h1>${manifest.name}</h1>
  <p class="lead">How good the ten are that ${result.dataset.name} makes, measured on ${all.people.toLocaleString('en')} people whom the training never saw.</p>
  <dl class="figures">
    <div><dt>NDCG@10</dt><dd>${three(mean)}<small> ± ${three(standardError)}</small></dd><dd class="note">${compared(mean, best.measures['NDCG@10'].mean, best.ranker)}</dd></div>
    <div><dt>an answer takes</dt><dd>${median.toFixed(0)}<small> µs</small></dd><dd class="note">${frameRule(median / 1000)} ${(median / 416.67).toPrecision(1)} % of a film frame's 42 ms</dd></div>
    <div><dt>a device fetches</dt><dd>${formatBytes(bytes)}</dd><dd class="note">${items.length.toLocaleString('en')} items, ${(bytes / items.length).toFixed(0)} bytes each with title</dd></div>
  </dl>
  <nav aria-label="Sections"><ul>${shown.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${shown.map(([, , content]) => content)}
</main>
<footer>
  <p>${result.dataset.attribution ?? `Made from ${result.dataset.name}.`}${result.dataset.licence ? ` Licence: ${result.dataset.licence}.` : ''}</p>
</footer>
</body>
</html>
`;
  return page.html;
}

function compared(ours: number, best: number, name: string): string {
  const change = Math.round((100 * (ours - best)) / best);
  return change >= 0 ? `${change} % above ${name}, the next best` : `${-change} % below ${name}, the best`;
}

/** One film frame, 42 ms, and how much of it has gone by. */
const frameRule = (milliseconds: number): Html => html`<svg class="rule" viewBox="0 0 44 10" width="44" height="10" aria-hidden="true"><path d="M1 1v8M43 1v8M1 5h42"/><rect x="1" y="2" width="${Math.max(1.5, Math.min(42, milliseconds)).toFixed(1)}" height="6"/></svg>`;
