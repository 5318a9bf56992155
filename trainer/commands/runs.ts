import { readConnection } from '../tracking/mlflow/connection.ts';
import { isSent } from '../tracking/replay.ts';
import { findRun, listRuns, type RunRecord } from '../tracking/runRecord.ts';
import { compareRuns, comparisonTable, runsTable, runTable } from '../tracking/tables.ts';

interface Options {
  readonly runs: string;
  readonly json?: boolean;
}

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

export async function runsList({ runs: root, json, trials }: Options & { readonly trials?: boolean }): Promise<void> {
  const all = (await listRuns(root)).filter(({ begin }) => trials || begin.kind !== 'trial');
  const server = readConnection()?.uri;
  const sentTo = server === undefined ? null : (run: RunRecord): boolean => isSent(run, server);
  if (json) print(all.map((run) => ({ ...toJson(run), ...(sentTo && { sent: sentTo(run) }) })));
  else if (all.length === 0) process.stdout.write(`There are no runs in ${root} yet: \`framerate train\` keeps one.\n`);
  else process.stdout.write(runsTable(all, sentTo));
}

export async function runsShow(wanted: string, { runs: root, json }: Options): Promise<void> {
  const run = findRun(await listRuns(root), wanted);
  if (json) print({ ...toJson(run), metrics: Object.fromEntries(run.metrics), tags: Object.fromEntries(run.tags), artifacts: run.artifacts });
  else process.stdout.write(runTable(run));
}

export async function runsCompare(wanted: readonly string[], { runs: root, json }: Options): Promise<void> {
  const all = await listRuns(root);
  const { told, ...comparison } = compareRuns(wanted.map((id) => findRun(all, id)));
  if (json) print(comparison);
  else process.stdout.write(comparisonTable({ told, ...comparison }));
}

/** A run in short: the last value of each metric. */
const toJson = ({ id, folder, begin, status, endTime, params, metrics, datasets }: RunRecord): object => ({
  id,
  kind: begin.kind,
  name: begin.name,
  experiment: begin.experiment,
  ...(begin.parent !== undefined && { parent: begin.parent }),
  status,
  beginTime: new Date(begin.time).toISOString(),
  endTime: endTime === null ? null : new Date(endTime).toISOString(),
  folder,
  datasets,
  params: Object.fromEntries(params),
  metrics: Object.fromEntries(Array.from(metrics, ([key, points]) => [key, points.at(-1)])),
});
