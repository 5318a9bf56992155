import { describe, expect, test } from 'vitest';
import type { Result } from '../../../shared/errors.ts';
import { itemId } from '../../../shared/ids.ts';
import type { ModelInfo } from '../../../web/api.ts';
import { Session } from '../../../web/ui/session.svelte.ts';
import { FakeApi, film, model, recommendations, settled } from './fakeApi.ts';

const MANIFEST = 'https://example.test/models/test/manifest.json';
const found = (): Promise<Result<string>> => Promise.resolve({ ok: true, value: MANIFEST });

const catalog = Array.from({ length: 60 }, (_, i) => film(i + 1));

/** A session whose model is loaded, and whose first questions have their answers. */
async function ready(more: Partial<ModelInfo> = {}) {
  const api = new FakeApi();
  const session = new Session(api, found);
  const started = session.start();
  await settled();
  await api.loads[0].answer(model(more));
  await api.onboardings[0].answer(catalog);
  await api.queries[0].answer(recommendations([51, 52], { basis: 'popular', computeMs: 0.2 }));
  await started;
  return { api, session };
}

const ids = (items: readonly { id: unknown }[]) => items.map(({ id }) => id);
const titlesOf = (session: Session) => session.recommendations?.items.map(({ item }) => item.id);

describe('starting', () => {
  test('finds the model, loads it, and asks for films to rate and for the popular ten', async () => {
    const api = new FakeApi();
    const session = new Session(api, found);
    expect(session.status.kind).toBe('idle');
    const started = session.start();
    await settled();
    expect(session.status.kind).toBe('loading');
    expect(api.loads[0].asked).toBe(MANIFEST);

    api.tell({ kind: 'loading', receivedBytes: 400, totalBytes: 1000 });
    expect(session.progress).toMatchObject({ receivedBytes: 400, totalBytes: 1000 });

    await api.loads[0].answer(model());
    expect(session.status.kind).toBe('ready');
    expect(session.model?.items).toBe(300);
    expect(api.queries[0].asked).toEqual({ ratings: [], k: 10, explain: true });
    await api.queries[0].answer(recommendations([3], { computeMs: 0.7 }));
    await api.onboardings[0].answer(catalog);
    await started;
    expect(session.computeMs).toBe(0.7);
    expect(session.offered).toHaveLength(24);
  });

  test('word of a load that is over does not undo its end', async () => {
    const { api, session } = await ready();
    api.tell({ kind: 'loading', receivedBytes: 1, totalBytes: 2 });
    expect(session.status.kind).toBe('ready');
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
    const session = new Session(api, () => Promise.resolve(answers.shift()!));
    await session.start();
    expect(session.status).toMatchObject({ kind: 'failed', error: { code: 'UNREACHABLE' } });
    expect(api.loads).toHaveLength(0);
    void session.start();
    await settled();
    await api.loads[0].answer(model());
    expect(session.status.kind).toBe('ready');
  });

  test('a broken download: failed, with how far it got', async () => {
    const api = new FakeApi();
    const session = new Session(api, found);
    void session.start();
    await settled();
    api.tell({ kind: 'loading', receivedBytes: 400, totalBytes: 1000 });
    await api.loads[0].fail('UNREACHABLE');
    expect(session.status).toMatchObject({ kind: 'failed', error: { code: 'UNREACHABLE' } });
    expect(session.progress.receivedBytes).toBe(400);
    expect(session.model).toBeNull();
  });
});

describe('rating', () => {
  test('asks for a new ten at each change, newest rating first', async () => {
    const { api, session } = await ready();
    void session.rate(film(1), 5);
    void session.rate(film(2), 3.5);
    expect(ids([...session.ratings.values()].map(({ item }) => item))).toEqual([2, 1]);
    void session.rate(film(1), 4);
    expect(ids([...session.ratings.values()].map(({ item }) => item))).toEqual([1, 2]);
    expect(api.queries.at(-1)!.asked.ratings).toEqual([
      { item: 1, rating: 4 },
      { item: 2, rating: 3.5 },
    ]);
    void session.rate(film(2), null);
    expect(session.ratings.has(itemId(2))).toBe(false);
    expect(api.queries).toHaveLength(5);
  });

  test('the newest question wins, in whatever order the answers come', async () => {
    const { api, session } = await ready();
    void session.rate(film(1), 5);
    void session.rate(film(2), 5);
    await api.queries[2].answer(recommendations([22], { computeMs: 2 }));
    await api.queries[1].answer(recommendations([11], { computeMs: 1 }));
    expect(titlesOf(session)).toEqual([22]);
    expect(session.computeMs).toBe(2);
  });

  test('an outdated failure is dropped as well', async () => {
    const { api, session } = await ready();
    void session.rate(film(1), 5);
    void session.rate(film(2), 5);
    await api.queries[2].answer(recommendations([22]));
    await api.queries[1].fail('NOT_READY');
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
    void session.rate(film(1), stars);
    expect(api.queries.at(-1)!.asked.ratings).toEqual([{ item: 1, rating }]);
    expect(session.ratings.get(itemId(1))?.stars).toBe(stars);
  });

  test('start over takes all back, undo brings them again, and a new rating ends that', async () => {
    const { api, session } = await ready();
    void session.rate(film(1), 5);
    void session.rate(film(2), 4);
    void session.clear();
    expect(session.ratings.size).toBe(0);
    expect(api.queries.at(-1)!.asked.ratings).toEqual([]);
    void session.restore();
    expect(session.ratings.size).toBe(2);
    expect(session.cleared).toBeNull();
    void session.clear();
    void session.rate(film(3), 1);
    void session.restore();
    expect([...session.ratings.keys()]).toEqual([3]);
  });
});

describe('failures', () => {
  test('a question without an answer is a failure; the ten before stay; asking again mends it', async () => {
    const { api, session } = await ready();
    void session.rate(film(1), 5);
    await api.queries[1].fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
    expect(titlesOf(session)).toEqual([51, 52]);
    expect(session.status.kind).toBe('ready');

    void session.retry();
    expect(session.failure).toBeNull();
    await api.queries[2].answer(recommendations([9]));
    expect(titlesOf(session)).toEqual([9]);
  });

  test('without films to rate, asking again asks for them too', async () => {
    const api = new FakeApi();
    const session = new Session(api, found);
    void session.start();
    await settled();
    await api.loads[0].answer(model());
    await api.onboardings[0].fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
    void session.retry();
    await api.onboardings[1].answer(catalog);
    expect(session.offered).toHaveLength(24);
  });
});

describe('looking for a title', () => {
  test('results replace each other; what was typed over is dropped', async () => {
    const { api, session } = await ready();
    void session.search('al');
    void session.search('alien ');
    await api.searches[1].answer([film(7)]);
    await api.searches[0].answer([film(1), film(2)]);
    expect(session.found).toEqual({ text: 'alien', items: [film(7)] });
    expect(session.text).toBe('alien ');
  });

  test('an empty field ends it, also while an answer is on its way', async () => {
    const { api, session } = await ready();
    void session.search('alien');
    void session.search('  ');
    await api.searches[0].answer([film(7)]);
    expect(session.found).toBeNull();
    expect(api.searches).toHaveLength(1);
  });

  test('the results before stay until there are new ones', async () => {
    const { api, session } = await ready();
    void session.search('a');
    await api.searches[0].answer([film(7)]);
    void session.search('al');
    expect(session.found?.items).toHaveLength(1);
    await api.searches[1].fail('NOT_READY');
    expect(session.failure?.code).toBe('NOT_READY');
  });
});

describe('films to rate', () => {
  test('one not seen makes room for the next', async () => {
    const { session } = await ready();
    session.setUnseen(film(2));
    expect(ids(session.offered).slice(0, 3)).toEqual([1, 3, 4]);
    expect(session.offered).toHaveLength(24);
    expect(session.offered.at(-1)?.id).toBe(25);
  });

  test('a film that was looked for and rated comes first, and stays when its rating goes', async () => {
    const { session } = await ready();
    void session.rate(film(90), 5);
    void session.rate(film(91), 5);
    void session.rate(film(1), 2);
    expect(ids(session.offered).slice(0, 3)).toEqual([91, 90, 1]);
    void session.rate(film(90), null);
    expect(ids(session.offered).slice(0, 3)).toEqual([91, 90, 1]);
    expect(new Set(ids(session.offered)).size).toBe(session.offered.length);
  });

  test('one not seen that is rated after all is offered again', async () => {
    const { session } = await ready();
    session.setUnseen(film(2));
    void session.rate(film(2), 3);
    expect(ids(session.offered)).toContain(2);
    expect(new Set(ids(session.offered)).size).toBe(session.offered.length);
  });
});
