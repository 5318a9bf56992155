import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { HostedModel } from './modelHost.ts';

const MODEL_LABELS = ['name', 'model_id', 'kind', 'items', 'engine'] as const;
type ModelLabel = (typeof MODEL_LABELS)[number];

/** What a server counts and times, for Prometheus. Nothing in it tells one person from another. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds by method, route (as it is declared, never an address with ids) and status. */
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  /** Seconds of fold-in and search. */
  readonly search: Histogram;
  /** Always 1; the labels say which model answers. */
  readonly model: Gauge<ModelLabel>;
  readonly loadFailures: Counter<'name' | 'code'>;
  setModel(model: HostedModel): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labelsOf = new Map<string, Record<ModelLabel, string>>();
  // Of several processes that serve the same model, one speaks: the value stays 1.
  const model = new Gauge({ name: 'framerate_model_info', help: 'The models in memory; always 1.', labelNames: MODEL_LABELS, aggregator: 'first', registers });
  return {
    registry,
    requests: new Histogram({
      name: 'framerate_http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
      registers,
    }),
    search: new Histogram({
      name: 'framerate_search_duration_seconds',
      help: 'Fold-in and search of one question.',
      buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05],
      registers,
    }),
    model,
    loadFailures: new Counter({ name: 'framerate_model_load_failures_total', help: 'Models that were published and not taken in.', labelNames: ['name', 'code'] as const, registers }),
    setModel({ name, manifest, info }) {
      const before = labelsOf.get(name);
      if (before) model.remove(before);
      const labels = { name, model_id: info.modelId, kind: manifest.model.kind, items: String(info.items), engine: info.engine };
      labelsOf.set(name, labels);
      model.set(labels, 1);
    },
  };
}
