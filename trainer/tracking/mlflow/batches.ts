import type { Batch, KeyValue, Metric } from './client.ts';

/** What MLflow takes in one request, and in one value. */
export const LIMITS = { metrics: 1000, params: 100, tags: 100, together: 1000, bytes: 1_000_000, param: 6000, tag: 5000 } as const;

/** Room for the id of the run and the names of the lists. */
const ENVELOPE_BYTES = 200;

/** Cuts metrics, parameters and tags into as few requests as MLflow's limits allow, in their order. */
export function batchesOf({ metrics, params, tags }: Batch): Batch[] {
  const batches: Batch[] = [];
  let open = empty();
  let bytes = ENVELOPE_BYTES;
  const add = <T extends Metric | KeyValue>(list: 'metrics' | 'params' | 'tags', entity: T): void => {
    const size = Buffer.byteLength(JSON.stringify(entity)) + 1;
    const together = open.metrics.length + open.params.length + open.tags.length;
    if (open[list].length === LIMITS[list] || together === LIMITS.together || bytes + size > LIMITS.bytes) {
      batches.push(open);
      open = empty();
      bytes = ENVELOPE_BYTES;
    }
    (open[list] as (Metric | KeyValue)[]).push(entity);
    bytes += size;
  };
  for (const tag of tags) add('tags', { ...tag, value: cut(tag.value, LIMITS.tag) });
  for (const param of params) add('params', { ...param, value: cut(param.value, LIMITS.param) });
  for (const metric of metrics) add('metrics', metric);
  if (open.metrics.length + open.params.length + open.tags.length > 0) batches.push(open);
  return batches;
}

const empty = (): { metrics: Metric[]; params: KeyValue[]; tags: KeyValue[] } => ({ metrics: [], params: [], tags: [] });

/** A value that is longer than MLflow takes says so at its end. */
function cut(value: string, most: number): string {
  if (value.length <= most) return value;
  const note = ` … (cut: ${value.length} characters)`;
  return value.slice(0, most - note.length).replace(/[\ud800-\udbff]$/, '') + note;
}
