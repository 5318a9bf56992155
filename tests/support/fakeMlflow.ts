import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request instead of an answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** Closed before anything is done. */
  | 'cut'
  /** Done, and then closed before it is answered. */
  | 'lost'
  /** Never answered. */
  | 'hang';

interface Run {
  info: { run_id: string; experiment_id: string; run_name: string; artifact_uri: string; status: string; start_time: number; end_time?: number; lifecycle_stage: string };
  metrics: Map<string, { key: string; value: number | string; timestamp: number; step: number }[]>;
  params: Map<string, string>;
  tags: Map<string, string>;
  datasets: { dataset: { name: string; digest: string } }[];
}

interface Version {
  name: string;
  version: string;
  source: string;
  run_id: string;
  tags: { key: string; value: string }[];
}

type Fields = Record<string, never>;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const missing = (what: string): never => {
  throw new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `${what} not found`);
};

/**
 * As much of MLflow as trainings ask for, in memory and at once; the contract holds it to what the real one does.
 * Faults come in their order: each once, to the next request whose path ends with its key.
 */
export class FakeMlflow {
  readonly requests: string[] = [];
  /** Of the last request. */
  authorization: string | undefined;
  readonly faults: { readonly on: string; readonly fault: Fault }[] = [];
  readonly #experiments = new Map<string, { experiment_id: string; name: string; lifecycle_stage: string }>();
  readonly #runs = new Map<string, Run>();
  readonly #files = new Map<string, Buffer>();
  readonly #models = new Map<string, { versions: Version[]; aliases: Map<string, string> }>();
  readonly #server = createServer((request, response) => void this.#take(request, response));

  static async start(): Promise<FakeMlflow> {
    const fake = new FakeMlflow();
    await new Promise<void>((ready) => fake.#server.listen(0, '127.0.0.1', ready));
    return fake;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  fail(on: string, ...faults: Fault[]): void {
    for (const fault of faults) this.faults.push({ on, fault });
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.uri);
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return; // the client has gone
    }
    this.requests.push(`${request.method} ${url.pathname.replace('/api/2.0/', '')}`);
    this.authorization = request.headers.authorization;
    const at = this.faults.findIndex(({ on }) => url.pathname.endsWith(on));
    const fault = at < 0 ? null : this.faults.splice(at, 1)[0]!.fault;
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
    if (fault !== null && fault !== 'lost') return void response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    try {
      const answer = this.#answer(request.method!, url, Buffer.concat(parts));
      if (fault === 'lost') return void request.socket.destroy();
      if (Buffer.isBuffer(answer)) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(answer);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(error.status, { 'content-type': 'application/json' }).end(JSON.stringify({ error_code: error.code, message: error.message }));
    }
  }

  #answer(method: string, url: URL, body: Buffer): object | Buffer {
    const artifact = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(url.pathname)?.[1];
    if (artifact !== undefined) {
      const path = decodeURIComponent(artifact);
      if (method === 'PUT') this.#files.set(path, body);
      return method === 'PUT' ? {} : (this.#files.get(path) ?? missing(path));
    }
    if (url.pathname === '/version') return Buffer.from('3.0.0-fake');
    const query = url.searchParams;
    const json = (body.length > 0 ? JSON.parse(body.toString()) : {}) as Fields;
    switch (`${method} ${url.pathname.replace('/api/2.0/mlflow/', '')}`) {
      case 'GET experiments/get-by-name':
        return { experiment: this.#experiments.get(query.get('experiment_name')!) ?? missing('experiment') };
      case 'POST experiments/create': {
        if (this.#experiments.has(json['name']!)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', 'experiment exists');
        const experiment = { experiment_id: String(this.#experiments.size + 1), name: json['name']!, lifecycle_stage: 'active' };
        this.#experiments.set(experiment.name, experiment);
        return { experiment_id: experiment.experiment_id };
      }
      case 'POST experiments/delete': {
        for (const experiment of this.#experiments.values()) if (experiment.experiment_id === json['experiment_id']) experiment.lifecycle_stage = 'deleted';
        return {};
      }
      case 'POST runs/create':
        return this.#show(this.#create(json));
      case 'POST runs/search': {
        const [, key, value] = /tags\.`([^`]+)` = '([^']*)'/.exec(json['filter'] ?? '') ?? [];
        const found = this.runs.filter(({ info, tags }) => (json['experiment_ids'] as string[]).includes(info.experiment_id) && info.lifecycle_stage === 'active' && (key === undefined || tags.get(key) === value));
        return { runs: found.slice(0, json['max_results'] ?? 1000).map((run) => this.#show(run).run) };
      }
      case 'GET runs/get':
        return this.#show(this.#run(query.get('run_id')!));
      case 'POST runs/delete':
        this.#run(json['run_id']!).info.lifecycle_stage = 'deleted';
        return {};
      case 'POST runs/update': {
        const { run_id, ...changes } = json as Record<string, string>;
        Object.assign(this.#run(run_id!).info, changes);
        return {};
      }
      case 'POST runs/log-batch':
        this.#log(json);
        return {};
      case 'POST runs/log-inputs': {
        const { datasets } = this.#run(json['run_id']!);
        for (const input of json['datasets'] as Run['datasets']) if (!datasets.some(({ dataset }) => dataset.name === input.dataset.name && dataset.digest === input.dataset.digest)) datasets.push(input);
        return {};
      }
      case 'GET metrics/get-history':
        return { metrics: this.#run(query.get('run_id')!).metrics.get(query.get('metric_key')!) ?? [] };
      default:
        return this.#registry(`${method} ${url.pathname.replace('/api/2.0/mlflow/', '')}`, query, json);
    }
  }

  #registry(ask: string, query: URLSearchParams, json: Fields): object {
    const model = (name: string): { versions: Version[]; aliases: Map<string, string> } => this.#models.get(name) ?? missing(name);
    const show = (version: Version): object => ({ ...version, status: 'READY', aliases: [...model(version.name).aliases].filter(([, held]) => held === version.version).map(([alias]) => alias) });
    const find = (name: string, wanted: string): Version => model(name).versions.find(({ version }) => version === wanted) ?? missing(`version ${wanted}`);
    switch (ask) {
      case 'GET registered-models/get': {
        const name = query.get('name')!;
        return { registered_model: { name, aliases: Array.from(model(name).aliases, ([alias, version]) => ({ alias, version })) } };
      }
      case 'POST registered-models/create':
        if (this.#models.has(json['name']!)) throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', 'model exists');
        this.#models.set(json['name']!, { versions: [], aliases: new Map() });
        return {};
      case 'POST registered-models/alias':
        find(json['name']!, json['version']!);
        model(json['name']!).aliases.set(json['alias']!, json['version']!);
        return {};
      case 'DELETE registered-models/alias':
        model(json['name']!).aliases.delete(json['alias']!);
        return {};
      case 'POST model-versions/create': {
        const { versions } = model(json['name']!);
        const version = { name: json['name']!, version: String(versions.length + 1), source: json['source']!, run_id: json['run_id']!, tags: [...(json['tags'] as Version['tags'])] };
        versions.push(version);
        return { model_version: show(version) };
      }
      case 'GET model-versions/get':
        return { model_version: show(find(query.get('name')!, query.get('version')!)) };
      case 'GET model-versions/search': {
        const [, name = '', runId] = /^name='(.*)' and run_id='(.*)'$/.exec(query.get('filter')!) ?? [];
        return { model_versions: (this.#models.get(name)?.versions ?? []).filter(({ run_id }) => run_id === runId).map(show) };
      }
      case 'POST model-versions/set-tag': {
        const { tags } = find(json['name']!, json['version']!);
        const there = tags.find(({ key }) => key === json['key']);
        if (there) there.value = json['value']!;
        else tags.push({ key: json['key']!, value: json['value']! });
        return {};
      }
      default:
        throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `no ${ask}`);
    }
  }

  #create(json: Fields): Run {
    const id = `${this.#runs.size + 1}`.padStart(32, '0');
    const experiment_id: string = json['experiment_id']!;
    const run: Run = {
      info: { run_id: id, experiment_id, run_name: json['run_name']!, artifact_uri: `mlflow-artifacts:/${experiment_id}/${id}/artifacts`, status: 'RUNNING', start_time: json['start_time']!, lifecycle_stage: 'active' },
      metrics: new Map(),
      params: new Map(),
      tags: new Map((json['tags'] as { key: string; value: string }[]).map(({ key, value }) => [key, value])),
      datasets: [],
    };
    this.#runs.set(id, run);
    return run;
  }

  #log(json: Fields): void {
    const { metrics, params, tags } = this.#run(json['run_id']!);
    for (const { key, value } of (json['params'] ?? []) as { key: string; value: string }[]) {
      if (params.has(key) && params.get(key) !== value) throw new Refusal(400, 'INVALID_PARAMETER_VALUE', 'Changing param values is not allowed.');
      params.set(key, value);
    }
    for (const { key, value } of (json['tags'] ?? []) as { key: string; value: string }[]) tags.set(key, value);
    for (const metric of (json['metrics'] ?? []) as { key: string; value: number | string; timestamp: number; step: number }[]) {
      const stored = { ...metric, value: metric.value === 'Infinity' ? Number.MAX_VALUE : metric.value === '-Infinity' ? -Number.MAX_VALUE : metric.value };
      const history = metrics.get(metric.key) ?? [];
      if (!history.some((known) => known.step === stored.step && known.timestamp === stored.timestamp && known.value === stored.value)) history.push(stored);
      metrics.set(metric.key, history);
    }
  }

  #run(id: string): Run {
    return this.#runs.get(id) ?? missing(`Run ${id}`);
  }

  #show({ info, metrics, params, tags, datasets }: Run): { run: object } {
    const pairs = (map: Map<string, string>): object[] => Array.from(map, ([key, value]) => ({ key, value }));
    return { run: { info, data: { metrics: [...metrics.values()].map((history) => history.at(-1)), params: pairs(params), tags: pairs(tags) }, inputs: { dataset_inputs: datasets } } };
  }
}
