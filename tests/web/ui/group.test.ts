import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeTasteCode } from '../../../shared/tasteCode.ts';
import { filmKey, type KeptFilm, type Verdict } from '../../../web/store/keptFilm.ts';
import { FIRST_PROFILE } from '../../../web/store/profile.ts';
import { MemoryStore } from '../../../web/store/memoryStore.ts';
import { readInvite, writeInvite } from '../../../web/ui/group/invite.ts';
import { GROUP_WORDS } from '../../../web/ui/group/words.ts';
import { Group } from '../../../web/ui/session/group.svelte.ts';
import { peopleOf } from '../../../web/ui/session/people.svelte.ts';
import { Session } from '../../../web/ui/session/session.svelte.ts';
import { FakeApi, film, model, recommendations, settled } from './fakeApi.ts';

const MODEL = 'a1b2c3d4e5f60718';
const CODE = writeTasteCode(Float32Array.from([1, -1, 0.5]), MODEL);
const kept = (id: number, verdict: Verdict): KeptFilm => ({ key: filmKey(film(id)), item: film(id), verdict, at: id });
const rated = (id: number, stars: number): KeptFilm => kept(id, { kind: 'rated', stars });
const BEN = { id: 'ben', name: 'Ben', without: ['War', 'Opera'], since: 9 };

/** Somebody here who rated film 1, and Ben, who rated, saw, dismissed and listed others. */
async function ready(store = new MemoryStore()) {
  const api = new FakeApi();
  await store.write(FIRST_PROFILE.id, [[rated(1, 4).key, rated(1, 4)]]);
  await store.saveProfile(BEN, [rated(2, 5), kept(3, { kind: 'seen' }), kept(4, { kind: 'dismissed' }), kept(5, { kind: 'watchlist' })]);
  const session = new Session(api, store, () => Promise.resolve({ ok: true, value: 'https://example.test/m.json' }));
  const started = session.start();
  await settled();
  await api.loads[0].answer(model({ modelId: MODEL }));
  await api.onboardings[0].answer([]);
  await api.factsAsked[0].answer({ genres: [{ name: 'Drama', items: 60 }, { name: 'War', items: 6 }], decades: [] });
  await api.queries.at(-1)!.answer(recommendations([51]));
  await started;
  const group = new Group(session, store);
  const opened = group.open();
  await settled();
  return { api, session, store, group, opened, asked: () => api.groups.at(-1)!.asked };
}

describe('a group', () => {
  test('asks for all who are there: their ratings, what none of them may see, what each leaves out', async () => {
    const { group, asked } = await ready();
    expect(group.present.map(({ name, rated: count }) => [name, count])).toEqual([['', 1], ['Ben', 1]]);
    expect(asked()).toEqual({
      // Of what Ben leaves out, this catalogue has War alone.
      members: [{ ratings: [{ item: 1, rating: 4 }] }, { ratings: [{ item: 2, rating: 5 }], filter: { withoutGenres: ['War'] } }],
      fairness: 0.3,
      exclude: [4, 3],
    });
  });

  test('a list that nobody looks at any more asks nothing, also when something was still being read', async () => {
    const listeners = new Set<unknown>();
    class WatchedStore extends MemoryStore {
      override watch(...[listener]: unknown[]): () => void {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      }
    }
    const { api, group } = await ready(new WatchedStore());
    const [asked, listening] = [api.groups.length, listeners.size];
    const reading = group.read();
    group.close();
    await reading;
    group.set({ seenToo: true });
    expect(api.groups).toHaveLength(asked);
    expect(listeners.size).toBe(listening - 1);
  });

  test('the answer is for those whom it was asked for, and an older one does not come after a newer one', async () => {
    const { api, group } = await ready();
    const older = api.groups.at(-1)!;
    group.set({ seenToo: true, onlyListed: true });
    const newer = api.groups.at(-1)!;
    expect(newer.asked).toMatchObject({ seenToo: true, exclude: [4], filter: { only: [5] } });
    await newer.answer({ items: [], computeMs: 2 });
    await older.answer({ items: [], computeMs: 1 });
    expect(group.answer?.computeMs).toBe(2);
    expect(group.asked.map(({ id }) => id)).toEqual(['first', 'ben']);
  });

  test('of one is none', async () => {
    const { api, group } = await ready();
    const before = api.groups.length;
    group.turn('ben');
    await settled();
    expect(api.groups).toHaveLength(before);
    expect(group.answer).toBeNull();
    group.turn('ben');
    expect(api.groups).toHaveLength(before + 1);
  });

  test('a friend comes by a code, which is kept; a newer code of the same name takes its place', async () => {
    const { group, store, asked } = await ready();
    void group.invite({ name: 'Cleo', code: CODE, without: ['Drama'] });
    await settled();
    expect(asked().members.at(-1)).toEqual({ taste: CODE, filter: { withoutGenres: ['Drama'] } });
    const newer = writeTasteCode(Float32Array.from([1, 1, 1]), MODEL);
    void group.invite({ name: 'Cleo', code: newer, without: [] });
    await settled();
    expect((await store.settings()).guests).toEqual([{ name: 'Cleo', code: newer, without: [] }]);
  });

  test('a friend who is sent away can be called back', async () => {
    const { group, session } = await ready();
    void group.invite({ name: 'Cleo', code: CODE, without: [] });
    await settled();
    void group.dismiss(CODE, 'gone');
    await settled();
    expect(group.guests).toEqual([]);
    expect(session.library.done?.text).toBe('gone');
    void session.library.undo();
    await settled();
    expect(group.guests).toHaveLength(1);
  });

  test('codes are looked at before they are let in', async () => {
    const { group } = await ready();
    expect(group.refusalOf(CODE)).toBeNull();
    expect(group.refusalOf(CODE.slice(1))).toBe('damaged');
    expect(group.refusalOf(writeTasteCode(new Float32Array(3), 'ffffffffffffffff'))).toBe('otherModel');
  });

  test('a code that another model understands stays, but takes no part', async () => {
    const { group } = await ready();
    void group.invite({ name: 'Old', code: writeTasteCode(new Float32Array(3).fill(1), 'ffffffffffffffff'), without: [] });
    await settled();
    expect(group.watchers.at(-1)).toMatchObject({ name: 'Old', outdated: true });
    expect(group.present).toHaveLength(2);
  });
});

describe('the people of a device', () => {
  test('who comes is here with films of their own, and what they leave out', async () => {
    const { session, store, api } = await ready();
    const people = peopleOf(store, session.library);
    expect(peopleOf(store, session.library)).toBe(people);
    const using = session.library.use(people.list[1]);
    await settled();
    await using;
    expect(session.library.rated.map(({ item }) => item.id)).toEqual([2]);
    expect(api.queries.at(-1)!.asked).toMatchObject({ ratings: [{ item: 2, rating: 5 }], filter: { withoutGenres: ['War'] }, exclude: [3, 4] });
    expect((await store.settings()).profile).toBe('ben');
    void session.library.rate(film(7), 3);
    await settled();
    expect(await store.film('ben', filmKey(film(7)))).not.toBeNull();
    expect(await store.film(FIRST_PROFILE.id, filmKey(film(7)))).toBeNull();
  });

  test('what is left out is kept with the person; genres of other catalogues stay as they are', async () => {
    const { session, store } = await ready();
    const ben = (await store.profiles())[1];
    void session.library.use(ben);
    await settled();
    session.steering.turnGenre('War'); // out, and in again
    await settled();
    expect((await store.profiles())[1].without).toEqual(['Opera']);
    session.steering.turnGenre('Drama');
    session.steering.turnGenre('Drama');
    await settled();
    expect((await store.profiles())[1].without).toEqual(['Drama', 'Opera']);
    session.steering.reset();
    await settled();
    expect((await store.profiles())[1].without).toEqual(['Opera']);
  });

  test('a genre that is left out is so from the first question on', async () => {
    const store = new MemoryStore();
    await store.saveProfile({ ...FIRST_PROFILE, without: ['War'] });
    const api = new FakeApi();
    const session = new Session(api, store, () => Promise.resolve({ ok: true, value: 'https://example.test/m.json' }));
    void session.start();
    await settled();
    await api.loads[0].answer(model());
    expect(api.queries).toEqual([]);
    await api.factsAsked[0].answer({ genres: [{ name: 'War', items: 6 }], decades: [] });
    expect(api.queries.map(({ asked }) => asked.filter)).toEqual([{ withoutGenres: ['War'] }]);
  });

  test('nobody has no name, and nobody is removed for good at once', async () => {
    const { session, store } = await ready();
    const people = peopleOf(store, session.library);
    await settled();
    expect(await people.add('  ')).toBeNull();
    const added = await people.add('  Cleo   and  Co ');
    expect(added?.name).toBe('Cleo and Co');
    await people.remove(people.list[1], 'Ben is gone');
    expect(await store.films('ben')).toEqual([]);
    await session.library.undo();
    expect((await store.profiles()).map(({ name }) => name)).toEqual(['', 'Ben', 'Cleo and Co']);
    expect(await store.films('ben')).toHaveLength(4);
  });

  test('who is removed while they are here leaves the place to another', async () => {
    const { session, store } = await ready();
    const people = peopleOf(store, session.library);
    await settled();
    await people.remove(people.list[0], 'gone');
    expect(session.library.profile.id).toBe('ben');
    expect(session.library.rated.map(({ item }) => item.id)).toEqual([2]);
  });
});

describe('an invitation', () => {
  test('survives its link', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }), (name, without) => {
        const invite = { name: name.trim().replace(/\s+/g, ' '), code: CODE, without };
        expect(readInvite(writeInvite(invite, 'https://example.test/app/posters.html'))).toEqual(invite);
      }),
    );
  });

  test('stands behind #, where no server sees it', () => {
    expect(new URL(writeInvite({ name: 'Ann', code: CODE, without: [] }, 'https://example.test/app/')).search).toBe('');
  });

  test.each([[` ${CODE}\n`, CODE], [`Look: https://example.test/#/group?taste=${CODE} !`, CODE], ['hello', undefined], ['', undefined], ['https://example.test/#/group', undefined]])('%j', (text, code) => {
    expect(readInvite(text)?.code).toBe(code);
  });
});

test('both catalogues have the same messages', () => {
  const shape = (value: unknown): unknown => (value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])) : typeof value);
  expect(shape(GROUP_WORDS['de'])).toEqual(shape(GROUP_WORDS['en']));
});
