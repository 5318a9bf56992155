import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createApi } from '../../../web/server/api.ts';
import { onDisk } from '../../../web/server/files.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';
import { RecommenderService } from '../../../web/service.ts';
import { memorySource, tinyModel } from '../../support/tinyModel.ts';

let api: FastifyInstance;
beforeAll(async () => {
  api = await createApi(await ModelHost.open(inject('sampleModel')));
});
afterAll(() => api.close());

const post = (payload: unknown, type = 'application/json') =>
  api.inject({ method: 'POST', url: '/v1/recommendations', headers: { 'content-type': type }, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) });

describe('POST /v1/recommendations', () => {
  test('ten films, with reasons when asked', async () => {
    const plain = await post({ ratings: [{ item: 1, rating: 5 }] });
    expect(plain.statusCode).toBe(200);
    expect(plain.json().items).toHaveLength(10);
    expect(plain.json().items[0]).not.toHaveProperty('because');
    const explained = (await post({ ratings: [{ item: 1, rating: 5 }], explain: true, k: 3 })).json();
    expect(explained.items).toHaveLength(3);
    expect(explained.items[0].because[0]).toMatchObject({ item: 1 });
  });

  test('an empty list gives the popular start', async () => {
    expect((await post({ ratings: [] })).json()).toMatchObject({ basis: 'popular', unknown: [] });
  });

  test('unknown ids are named', async () => {
    expect((await post({ ratings: [{ item: 'nope', rating: 5 }] })).json()).toMatchObject({ basis: 'popular', unknown: ['nope'] });
  });

  test.each<[string, unknown, number, Record<string, unknown>]>([
    ['a rating out of range', { ratings: [{ item: 1, rating: 5 }, { item: 2, rating: 9 }] }, 422, { code: 'RATING_OUT_OF_RANGE', pointer: '/ratings/1/rating' }],
    ['no ratings', {}, 422, { code: 'BAD_QUERY', pointer: '/ratings' }],
    ['ratings that are no list', { ratings: 'all' }, 422, { pointer: '/ratings' }],
    ['a rating as text', { ratings: [{ item: 1, rating: '5' }] }, 422, { pointer: '/ratings/0/rating' }],
    ['a rating without an item', { ratings: [{ rating: 5 }] }, 422, { pointer: '/ratings/0/item' }],
    ['a rating that names a film twice', { ratings: [{ item: 1, imdbId: 'tt0133093', rating: 5 }] }, 422, { code: 'BAD_QUERY', pointer: '/ratings/0' }],
    ['an IMDb id that is none', { ratings: [{ imdbId: '133093', rating: 5 }] }, 422, { pointer: '/ratings/0/imdbId' }],
    ['a genre that does not exist', { ratings: [], filter: { withoutGenres: ['Opera'] } }, 422, { pointer: '/filter/withoutGenres/0' }],
    ['an unknown word in the filter', { ratings: [], filter: { genre: ['Drama'] } }, 422, { pointer: '/filter' }],
    ['a model that is not there', { ratings: [], model: '../secret' }, 404, { code: 'NOT_FOUND', pointer: '/model' }],
    ['a key that means to reach prototypes', '{"ratings": [], "__proto__": {"k": 1}}', 422, { pointer: '' }],
    ['one of constructors', '{"ratings": [{"item": 1, "rating": 5, "constructor": {"prototype": 1}}]}', 422, { pointer: '/ratings/0' }],
    ['an unknown field', { ratings: [], user: 3 }, 422, { pointer: '' }],
    ['k too large', { ratings: [], k: 1001 }, 422, { pointer: '/k' }],
    ['variety beyond 1', { ratings: [], variety: 1.01 }, 422, { pointer: '/variety' }],
    ['popularity below -1', { ratings: [], popularity: -2 }, 422, { pointer: '/popularity' }],
    ['variety beyond 1', { ratings: [], variety: 1.01 }, 422, { pointer: '/variety' }],
    ['popularity below -1', { ratings: [], popularity: -2 }, 422, { pointer: '/popularity' }],
    ['a body that is no JSON', '{', 400, {}],
    ['an empty body', '', 400, {}],
    ['too many ratings', { ratings: Array.from({ length: 5001 }, (_, i) => ({ item: i, rating: 3 })) }, 422, { pointer: '/ratings' }],
    ['a body above 256 kB', { ratings: [], padding: 'x'.repeat(300_000) }, 413, {}],
  ])('%s is a problem with its place', async (_, body, status, expected) => {
    const response = await post(body);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.json()).toMatchObject({ type: 'about:blank', status, ...expected });
    expect(response.json().detail).toBeTruthy();
  });

  test('another content type is a problem', async () => {
    expect((await post('a=b', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
  });
});

describe('GET /v1/items and /v1/onboarding', () => {
  test('titles by what somebody types', async () => {
    const response = await api.inject('/v1/items?q=godfather&limit=1');
    expect(response.json().items).toMatchObject([{ title: 'The Godfather', year: 1972 }]);
  });

  test('without a question is a problem', async () => {
    expect((await api.inject('/v1/items')).json()).toMatchObject({ status: 422, pointer: '/q' });
    expect((await api.inject('/v1/items?q=a&limit=zero')).json()).toMatchObject({ status: 422, pointer: '/limit' });
  });

  test('onboarding lists known titles', async () => {
    expect((await api.inject('/v1/onboarding?limit=5')).json().items).toHaveLength(5);
  });
});

describe('films by the ids of IMDb and TMDB', () => {
  test('are those of our own ids', async () => {
    const [film] = (await api.inject('/v1/items?q=alien 1979&limit=1')).json().items;
    const own = (await post({ ratings: [{ item: film.id, rating: 5 }] })).json();
    for (const id of [{ imdbId: film.imdbId }, { tmdbId: film.tmdbId }].filter((ids) => Object.values(ids)[0] !== null)) {
      expect((await post({ ratings: [{ ...id, rating: 5 }] })).json().items).toEqual(own.items);
    }
  });

  test('are named where the model does not know them', async () => {
    const answer = (await post({ ratings: [{ imdbId: 'tt9999999', rating: 5 }, { tmdbId: 999_999_999, rating: 5 }] })).json();
    expect(answer.unknown).toEqual(['imdb:tt9999999', 'tmdb:999999999']);
  });
});

describe('POST /v1/recommendations:batch', () => {
  const batch = (payload: object) => api.inject({ method: 'POST', url: '/v1/recommendations:batch', payload });

  test('answers each question as if it had come alone, in their order', async () => {
    const queries = Array.from({ length: 25 }, (_, i) => ({ ratings: [{ item: i + 1, rating: 4 }], k: 1 + (i % 3) }));
    const alone = await Promise.all(queries.map(async (query) => (await post(query)).json().items));
    const { answers } = (await batch({ queries })).json();
    expect(answers.map(({ items }: { items: unknown }) => items)).toEqual(alone);
  });

  test('says which question is at fault, and answers none', async () => {
    const response = await batch({ queries: [{ ratings: [] }, { ratings: [{ item: 1, rating: 77 }] }] });
    expect(response.json()).toMatchObject({ status: 422, code: 'RATING_OUT_OF_RANGE', pointer: '/queries/1/ratings/0/rating' });
  });
});

describe('GET /v1/items/{id}', () => {
  test('is one film, and films like it', async () => {
    const [film] = (await api.inject('/v1/items?q=the godfather&limit=1')).json().items;
    const one = await api.inject(`/v1/items/${film.id}`);
    expect(one.json()).toEqual(film);
    expect(one.headers['x-model-id']).toMatch(/^[0-9a-f]{16}$/);
    const { items } = (await api.inject(`/v1/items/${film.id}/similar?k=3`)).json();
    expect(items).toHaveLength(3);
    expect(items[0].similarity).toBeGreaterThan(items[2].similarity);
    expect(items.map(({ item }: { item: { id: number } }) => item.id)).not.toContain(film.id);
  });

  test('that does not exist is a problem', async () => {
    for (const url of ['/v1/items/nope', '/v1/items/nope/similar']) expect((await api.inject(url)).json()).toMatchObject({ status: 404, pointer: '/item' });
    expect((await api.inject('/v1/items/1/similar?k=0')).json()).toMatchObject({ status: 422, pointer: '/k' });
  });
});

test('an unknown address is a problem', async () => {
  expect((await api.inject('/v2/nothing')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test.each([
  ['too long', `/v1/items/${'0'.repeat(500)}`, 414],
  ['no address', '/v1/items/%zz', 400],
])('an address that is %s is a problem, too', async (_, url, status) => {
  const response = await api.inject(url);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.json()).toMatchObject({ status });
});

test('/docs and its OpenAPI 3.1 document are served', async () => {
  expect((await api.inject('/docs/')).statusCode).toBe(200);
  const document = (await api.inject('/docs/json')).json();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual([
    '/v1/recommendations',
    '/v1/recommendations:batch',
    '/v1/users/{id}/recommendations',
    '/v1/items',
    '/v1/items/{id}',
    '/v1/items/{id}/similar',
    '/v1/onboarding',
    '/v1/models',
    '/v1/models/{name}',
  ]);
  for (const path of Object.values<Record<string, { operationId: string; responses: object }>>(document.paths)) {
    for (const { operationId, responses } of Object.values(path)) {
      expect(operationId).toMatch(/^\w+$/);
      expect(responses).toMatchObject({ '4XX': { content: { 'application/problem+json': {} } } });
    }
  }
});

describe('RecommenderService', () => {
  test('asks newcomers what the model says, and has a map for who wants one', async () => {
    const files = await tinyModel({ extras: true });
    const service = new RecommenderService({ ...onDisk, openSource: () => memorySource(files) });
    expect(await service.load('tiny')).toMatchObject({ ok: true, value: { hasMap: true } });
    const asked = await service.onboarding(3);
    expect(asked).toMatchObject({ ok: true, value: [{ title: 'Film 39' }, { title: 'Film 36' }, { title: 'Film 33' }] });
    expect(await service.map()).toMatchObject({ ok: true, value: { regions: [{ label: 'Drama' }] } });
    const without = await tinyModel();
    const plain = new RecommenderService({ ...onDisk, openSource: () => memorySource(without) });
    expect(await plain.load('tiny')).toMatchObject({ ok: true, value: { hasMap: false } });
    expect(await plain.onboarding(2)).toMatchObject({ ok: true, value: [{ title: 'Film 0' }, { title: 'Film 1' }] });
    expect(await plain.map()).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  test('a failed load keeps the model before', async () => {
    const service = new RecommenderService(onDisk);
    await service.load(inject('sampleModel'));
    const nowhere = await mkdtemp(join(tmpdir(), 'framerate-none-'));
    expect(await service.load(nowhere)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(await service.recommend({ ratings: [] })).toMatchObject({ ok: true });
    await rm(nowhere, { recursive: true });
  });

  test('tells what it is at', async () => {
    const seen: string[] = [];
    const service = new RecommenderService(onDisk);
    await service.watch((status) => seen.push(status.kind));
    await service.load(inject('sampleModel'));
    expect([...new Set(seen)]).toEqual(['idle', 'loading', 'ready']);
  });
});
