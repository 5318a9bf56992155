import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DATABASE, MIGRATIONS, openDatabase, openStore } from '../../../web/store/database.ts';
import { filmKey, type KeptFilm } from '../../../web/store/keptFilm.ts';
import { MemoryStore } from '../../../web/store/memoryStore.ts';
import { FIRST_PROFILE, type Profile } from '../../../web/store/profile.ts';
import { film } from '../ui/fakeApi.ts';

const kept = (id: number, stars = 4, at = id): KeptFilm => {
  const item = film(id);
  return { key: filmKey(item), item, verdict: { kind: 'rated', stars }, at };
};

const ANN = FIRST_PROFILE.id;
const ben: Profile = { id: 'ben', name: 'Ben', without: ['Horror'], since: 7 };

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()));
afterEach(() => vi.unstubAllGlobals());

describe.each([
  ['in memory', () => Promise.resolve(new MemoryStore())],
  ['in IndexedDB', openStore],
])('%s', (_name, open) => {
  test('a film is what was written last, until it is forgotten', async () => {
    const store = await open();
    expect(await store.write(ANN, [[kept(1).key, kept(1)], [kept(2).key, kept(2)]])).toBeNull();
    await store.write(ANN, [[kept(1).key, kept(1, 2)], [kept(2).key, null]]);
    expect(await store.films(ANN)).toEqual([kept(1, 2)]);
    expect(await store.film(ANN, kept(1).key)).toEqual(kept(1, 2));
    expect(await store.film(ANN, kept(2).key)).toBeNull();
  });

  test('each person has films of their own, and takes them along when they go', async () => {
    const store = await open();
    expect(await store.profiles()).toEqual([FIRST_PROFILE]);
    await store.write(ANN, [[kept(1).key, kept(1)]]);
    expect(await store.saveProfile(ben, [kept(1, 2), kept(3)])).toBeNull();
    expect(await store.profiles()).toEqual([FIRST_PROFILE, ben]);
    expect(await store.films(ANN)).toEqual([kept(1)]);
    expect(new Set(await store.films(ben.id))).toEqual(new Set([kept(1, 2), kept(3)]));
    await store.saveProfile({ ...ben, name: 'Benjamin' });
    expect((await store.profiles())[1]).toMatchObject({ name: 'Benjamin' });
    expect(await store.films(ben.id)).toHaveLength(2);
    await store.removeProfile(ben.id);
    expect(await store.films(ben.id)).toEqual([]);
    expect(await store.films(ANN)).toEqual([kept(1)]);
  });

  test('the last person stays', async () => {
    const store = await open();
    await store.write(ANN, [[kept(1).key, kept(1)]]);
    await store.removeProfile(ANN);
    expect(await store.profiles()).toEqual([FIRST_PROFILE]);
    expect(await store.films(ANN)).toEqual([kept(1)]);
  });

  test('choices add up', async () => {
    const store = await open();
    await store.choose({ language: 'de' });
    await store.choose({ colours: 'dark' });
    expect(await store.settings()).toEqual({ language: 'de', colours: 'dark' });
  });

  test('forgets everything', async () => {
    const store = await open();
    await store.write(ANN, [[kept(1).key, kept(1)]]);
    await store.saveProfile(ben, [kept(2)]);
    await store.choose({ language: 'de' });
    await store.forget();
    expect(await store.films(ANN)).toEqual([]);
    expect(await store.films(ben.id)).toEqual([]);
    expect(await store.profiles()).toEqual([FIRST_PROFILE]);
    expect(await store.settings()).toEqual({});
  });
});

describe('the database', () => {
  test('is there for the next page', async () => {
    await (await openStore()).write(ANN, [[kept(1).key, kept(1)]]);
    expect(await (await openStore()).films(ANN)).toEqual([kept(1)]);
  });

  test('a write is whole or not at all', async () => {
    const store = await openStore();
    await store.write(ANN, [[kept(1).key, kept(1)]]);
    // A function cannot be kept: the second change fails, and takes the first with it.
    const broken = { ...kept(3), item: { ...film(3), title: (() => '') as unknown as string } };
    expect(await store.write(ANN, [[kept(1).key, null], [kept(2).key, kept(2)], [broken.key, broken]])).not.toBeNull();
    expect(await store.films(ANN)).toEqual([kept(1)]);
    expect(store.trouble).not.toBeNull();
    expect(await store.write(ANN, [[kept(2).key, kept(2)]])).toBeNull();
    expect(store.trouble).toBeNull();
  });

  test('that another tab took away is opened again for the next question', async () => {
    const store = await openStore();
    await store.write(ANN, [[kept(1).key, kept(1)]]);
    await deleteDB(DATABASE); // waits for the connection to be let go of
    expect(await store.films(ANN)).toEqual([]);
    expect(await store.write(ANN, [[kept(2).key, kept(2)]])).toBeNull();
    expect(await store.films(ANN)).toEqual([kept(2)]);
  });

  test('tells the other tabs what changed', async () => {
    const [one, other] = [await openStore(), await openStore()];
    const heard: unknown[] = [];
    other.watch((keys) => heard.push(keys));
    await one.write(ANN, [[kept(1).key, kept(1)]]);
    await expect.poll(() => heard).toEqual([{ kind: 'films', profile: ANN, keys: [kept(1).key] }]);
    expect(await other.film(ANN, kept(1).key)).toEqual(kept(1));
    await one.saveProfile(ben);
    await one.forget();
    await expect.poll(() => heard.slice(1)).toEqual([{ kind: 'profiles' }, { kind: 'everything' }]);
  });

  test('where the browser forbids it, the page remembers, and says so', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('denied', 'SecurityError'); } });
    const store = await openStore();
    expect(store.trouble).toBe('forbidden');
    expect(await store.write(ANN, [[kept(1).key, kept(1)]])).toBe('forbidden');
    expect(await store.films(ANN)).toEqual([kept(1)]);
  });

  test.each(MIGRATIONS.map((_, version) => version))('version %d comes to the newest with all that it held', async (version) => {
    if (version > 0) {
      const old = await openDatabase(version);
      if (old.objectStoreNames.contains('films')) for (const film of [kept(1), kept(2, 3)]) await old.put('films', film);
      if (old.objectStoreNames.contains('choices')) await old.put('choices', { language: 'de' }, 'settings');
      old.close();
    }
    const db = await openDatabase();
    expect([...db.objectStoreNames].sort()).toEqual(['choices', 'kept', 'profiles']);
    expect(await db.getAll('profiles')).toEqual([FIRST_PROFILE]);
    const all = version > 0 ? [kept(1), kept(2, 3)] : [];
    expect(await db.getAll('kept')).toEqual(all);
    expect(await db.getAllKeys('kept')).toEqual(all.map(({ key }) => [ANN, key]));
    if (version > 1) expect(await db.get('choices', 'settings')).toEqual({ language: 'de' });
    db.close();
    await deleteDB(DATABASE);
  });

  test('a database of a newer app is not touched', async () => {
    const newer = await openDB(DATABASE, MIGRATIONS.length + 1, { upgrade: (db) => void db.createObjectStore('films', { keyPath: 'key' }) });
    await newer.put('films', kept(1));
    newer.close();
    expect((await openStore()).trouble).toBe('forbidden');
    const again = await openDB(DATABASE);
    expect(await again.getAll('films')).toEqual([kept(1)]);
    again.close();
  });
});

test.each([
  [{ ...film(1), imdbId: 'tt1' }, 'imdb:tt1'],
  [{ ...film(1), tmdbId: 7 }, 'tmdb:7'],
  [{ ...film(1), title: 'Amélie', year: 2001 }, 'title:amelie|2001'],
  [{ ...film(1), title: 'Heat', year: null }, 'title:heat|'],
])('the name of a film outlives models: %#', (item, key) => {
  expect(filmKey(item)).toBe(key);
});

