import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';
import { MemoryStore } from './memoryStore.ts';
import type { Settings, Store, StoreTrouble } from './store.ts';

export const DATABASE = 'framerate';

export interface Schema extends DBSchema {
  films: { key: FilmKey; value: KeptFilm };
  /** One record, under "settings". */
  choices: { key: string; value: Settings };
}

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/**
 * `MIGRATIONS[v]` brings a database of version v to v + 1. Each runs inside the upgrade's transaction: all or nothing.
 * They are never changed once released, only added to.
 */
export const MIGRATIONS: readonly ((db: IDBPDatabase<Schema>, transaction: Upgrade) => void)[] = [
  (db) => void db.createObjectStore('films', { keyPath: 'key' }),
  (db) => void db.createObjectStore('choices'),
];

/** @param version for the tests of migrations. */
export function openDatabase(version = MIGRATIONS.length, onBlocking: () => void = () => undefined): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, version, {
    upgrade(db, from, _to, transaction) {
      for (const migrate of MIGRATIONS.slice(from, version)) migrate(db, transaction);
    },
    // A tab of a newer release waits for this one to let go.
    blocking: onBlocking,
  });
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // it has ended by itself
  }
}

const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

/** IndexedDB, with the other tabs kept in step by a channel. */
class DatabaseStore implements Store {
  #trouble: StoreTrouble | null = null;
  #listeners: ((keys: readonly FilmKey[] | null) => void)[] = [];
  readonly #channel = new BroadcastChannel(DATABASE);

  constructor(private readonly db: IDBPDatabase<Schema>) {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<readonly FilmKey[] | null>) => {
      for (const listener of this.#listeners) listener(data);
    });
  }

  get trouble(): StoreTrouble | null {
    return this.#trouble;
  }

  films(): Promise<readonly KeptFilm[]> {
    return this.db.getAll('films');
  }

  async film(key: FilmKey): Promise<KeptFilm | null> {
    return (await this.db.get('films', key)) ?? null;
  }

  async write(changes: readonly Change[]): Promise<StoreTrouble | null> {
    try {
      await this.#writeWhole(changes);
      this.#trouble = null;
      this.#channel.postMessage(changes.map(([key]) => key));
    } catch (error) {
      this.#trouble = isFull(error) ? 'full' : 'forbidden';
    }
    return this.#trouble;
  }

  async #writeWhole(changes: readonly Change[]): Promise<void> {
    const transaction = this.db.transaction('films', 'readwrite');
    const requests = changes.map(async ([key, film]) => void (await (film ? transaction.store.put(film) : transaction.store.delete(key))));
    try {
      await Promise.all([...requests, transaction.done]);
    } catch (error) {
      // A request that was refused at once leaves the others to be committed. One that failed later has ended it already.
      abort(transaction);
      throw error;
    }
  }

  async settings(): Promise<Settings> {
    return (await this.db.get('choices', 'settings')) ?? {};
  }

  async choose(settings: Settings): Promise<void> {
    const transaction = this.db.transaction('choices', 'readwrite');
    const before = (await transaction.store.get('settings')) ?? {};
    await Promise.all([transaction.store.put({ ...before, ...settings }, 'settings'), transaction.done]);
  }

  watch(listener: (keys: readonly FilmKey[] | null) => void): void {
    this.#listeners.push(listener);
  }

  async forget(): Promise<void> {
    const transaction = this.db.transaction(['films', 'choices'], 'readwrite');
    await Promise.all([transaction.objectStore('films').clear(), transaction.objectStore('choices').clear(), transaction.done]);
    this.#channel.postMessage(null);
  }
}

/** The best keeping that this browser allows: a database, or else the page's own memory. */
export async function openStore(): Promise<Store> {
  try {
    let store: IDBPDatabase<Schema> | null = null;
    const db = await openDatabase(MIGRATIONS.length, () => store?.close());
    store = db;
    return new DatabaseStore(db);
  } catch {
    return new MemoryStore('forbidden');
  }
}
