import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { EndStatus, Figure } from '../events.ts';
import { MlflowError } from './errors.ts';
import type { Ask, MlflowHttp } from './http.ts';

export interface Metric {
  readonly key: string;
  readonly value: Figure;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Batch {
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export interface Experiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly lifecycle_stage: 'active' | 'deleted';
}

export interface RunInfo {
  readonly run_id: string;
  readonly experiment_id: string;
  /** Where its files are: mlflow-artifacts:/… of a server that takes them itself. */
  readonly artifact_uri: string;
  readonly lifecycle_stage: 'active' | 'deleted';
}

export interface NewRun {
  readonly experiment_id: string;
  readonly run_name: string;
  readonly start_time: number;
  readonly tags: readonly KeyValue[];
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly profile: string;
}

export interface RegisteredModel {
  readonly name: string;
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
}

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly run_id?: string;
  readonly tags?: readonly KeyValue[];
  readonly aliases?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * MLflow's REST API 2.0, as much of it as a training needs. What the server has not is null, not an error.
 * All methods throw MlflowError.
 */
export class MlflowClient {
  constructor(readonly http: MlflowHttp) {}

  get uri(): string {
    return this.http.connection.uri;
  }

  async version(): Promise<string> {
    let text = '';
    await this.http.stream({ method: 'GET', path: '/version', what: 'version', repeatable: true }, async (body) => {
      for await (const bytes of body) text += Buffer.from(bytes).toString('utf8');
    });
    return text.trim();
  }

  async experimentByName(name: string): Promise<Experiment | null> {
    const found = await orNull(this.#get<{ experiment: Experiment }>('experiments/get-by-name', { experiment_name: name }));
    return found?.experiment ?? null;
  }

  /** Its page is that of trained models, not of prompts. @throws {MlflowError} `exists` where another was quicker. */
  async createExperiment(name: string): Promise<string> {
    const tags: KeyValue[] = [{ key: 'mlflow.experimentKind', value: 'custom_model_development' }];
    return (await this.#post<{ experiment_id: string }>('experiments/create', { name, tags })).experiment_id;
  }

  /** The active run of an experiment with that tag, if there is one; of several the one that began first. */
  async runByTag(experimentId: string, key: string, value: string): Promise<RunInfo | null> {
    const filter = `tags.\`${key}\` = '${value}'`;
    const { runs = [] } = await this.#post<{ runs?: { info: RunInfo }[] }>('runs/search', { experiment_ids: [experimentId], filter, max_results: 1, order_by: ['attributes.start_time ASC'], run_view_type: 'ACTIVE_ONLY' });
    return runs[0]?.info ?? null;
  }

  /** Asked once: where the answer is lost, look for it (`runByTag`) before asking again. */
  async createRun(run: NewRun): Promise<RunInfo> {
    return (await this.#post<{ run: { info: RunInfo } }>('runs/create', { ...run }, false)).run.info;
  }

  async run(runId: string): Promise<RunInfo | null> {
    return (await orNull(this.#get<{ run: { info: RunInfo } }>('runs/get', { run_id: runId })))?.run.info ?? null;
  }

  /** The same again changes nothing, but a parameter that has another value is refused. @param batch within MLflow's limits: batchesOf(). */
  async logBatch(runId: string, batch: Batch): Promise<void> {
    await this.#post('runs/log-batch', { run_id: runId, ...batch });
  }

  async logInput(runId: string, dataset: Dataset, context: string): Promise<void> {
    await this.#post('runs/log-inputs', { run_id: runId, datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: context }] }] });
  }

  async updateRun(runId: string, changes: { status: EndStatus | 'RUNNING'; end_time?: number }): Promise<void> {
    await this.#post('runs/update', { run_id: runId, ...changes });
  }

  /** @param root `artifact_uri` of a run, or `source` of a model version. @param path below it, with slashes. */
  async putArtifact(root: string, path: string, file: string): Promise<void> {
    const { size: bytes } = await stat(file);
    const ask = this.#artifact('PUT', root, path);
    await this.http.json({ ...ask, file: { open: () => createReadStream(file), bytes } });
  }

  /** Hands the bytes of a file to `take`. @throws {MlflowError} `missing` where there is none. */
  readArtifact<T>(root: string, path: string, take: (body: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
    return this.http.stream(this.#artifact('GET', root, path), take);
  }

  /** @returns null where there is none. */
  async artifactText(root: string, path: string): Promise<string | null> {
    return orNull(
      this.readArtifact(root, path, async (body) => {
        const parts: Uint8Array[] = [];
        for await (const part of body) parts.push(part);
        return Buffer.concat(parts).toString('utf8');
      }),
    );
  }

  async registeredModel(name: string): Promise<RegisteredModel | null> {
    return (await orNull(this.#get<{ registered_model: RegisteredModel }>('registered-models/get', { name })))?.registered_model ?? null;
  }

  /** @throws {MlflowError} `exists` */
  async createRegisteredModel(name: string, description: string): Promise<void> {
    await this.#post('registered-models/create', { name, description });
  }

  async modelVersion(name: string, version: string): Promise<ModelVersion | null> {
    return (await orNull(this.#get<{ model_version: ModelVersion }>('model-versions/get', { name, version })))?.model_version ?? null;
  }

  /** The versions of a model that a run has brought. */
  async versionsOfRun(name: string, runId: string): Promise<readonly ModelVersion[]> {
    const { model_versions: versions = [] } = await this.#get<{ model_versions?: ModelVersion[] }>('model-versions/search', { filter: `name='${quote(name)}' and run_id='${runId}'` });
    return versions;
  }

  /** Asked once, as createRun. */
  async createModelVersion(version: { name: string; source: string; run_id: string; description: string; tags: readonly KeyValue[] }): Promise<ModelVersion> {
    return (await this.#post<{ model_version: ModelVersion }>('model-versions/create', version, false)).model_version;
  }

  async setVersionTag(name: string, version: string, { key, value }: KeyValue): Promise<void> {
    await this.#post('model-versions/set-tag', { name, version, key, value });
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.#post('registered-models/alias', { name, alias, version });
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    await this.http.json({ method: 'DELETE', path: '/api/2.0/mlflow/registered-models/alias', what: 'registered-models/alias', json: { name, alias }, repeatable: true });
  }

  #get<T>(what: string, query: Readonly<Record<string, string>>): Promise<T> {
    return this.http.json<T>({ method: 'GET', path: `/api/2.0/mlflow/${what}?${new URLSearchParams(query).toString()}`, what, repeatable: true });
  }

  #post<T>(what: string, json: Fields, repeatable = true): Promise<T> {
    return this.http.json<T>({ method: 'POST', path: `/api/2.0/mlflow/${what}`, what, json, repeatable });
  }

  #artifact(method: 'GET' | 'PUT', root: string, path: string): Ask {
    const below = path.split('/').map(encodeURIComponent).join('/');
    return { method, path: `${proxied(root)}/${below}`, what: path, repeatable: true };
  }
}

const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

/** Where the server itself takes and gives the files of a run: "mlflow-artifacts:/1/ab12/artifacts". */
function proxied(root: string): string {
  const url = URL.canParse(root) ? new URL(root) : null;
  if (url?.protocol === 'mlflow-artifacts:') return `${PROXY}${url.pathname.replace(/\/+$/, '')}`;
  if (url?.protocol.startsWith('http') && url.pathname.includes(PROXY)) return url.pathname.slice(url.pathname.indexOf(PROXY)).replace(/\/+$/, '');
  throw new MlflowError('rejected', `The files of this experiment lie at ${root}, which only MLflow itself reaches. Start the server with --serve-artifacts and use another experiment (--experiment).`);
}

const quote = (text: string): string => text.replaceAll("'", "\\'");

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlflowError && error.kind === 'missing' && !error.message.startsWith('There is no MLflow')) return null;
    throw error;
  }
}
