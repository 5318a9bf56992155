import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { memorySource, tinyModel } from '../support/tinyModel.ts';
import { createApi } from '../../web/server/api.ts';
import { onDisk } from '../../web/server/files.ts';
import { RecommenderService } from '../../web/service.ts';

let api: FastifyInstance;
beforeAll(async () => {
  const recommender = new RecommenderService(onDisk);
  await recommender.load(inject('sampleModel'));
  api = await createApi(recommender);
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
    ['an unknown field', { ratings: [], user: 3 }, 422, { pointer: '' }],
    ['k too large', { ratings: [], k: 1001 }, 422, { pointer: '/k' }],
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

test('an unknown address is a problem', async () => {
  expect((await api.inject('/v2/nothing')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('/docs and its OpenAPI 3.1 document are served', async () => {
  expect((await api.inject('/docs/')).statusCode).toBe(200);
  const document = (await api.inject('/docs/json')).json();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(['/v1/recommendations', '/v1/items', '/v1/onboarding']);
});

test('before a model is loaded every question is answered with 503', async () => {
  const empty = await createApi(new RecommenderService(onDisk));
  expect((await empty.inject('/v1/onboarding')).json()).toMatchObject({ status: 503, code: 'NOT_READY' });
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
