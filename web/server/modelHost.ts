import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { folderSource } from '../../shared/artifact/folderSource.ts';
import type { Catalog } from '../../shared/artifact/catalog.ts';
import { ExternalIds } from '../../shared/artifact/externalIds.ts';
import { parseManifest, type Manifest } from '../../shared/artifact/manifest.ts';
import { readTrainingUsers, type TrainingUsers } from '../../shared/artifact/trainingUsers.ts';
import { FrameRateError, type ErrorAnswer } from '../../shared/errors.ts';
import type { ModelInfo } from '../api.ts';
import { RecommenderService } from '../service.ts';
import { onDisk } from './files.ts';

/** A model that answers: verified, whole, and never changed. A newer one takes its place between two questions. */
export interface HostedModel {
  readonly name: string;
  readonly manifest: Manifest;
  readonly info: ModelInfo;
  readonly service: RecommenderService;
  readonly catalog: Catalog;
  /** Made when somebody first names an item by them. */
  externalIds(): ExternalIds;
  /** The people that it was trained on; null where they were not published. Read when somebody first asks. */
  users(): Promise<TrainingUsers | null>;
}

export interface ListedModel {
  readonly manifest: Manifest;
  /** Whether it is in memory. */
  readonly loaded: boolean;
  /** Why the newest files are not what answers. */
  readonly failure: ErrorAnswer | null;
}

/** Where a door gets its models from. */
export interface Models {
  readonly defaultName: string;
  /**
   * The model of that name (the default one's without), as it is now.
   * @throws {FrameRateError} `NOT_FOUND`, or what is wrong with its files.
   */
  model(name?: string): Promise<HostedModel>;
  /** All models that have a readable manifest, by name. */
  list(): Promise<readonly ListedModel[]>;
}

/** What is known of a model's folder. */
interface Place {
  /** The manifest.json that was looked at last; the same text is not tried twice. */
  text: string;
  model: HostedModel | null;
  /** Why the newest manifest is not what answers. */
  failure: ErrorAnswer | null;
  loading: Promise<void> | null;
}

export interface HostEvents {
  /** A model was taken in; `before` is the one whose place it took. */
  onModel?(model: HostedModel, before: HostedModel | null): void;
  /** A model could not be taken in; what answered before goes on. */
  onFailure?(name: string, failure: ErrorAnswer): void;
}

/**
 * All models of one folder, `models/<name>/manifest.json`. The default one is loaded at the start, others when they are
 * first asked for; each is replaced when its manifest changes and the new files are whole.
 */
export class ModelHost implements Models {
  readonly #root: string;
  readonly #events: HostEvents;
  readonly #places = new Map<string, Place>();
  #timer: NodeJS.Timeout | null = null;

  private constructor(
    root: string,
    readonly defaultName: string,
    events: HostEvents,
  ) {
    this.#root = root;
    this.#events = events;
  }

  /**
   * @param folder of the default model; the folders beside it are served, too.
   * @throws {FrameRateError} when there is no whole model in it.
   */
  static async open(folder: string, events: HostEvents = {}): Promise<ModelHost> {
    const host = new ModelHost(dirname(resolve(folder)), basename(resolve(folder)), events);
    await host.model();
    await host.refresh();
    return host;
  }

  async model(name = this.defaultName): Promise<HostedModel> {
    const there = this.#places.get(name)?.model;
    if (there) return there;
    // Only what lies in the folder has a name, so that none can lead out of it.
    if (!(await this.#names()).includes(name)) throw new FrameRateError('NOT_FOUND', `There is no model "${name}". GET /v1/models lists them.`, '/model');
    await this.#look(name);
    const place = this.#places.get(name);
    if (place?.model) return place.model;
    throw new FrameRateError(place?.failure?.code ?? 'NOT_FOUND', place?.failure?.message ?? `There is no model "${name}".`);
  }

  async list(): Promise<ListedModel[]> {
    const entries: ListedModel[] = [];
    for (const name of await this.#names()) {
      const { model = null, failure = null } = this.#places.get(name) ?? {};
      const manifest = model?.manifest ?? (await readManifestText(join(this.#root, name)).then(parseManifest).catch(() => null));
      if (manifest) entries.push({ manifest: { ...manifest, name }, loaded: model !== null, failure });
    }
    return entries;
  }

  /** Looks for newer models once. Those that nobody asked for stay unread. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#places.keys()].map((name) => this.#look(name)));
  }

  /** Looks for newer models again and again. @param everyMs between the end of one look and the next. */
  watch(everyMs: number): void {
    const next = (): void => {
      this.#timer = setTimeout(() => void this.refresh().finally(() => this.#timer && next()), everyMs);
      this.#timer.unref();
    };
    next();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #names(): Promise<string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort();
  }

  #look(name: string): Promise<void> {
    let place = this.#places.get(name);
    if (!place) this.#places.set(name, (place = { text: '', model: null, failure: null, loading: null }));
    const looked = place;
    return (looked.loading ??= this.#takeIn(name, looked).finally(() => (looked.loading = null)));
  }

  async #takeIn(name: string, place: Place): Promise<void> {
    const folder = join(this.#root, name);
    let text = '';
    try {
      text = await readManifestText(folder);
      if (text === place.text) return;
      const manifest = parseManifest(text);
      const service = new RecommenderService(onDisk);
      const loaded = await service.load(folder);
      if (!loaded.ok) throw new FrameRateError(loaded.error.code, loaded.error.message);
      if (loaded.value.modelId !== manifest.modelId) return; // published anew while it was read: the next look finds it
      const before = place.model;
      const model: HostedModel = { name, manifest, info: loaded.value, service, catalog: service.model!.catalog, externalIds: externalIdsOf(service.model!.catalog), users: usersOf(folder, manifest) };
      Object.assign(place, { text, model, failure: null });
      this.#events.onModel?.(model, before);
    } catch (error) {
      if (!(error instanceof FrameRateError)) throw error;
      const failure = { code: error.code, message: error.message };
      const news = failure.message !== place.failure?.message;
      // What the disk did not give may be there at the next look; what is wrong with the files stays wrong.
      Object.assign(place, { text: error.code === 'UNREACHABLE' || error.code === 'NOT_FOUND' ? place.text : text, failure });
      if (news) this.#events.onFailure?.(name, failure);
    }
  }
}

async function readManifestText(folder: string): Promise<string> {
  return new TextDecoder().decode(await folderSource(folder, readFile).read('manifest.json'));
}

function externalIdsOf(catalog: Catalog): HostedModel['externalIds'] {
  let ids: ExternalIds | null = null;
  return () => (ids ??= new ExternalIds(catalog));
}

function usersOf(folder: string, manifest: Manifest): HostedModel['users'] {
  let users: Promise<TrainingUsers | null> | null = null;
  return () => {
    users ??= readTrainingUsers(folderSource(folder, readFile), manifest);
    users.catch(() => (users = null)); // asked again, it is read again
    return users;
  };
}
