import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { Change, FilmKey, KeptFilm } from './keptFilm.ts';
import { FIRST_PROFILE, oldestFirst, type Profile, type ProfileId } from './profile.ts';
import type { Settings, Store, StoreChange, StoreTrouble } from './store.ts';

export const DATABASE = 'framerate';

export interface Schema extends DBSchema {
  profiles: { key: ProfileId; value: Profile };
  /** Under whose they are, and the film's own key. */
  kept: { key: [ProfileId, FilmKey]; value: KeptFilm };
  /** One record, under "settings". */
  choices: { key: string; value: Settings };
  /** Until version 2: the films of the one person that there was. */
  films: { key: FilmKey; value: KeptFilm };
}

type Writing = IDBPTransaction<Schema, ('profiles' | 'kept')[], 'readwrite'>;
type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/**
 * `MIGRATIONS[v]` brings a database of version v to v + 1. Each runs inside the upgrade's transaction: all or nothing.
 * They are never changed once released, only added to.
 */
export const MIGRATIONS: readonly ((db: IDBPDatabase<Schema>, transaction: Upgrade) => void | Promise<void>)[] = [
  (db) => void db.createObjectStore('films', { keyPath: 'key' }),
  (db) => void db.createObjectStore('choices'),
  async (db, transaction) => {
    await db.createObjectStore('profiles', { keyPath: 'id' }).put(FIRST_PROFILE);
    const kept = db.createObjectStore('kept');
    for (const film of await transaction.objectStore('films').getAll()) await kept.put(film, [FIRST_PROFILE.id, film.key]);
    db.deleteObjectStore('films');
  },
];

/**
 * @param version for the tests of migrations.
 * @param onLost the connection is of no more use: a newer release or a deletion waits for it, or the browser took it.
 */
export function openDatabase(version = MIGRATIONS.length, onLost: () => void = () => undefined): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, version, {
    async upgrade(db, from, _to, transaction) {
      try {
        for (const migrate of MIGRATIONS.slice(from, version)) await migrate(db, transaction);
      } catch {
        abort(transaction); // which is told to whoever opens it
      }
    },
    blocking: onLost,
    terminated: onLost,
  });
}

/** Every key of one person's films. */
const allOf = (profile: ProfileId): IDBKeyRange => IDBKeyRange.bound([profile], [profile, []]);

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
  #listeners: ((change: StoreChange) => void)[] = [];
  readonly #channel = new BroadcastChannel(DATABASE);

  /** Null once it was lost: it is opened again for the next question. */
  #db: Promise<IDBPDatabase<Schema>> | null = null;

  constructor() {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<StoreChange>) => {
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

  async profiles(): Promise<readonly Profile[]> {
    return (await (await this.open()).getAll('profiles')).sort(oldestFirst);
  }

  saveProfile(profile: Profile, films: readonly KeptFilm[] = []): Promise<StoreTrouble | null> {
    return this.#writeWhole({ kind: 'profiles' }, (transaction) => [
      () => transaction.objectStore('profiles').put(profile),
      ...films.map((film) => () => transaction.objectStore('kept').put(film, [profile.id, film.key])),
    ]);
  }

  async removeProfile(profile: ProfileId): Promise<void> {
    const transaction = (await this.open()).transaction(['profiles', 'kept'], 'readwrite');
    const profiles = transaction.objectStore('profiles');
    if ((await profiles.count()) > 1) await Promise.all([profiles.delete(profile), transaction.objectStore('kept').delete(allOf(profile))]);
    await transaction.done;
    this.#tell({ kind: 'profiles' });
  }

  async films(profile: ProfileId): Promise<readonly KeptFilm[]> {
    return (await this.open()).getAll('kept', allOf(profile));
  }

  async film(profile: ProfileId, key: FilmKey): Promise<KeptFilm | null> {
    return (await (await this.open()).get('kept', [profile, key])) ?? null;
  }

  write(profile: ProfileId, changes: readonly Change[]): Promise<StoreTrouble | null> {
    return this.#writeWhole({ kind: 'films', profile, keys: changes.map(([key]) => key) }, (transaction) => {
      const kept = transaction.objectStore('kept');
      return changes.map(([key, film]) => () => (film ? kept.put(film, [profile, key]) : kept.delete([profile, key])));
    });
  }

  async #writeWhole(change: StoreChange, requests: (transaction: Writing) => readonly (() => Promise<unknown>)[]): Promise<StoreTrouble | null> {
    try {
      await this.#transact(requests);
      this.#trouble = null;
      this.#tell(change);
    } catch (error) {
      this.#trouble = isFull(error) ? 'full' : 'forbidden';
    }
    return this.#trouble;
  }

  async #transact(requests: (transaction: Writing) => readonly (() => Promise<unknown>)[]): Promise<void> {
    const transaction = (await this.open()).transaction(['profiles', 'kept'], 'readwrite');
    try {
      await Promise.all([...requests(transaction).map(async (request) => void (await request())), transaction.done]);
    } catch (error) {
      // A request that was refused at once leaves the others to be committed. One that failed later has ended it already.
      abort(transaction);
      throw error;
    }
  }

  #tell(change: StoreChange): void {
    this.#channel.postMessage(change);
  }

  async settings(): Promise<Settings> {
    return (await (await this.open()).get('choices', 'settings')) ?? {};
  }

  async choose(settings: Settings): Promise<void> {
    const transaction = (await this.open()).transaction('choices', 'readwrite');
    const before = (await transaction.store.get('settings')) ?? {};
    await Promise.all([transaction.store.put({ ...before, ...settings }, 'settings'), transaction.done]);
  }

  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.push(listener);
    return () => void (this.#listeners = this.#listeners.filter((one) => one !== listener));
  }

  async forget(): Promise<void> {
    const transaction = (await this.open()).transaction(['profiles', 'kept', 'choices'], 'readwrite');
    const profiles = transaction.objectStore('profiles');
    await Promise.all([profiles.clear(), profiles.put(FIRST_PROFILE), transaction.objectStore('kept').clear(), transaction.objectStore('choices').clear(), transaction.done]);
    this.#tell({ kind: 'everything' });
  }
}

/** The best keeping that this browser allows: a database, or else the page's own memory. */
export async function openStore(): Promise<Store> {
  try {
    const store = new DatabaseStore();
    await store.open();
    return store;
  } catch {
    const { MemoryStore } = await import('./memoryStore.ts');
    return new MemoryStore('forbidden');
  }
}
