import type { Estimate } from '../evaluation/metrics.ts';
import { textTable } from '../textTable.ts';
import { describeGain, gainOf, type Worth } from './compare.ts';
import { lastOf, readPeople, type MetricPoint, type RunRecord } from './runRecord.ts';

const NDCG = 'ndcg_at_10';

/** Six digits at the most, and whole numbers as they are. */
const figure = (value: number): string => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));

const cell = (point: MetricPoint | undefined): string => (point === undefined ? '' : point.standardError === undefined ? figure(point.value) : `${figure(point.value)} ± ${figure(point.standardError)}`);

const localTime = (ms: number): string => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace('T', ' ');

function duration({ begin, endTime }: RunRecord): string {
  if (endTime === null) return '';
  const seconds = (endTime - begin.time) / 1000;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** @param isSent whether a server has all of it; null: no server is named. */
export function runsTable(runs: readonly RunRecord[], isSent: ((run: RunRecord) => boolean) | null): string {
  return textTable([
    ['run', 'began', 'kind', 'name', 'data', 'status', 'took', 'NDCG@10', ...(isSent ? ['sent'] : [])],
    ...runs.map((run) => [
      run.id,
      localTime(run.begin.time),
      run.begin.kind,
      run.begin.name,
      run.datasets[0]?.name ?? '',
      run.status.toLowerCase(),
      duration(run),
      cell(lastOf(run, NDCG)),
      ...(isSent ? [isSent(run) ? 'yes' : 'no'] : []),
    ]),
  ]);
}

export function runTable(run: RunRecord): string {
  const facts: [string, string][] = [
    ['run', run.id],
    ['kind', `${run.begin.kind} ${run.begin.name}`],
    ['experiment', run.begin.experiment],
    ...(run.begin.parent === undefined ? [] : [['of', run.begin.parent] satisfies [string, string]]),
    ['status', run.status.toLowerCase()],
    ['began', localTime(run.begin.time)],
    ['took', duration(run)],
    ...run.datasets.map(({ name, ratings, users, items, digest }): [string, string] => ['data', `${name}: ${ratings.toLocaleString('en')} ratings by ${users.toLocaleString('en')} people of ${items.toLocaleString('en')} items, ${digest.slice(0, 16)}`]),
    ['folder', run.folder],
  ];
  const lines = facts.filter(([, value]) => value !== '').map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join('');
  return [
    lines,
    sectionOf('parameter', [...run.params]),
    sectionOf('metric', [...run.metrics].map(([key, points]): [string, string] => [key, cell(points.at(-1)) + (points.length > 1 ? `  (${points.length} steps from ${figure(points[0]!.value)})` : '')])),
    sectionOf('tag', [...run.tags], true),
    sectionOf('file', run.artifacts.map((path): [string, string] => [path, ''])),
  ].filter((part) => part !== '').join('\n');
}

/** @param whole long values are not cut. */
function sectionOf(title: string, rows: readonly (readonly [string, string])[], whole = false): string {
  if (rows.length === 0) return '';
  if (!whole) return textTable([[title, ''], ...rows]);
  const width = Math.max(title.length, ...rows.map(([name]) => name.length));
  return [[title, ''] as const, ...rows].map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd() + '\n').join('');
}

/** Runs side by side: the parameters that differ, and every metric that two of them have. */
export interface Comparison {
  readonly runs: readonly { readonly id: string; readonly name: string }[];
  readonly params: readonly { readonly key: string; readonly values: readonly (string | null)[] }[];
  readonly metrics: readonly { readonly key: string; readonly values: readonly (MetricPoint | null)[] }[];
  /** How much better the first is than each of the others in NDCG@10; null where they were not asked about the same people. */
  readonly gains: readonly (Estimate | null)[];
}

const first = <T>(value: T | undefined): T | null => value ?? null;

export function compareRuns(runs: readonly RunRecord[]): Comparison & { readonly told: readonly string[] } {
  const keysOf = (of: (run: RunRecord) => Iterable<string>): string[] => [...new Set(runs.flatMap((run) => [...of(run)]))].sort();
  const params = keysOf(({ params: own }) => own.keys())
    .map((key) => ({ key, values: runs.map((run) => first(run.params.get(key))) }))
    .filter(({ values }) => new Set(values).size > 1);
  const metrics = keysOf(({ metrics: own }) => own.keys())
    .map((key) => ({ key, values: runs.map((run) => first(lastOf(run, key))) }))
    .filter(({ values }) => values.filter((value) => value !== null).length > 1);
  const [one, ...others] = runs.map(worthOfRun);
  const gains = others.map((other) => (one && other ? gainOf(one, other) : null));
  const told = gains.map((gain, i) => `${runs[0]!.id} against ${runs[i + 1]!.id}: ${gain ? describeGain(gain) : 'not measured on the same people'}`);
  return { runs: runs.map(({ id, begin }) => ({ id, name: begin.name })), params, metrics, gains, told };
}

function worthOfRun(run: RunRecord): Worth | null {
  const split = run.tags.get('framerate.split');
  const ndcg = lastOf(run, NDCG);
  if (split === undefined || !ndcg) return null;
  return { split, estimate: { mean: ndcg.value, standardError: ndcg.standardError ?? NaN }, scores: readPeople(run) };
}

export function comparisonTable({ runs, params, metrics, told }: ReturnType<typeof compareRuns>): string {
  const header = (title: string): string[] => [title, ...runs.map(({ id }) => id)];
  return [
    params.length > 0 ? textTable([header('parameter'), ...params.map(({ key, values }) => [key, ...values.map((value) => value ?? '')])]) : 'Their parameters are the same.\n',
    textTable([header('metric'), ...metrics.map(({ key, values }) => [key, ...values.map((value) => cell(value ?? undefined))])]),
    told.map((line) => `${line}\n`).join(''),
  ].join('\n');
}
