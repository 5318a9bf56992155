import { describe, expect, test } from 'vitest';
import type { Result } from '../../../shared/errors.ts';
import { itemId } from '../../../shared/ids.ts';
import type { ModelInfo } from '../../../web/api.ts';
import { MemoryStore } from '../../../web/store/memoryStore.ts';
import { Session } from '../../../web/ui/session/session.svelte.ts';
import { FakeApi, film, model, recommendations, settled } from './fakeApi.ts';

const MANIFEST = 'https://example.test/models/test/manifest.json';
const found = (): Promise<Result<string>> => Promise.resolve({ ok: true, value: MANIFEST });

const catalog = Array.from({ length: 60 }, (_, i) => film(i + 1));

/** A session whose model is loaded, and whose first questions have their answers. */
async function ready(more: Partial<ModelInfo> = {}, store = new MemoryStore()) {
  const api = new FakeApi();
  const session = new Session(api, store, found);
  const started = session.start();
  await settled();
  await api.loads[0].answer(model(more));
  await api.onboardings[0].answer(catalog);
  await api.factsAsked[0].answer({ genres: [{ name: 'Drama', items: 60 }], decades: [{ decade: 1980, items: 9 }] });
  await api.queries.at(-1)!.answer(recommendations([51, 52], { basis: 'popular', computeMs: 0.2 }));
  await started;
  return { api, session, store };
}

const ids = (items: readonly { id: unknown }[]) => items.map(({ id }) => id);
const ratedIds = (session: Session) => session.library.rated.map(({ item }) => item.id);
const tenIds = (session: Session) => session.ten.recommendations?.items.map(({ item }) => item.id);
const asked = (api: FakeApi) => api.queries.at(-1)!.asked;

describe('starting', () => {
  test('finds the model, loads it, and asks for films to rate and for the popular ten', async () => {
    const api = new FakeApi();
    const session = new Session(api, new MemoryStore(), found);
    expect(session.engine.status.kind).toBe('idle');
    const started = session.start();
    await settled();
    expect(session.engine.status.kind).toBe('loading');
    expect(api.loads[0].asked).toBe(MANIFEST);

    api.tell({ kind: 'loading', receivedBytes: 400, totalBytes: 1000 });
    expect(session.engine.progress).toMatchObject({ receivedBytes: 400, totalBytes: 1000 });

    await api.loads[0].answer(model());
    expect(session.engine.status.kind).toBe('ready');
    expect(session.engine.model?.items).toBe(300);
    expect(asked(api)).toEqual({ ratings: [], k: 10, explain: true });
    await api.queries[0].answer(recommendations([3], { computeMs: 0.7 }));
    await api.onboardings[0].answer(catalog);
    await api.factsAsked[0].answer({ genres: [], decades: [] });
    await started;
    expect(session.ten.recommendations?.computeMs).toBe(0.7);
    expect(session.offers.films).toHaveLength(24);
  });

  test('word of a load that is over does not undo its end', async () => {
    const { api, session } = await ready();
    api.tell({ kind: 'loading', receivedBytes: 1, totalBytes: 2 });
    expect(session.engine.status.kind).toBe('ready');
  });

  test('a second start while the first goes on, or after it, does nothing', async () => {
    const { api, session } = await ready();
    await session.start();
    expect(api.loads).toHaveLength(1);
  });

  test('no address: failed, and the next start tries anew', async () => {
    const api = new FakeApi();
    const answers: Result<string>[] = [
      { ok: false, error: { code: 'UNREACHABLE', message: 'no answer' } },
      { ok: true, value: MANIFEST },
    ];
    const session = new Session(api, new MemoryStore(), () => Promise.resolve(answers.shift()!));
    await session.start();
    expect(session.engine.status).toMatchObject({ kind: 'failed', error: { code: 'UNREACHABLE' } });
    expect(api.loads).toHaveLength(0);
    void session.start();
    await settled();
    await api.loads[0].answer(model());
    expect(session.engine.status.kind).toBe('ready');
  });

  test('a broken download: failed, with how far it got', async () => {
    const api = new FakeApi();
    const session = new Session(api, new MemoryStore(), found);
    void session.start();
    await settled();
    api.tell({ kind: 'loading', receivedBytes: 400, totalBytes: 1000 });
    await api.loads[0].fail('UNREACHABLE');
    expect(session.engine.status).toMatchObject({ kind: 'failed', error: { code: 'UNREACHABLE' } });
    expect(session.engine.progress.receivedBytes).toBe(400);
    expect(session.engine.model).toBeNull();
  });

  test('what was kept is asked with from the first question on, and not offered again', async () => {
    const store = new MemoryStore();
    const first = await ready({}, store);
    first.session.rate(film(1), 4.5);
    await settled();
    const { api, session } = await ready({}, store);
    expect(api.queries.map(({ asked }) => asked.ratings)).toEqual(api.queries.map(() => [{ item: 1, rating: 4.5 }]));
    expect(ids(session.offers.films)).not.toContain(1);
  });
});

describe('another model', () => {
  test('one that cannot be had changes nothing', async () => {
    const { api, session } = await ready({ name: 'old' });
    const changed = session.change('https://example.test/models/new/manifest.json');
    await api.loads[1].fail('BAD_DIGEST');
    expect((await changed)?.code).toBe('BAD_DIGEST');
    expect(session.engine.model?.name).toBe('old');
    expect(session.engine.manifestUrl).toBe(MANIFEST);
  });

  test('films that it does not know are kept, but in no question', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    session.rate(film(2), 4);
    api.strangers.add('Film 1');
    const changed = session.change('https://example.test/models/new/manifest.json');
    await api.loads[1].answer(model({ name: 'new' }));
    expect(asked(api).ratings).toEqual([{ item: 2, rating: 4 }]);
    expect(session.library.strangers.map(({ item }) => item.id)).toEqual([1]);
    expect(session.library.everything).toHaveLength(2);
    await api.queries.at(-1)!.answer(recommendations([9]));
    await api.onboardings[1].answer(catalog);
    await api.factsAsked[1].answer({ genres: [], decades: [] });
    expect(await changed).toBeNull();
  });
});

describe('rating', () => {
  test('asks for a new ten at each change, newest rating first', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    await new Promise((done) => setTimeout(done, 2)); // the clock goes in whole ms
    session.rate(film(2), 3.5);
    expect(ratedIds(session)).toEqual([2, 1]);
    await new Promise((done) => setTimeout(done, 2));
    session.rate(film(1), 4);
    expect(ratedIds(session)).toEqual([1, 2]);
    expect(asked(api).ratings).toEqual([
      { item: 1, rating: 4 },
      { item: 2, rating: 3.5 },
    ]);
    session.rate(film(2), null);
    expect(ratedIds(session)).toEqual([1]);
  });

  test('the newest question wins, in whatever order the answers come', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    session.rate(film(2), 5);
    await api.queries.at(-1)!.answer(recommendations([22], { computeMs: 2 }));
    await api.queries.at(-2)!.answer(recommendations([11], { computeMs: 1 }));
    expect(tenIds(session)).toEqual([22]);
  });

  test('an outdated failure is dropped as well', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    session.rate(film(2), 5);
    await api.queries.at(-1)!.answer(recommendations([22]));
    await api.queries.at(-2)!.fail('NOT_READY');
    expect(session.failure).toBeNull();
  });

  test.each([
    ['0.5 to 5', { min: 0.5, max: 5 }, 0.5, 0.5],
    ['1 to 5', { min: 1, max: 5 }, 0.5, 1],
    ['1 to 5', { min: 1, max: 5 }, 4.5, 4.5],
    ['1 to 10', { min: 1, max: 10 }, 4.5, 9],
    ['1 to 10', { min: 1, max: 10 }, 0.5, 1],
  ])('on a scale from %s, %#', async (_name, ratingScale, stars, rating) => {
    const { api, session } = await ready({ ratingScale });
    session.rate(film(1), stars);
    expect(asked(api).ratings).toEqual([{ item: 1, rating }]);
    expect(session.library.stars(itemId(1))).toBe(stars);
  });

  test('start over takes all back, undo brings them again, and a new rating ends that', async () => {
    const { api, session } = await ready();
    const { library } = session;
    session.rate(film(1), 5);
    session.rate(film(2), 4);
    void library.clear('gone');
    expect(library.rated).toHaveLength(0);
    expect(asked(api).ratings).toEqual([]);
    void library.undo();
    expect(library.rated).toHaveLength(2);
    expect(library.done).toBeNull();
    void library.clear('gone');
    session.rate(film(3), 1);
    void library.undo();
    expect(ratedIds(session)).toEqual([3]);
  });
});

describe('verdicts', () => {
  test('what was dismissed or seen does not come; undo brings it back', async () => {
    const { api, session } = await ready();
    const { library, steering } = session;
    void library.say(film(51), { kind: 'dismissed' }, 'gone');
    void library.say(film(52), { kind: 'seen' }, 'seen');
    expect(new Set(asked(api).exclude)).toEqual(new Set([51, 52]));
    steering.set({ hideSeen: false });
    expect(asked(api).exclude).toEqual([51]);
    void library.undo();
    expect(library.verdict(itemId(52))).toBeNull();
  });

  test('what is rated leaves the watchlist', async () => {
    const { session } = await ready();
    void session.library.say(film(9), { kind: 'watchlist' });
    session.rate(film(9), 3);
    expect(session.library.watchlist).toEqual([]);
    expect(session.library.stars(itemId(9))).toBe(3);
  });
});

describe('what if', () => {
  test('ratings are tried, and forgotten without a trace', async () => {
    const { api, session, store } = await ready();
    const { library } = session;
    session.rate(film(1), 5);
    await settled();
    library.tryOut();
    session.rate(film(1), 1);
    session.rate(film(2), 4);
    expect(asked(api).ratings).toHaveLength(2);
    await settled();
    expect((await store.films('first')).map(({ verdict }) => verdict)).toEqual([{ kind: 'rated', stars: 5 }]);
    void library.endTrial();
    expect(asked(api).ratings).toEqual([{ item: 1, rating: 5 }]);
  });

  test('or kept, all together, with a way back', async () => {
    const { session, store } = await ready();
    const { library } = session;
    session.rate(film(1), 5);
    library.tryOut();
    session.rate(film(1), null);
    session.rate(film(2), 4);
    await library.endTrial((count) => `${count} kept`);
    expect((await store.films('first')).map(({ item }) => item.id)).toEqual([2]);
    expect(library.done?.text).toBe('2 kept');
    await library.undo();
    expect((await store.films('first')).map(({ item }) => item.id)).toEqual([1]);
  });
});

describe('steering', () => {
  test('a genre turns from either to in, out, and either again', async () => {
    const { api, session } = await ready();
    session.steering.turnGenre('War');
    expect(asked(api).filter).toEqual({ genres: ['War'] });
    session.steering.turnGenre('War');
    expect(asked(api).filter).toEqual({ withoutGenres: ['War'] });
    session.steering.turnGenre('War');
    expect(asked(api)).not.toHaveProperty('filter');
  });

  test.each<[string, number[], { from: number; to: number } | null]>([
    ['one decade', [1980], { from: 1980, to: 1989 }],
    ['the same again: all', [1980, 1980], null],
    ['a span', [1980, 2000], { from: 1980, to: 2009 }],
    ['shrunk at its start', [1980, 2000, 1980], { from: 1990, to: 2009 }],
    ['shrunk at its end', [1980, 2000, 2000], { from: 1980, to: 1999 }],
    ['one from its middle', [1960, 2000, 1980], { from: 1980, to: 1989 }],
  ])('decades: %s', async (_name, turns, years) => {
    const { session } = await ready();
    for (const decade of turns) session.steering.turnDecade(decade);
    expect(session.steering.years).toEqual(years);
  });

  test('only the watchlist, also when it is empty', async () => {
    const { api, session } = await ready();
    session.steering.set({ onlyWatchlist: true });
    expect(asked(api).filter).toEqual({ only: [] });
    void session.library.say(film(4), { kind: 'watchlist' });
    expect(asked(api).filter).toEqual({ only: [4] });
  });

  test('a rating that does not count is still no recommendation', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    session.rate(film(2), 5);
    session.steering.turnRating(itemId(1));
    expect(asked(api)).toMatchObject({ ratings: [{ item: 2, rating: 5 }], exclude: [1] });
    session.steering.countAll();
    expect(asked(api).ratings).toHaveLength(2);
    expect(asked(api)).not.toHaveProperty('exclude');
  });
});

describe('failures', () => {
  test('a question without an answer is a failure; the ten before stay; asking again mends it', async () => {
    const { api, session } = await ready();
    session.rate(film(1), 5);
    await api.queries.at(-1)!.fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
    expect(tenIds(session)).toEqual([51, 52]);
    expect(session.engine.status.kind).toBe('ready');

    void session.retry();
    expect(session.failure).toBeNull();
    await api.queries.at(-1)!.answer(recommendations([9]));
    expect(tenIds(session)).toEqual([9]);
  });

  test('without films to rate, asking again asks for them too', async () => {
    const api = new FakeApi();
    const session = new Session(api, new MemoryStore(), found);
    void session.start();
    await settled();
    await api.loads[0].answer(model());
    await api.onboardings[0].fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
    void session.retry();
    await api.onboardings[1].answer(catalog);
    expect(session.offers.films).toHaveLength(24);
  });
});

describe('looking for a title', () => {
  test('results replace each other; what was typed over is dropped', async () => {
    const { api, session } = await ready();
    void session.search.ask('al');
    void session.search.ask('alien ');
    await api.searches[1].answer([film(7)]);
    await api.searches[0].answer([film(1), film(2)]);
    expect(session.search.found).toEqual({ text: 'alien', items: [film(7)] });
    expect(session.search.text).toBe('alien ');
  });

  test('an empty field ends it, also while an answer is on its way', async () => {
    const { api, session } = await ready();
    void session.search.ask('alien');
    void session.search.ask('  ');
    await api.searches[0].answer([film(7)]);
    expect(session.search.found).toBeNull();
    expect(api.searches).toHaveLength(1);
  });

  test('the results before stay until there are new ones', async () => {
    const { api, session } = await ready();
    void session.search.ask('a');
    await api.searches[0].answer([film(7)]);
    void session.search.ask('al');
    expect(session.search.found?.items).toHaveLength(1);
    await api.searches[1].fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
  });
});

describe('films to rate', () => {
  test('one not seen makes room for the next', async () => {
    const { session } = await ready();
    void session.library.say(film(2), { kind: 'unseen' });
    expect(ids(session.offers.films).slice(0, 3)).toEqual([1, 3, 4]);
    expect(session.offers.films).toHaveLength(24);
    expect(session.offers.films.at(-1)?.id).toBe(25);
  });

  test('a film that was looked for and rated comes first, and stays when its rating goes', async () => {
    const { session } = await ready();
    for (const id of [90, 91, 1]) session.rate(film(id), 5);
    expect(ids(session.offers.films).slice(0, 3)).toEqual([91, 90, 1]);
    session.rate(film(90), null);
    expect(ids(session.offers.films).slice(0, 3)).toEqual([91, 90, 1]);
    expect(new Set(ids(session.offers.films)).size).toBe(session.offers.films.length);
  });

  test('one not seen that is rated after all is offered again', async () => {
    const { session } = await ready();
    void session.library.say(film(2), { kind: 'unseen' });
    session.rate(film(2), 3);
    expect(ids(session.offers.films)).toContain(2);
    expect(new Set(ids(session.offers.films)).size).toBe(session.offers.films.length);
  });
});
