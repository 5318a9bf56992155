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

/**
 * @param version for the tests of migrations.
 * @param onLost the connection is of no more use: a newer release or a deletion waits for it, or the browser took it.
 */
export function openDatabase(version = MIGRATIONS.length, onLost: () => void = () => undefined): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, version, {
    upgrade(db, from, _to, transaction) {
      for (const migrate of MIGRATIONS.slice(from, version)) migrate(db, transaction);
    },
    blocking: onLost,
    terminated: onLost,
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

  /** Null once it was lost: it is opened again for the next question. */
  #db: Promise<IDBPDatabase<Schema>> | null = null;

  constructor() {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<readonly FilmKey[] | null>) => {
      for (const listener of this.#listeners) listener(data);
    });
  }

  /** A connection that takes transactions. @throws where the browser allows no database, or a newer release has changed it. */
  open(): Promise<IDBPDatabase<Schema>> {
    const opened = (this.#db ??= openDatabase(MIGRATIONS.length, () => {
      if (this.#db === opened) this.#db = null;
      void opened.then((db) => db.close());
    }));
    opened.catch(() => (this.#db = null)); // told to whoever asked
    return opened;
  }

  get trouble(): StoreTrouble | null {
    return this.#trouble;
  }

  async films(): Promise<readonly KeptFilm[]> {
    return (await this.open()).getAll('films');
  }

  async film(key: FilmKey): Promise<KeptFilm | null> {
    return (await (await this.open()).get('films', key)) ?? null;
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
    const transaction = (await this.open()).transaction('films', 'readwrite');
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
    return (await (await this.open()).get('choices', 'settings')) ?? {};
  }

  async choose(settings: Settings): Promise<void> {
    const transaction = (await this.open()).transaction('choices', 'readwrite');
    const before = (await transaction.store.get('settings')) ?? {};
    await Promise.all([transaction.store.put({ ...before, ...settings }, 'settings'), transaction.done]);
  }

  watch(listener: (keys: readonly FilmKey[] | null) => void): void {
    this.#listeners.push(listener);
  }

  async forget(): Promise<void> {
    const transaction = (await this.open()).transaction(['films', 'choices'], 'readwrite');
    await Promise.all([transaction.objectStore('films').clear(), transaction.objectStore('choices').clear(), transaction.done]);
    this.#channel.postMessage(null);
  }
}

/** The best keeping that this browser allows: a database, or else the page's own memory. */
export async function openStore(): Promise<Store> {
  try {
    const store = new DatabaseStore();
    await store.open();
    return store;
  } catch {
    return new MemoryStore('forbidden');
  }
}
