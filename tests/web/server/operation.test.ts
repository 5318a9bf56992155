import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createApi, type ApiOptions } from '../../../web/server/api.ts';
import { createLog } from '../../../web/server/log.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';
import { repoRoot } from '../../support/tools.ts';

let host: ModelHost;
beforeAll(async () => {
  host = await ModelHost.open(inject('sampleModel'));
});
const open = (options: ApiOptions = {}) => createApi(host, options);
const question = { method: 'POST', url: '/v1/recommendations', payload: { ratings: [{ item: 1, rating: 5 }] } } as const;

describe('health', () => {
  test('alive, ready, and which model answers', async () => {
    const api = await open();
    expect((await api.inject('/livez')).json()).toEqual({ status: 'alive' });
    expect((await api.inject('/readyz')).json()).toEqual({ status: 'ready', model: 'sample', modelId: (await host.model()).info.modelId });
  });

  test('not ready while there is no model', async () => {
    const api = await createApi({ defaultName: 'none', list: async () => [], model: () => Promise.reject(Object.assign(new Error('gone'), { statusCode: 500 })) });
    expect((await api.inject('/readyz')).statusCode).toBe(500);
    expect((await api.inject('/livez')).statusCode).toBe(200);
  });
});

describe('metrics', () => {
  test('latency by route, search time and the model, for Prometheus', async () => {
    const api = await open();
    await api.inject(question);
    await api.inject('/v1/items/1');
    await api.inject('/v1/items/nope');
    const { headers, body } = await api.inject('/metrics');
    expect(headers['content-type']).toMatch('text/plain');
    expect(body).toMatch(/framerate_http_request_duration_seconds_count\{method="POST",route="\/v1\/recommendations",status="200"\} 1/);
    expect(body).toMatch(/_count\{method="GET",route="\/v1\/items\/:id",status="404"\} 1/);
    expect(body).toMatch('framerate_search_duration_seconds_count 1');
    expect(body).toMatch('process_resident_memory_bytes');
    expect(body).not.toMatch('nope');
  });
});

describe('the dashboard of docs/observability', () => {
  test('asks for metrics and labels that the server has', async () => {
    const api = await open();
    await api.inject(question);
    const { body } = await api.inject('/metrics');
    const names = new Set([...body.matchAll(/^# TYPE (\w+) /gm)].flatMap(([, name]) => [name, `${name}_bucket`, `${name}_count`]));
    const labels = new Set(['instance', ...[...body.matchAll(/[{,](\w+)="/g)].map(([, label]) => label), 'name', 'code']);

    const dashboard = JSON.parse(await readFile(join(repoRoot, 'docs/observability/dashboard.json'), 'utf8')) as { panels: { targets: { expr: string }[] }[] };
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(8);
    for (const query of queries) {
      expect(names, query).toContain(/\b((?:framerate|process|nodejs)_\w+)\{/.exec(query)?.[1]);
      const asked = [...query.matchAll(/(\w+)=~?"/g), ...[...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => [...list.matchAll(/(\w+)/g)])].map(([, label]) => label);
      for (const label of asked) expect(labels, query).toContain(label);
    }
  });
});

describe('limits', () => {
  test('a client that asks too often is told when to come back; health is not counted', async () => {
    const api = await open({ requestsPerMinute: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await api.inject(question)).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await api.inject(question);
    expect(refused.json()).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect(refused.headers['content-type']).toMatch('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    for (const url of ['/livez', '/readyz', '/metrics']) expect((await api.inject(url)).statusCode).toBe(200);
  });

  test('with keys, only who brings one may ask', async () => {
    const api = await open({ keys: ['first key', 'second'] });
    const ask = (authorization?: string) => api.inject({ ...question, headers: authorization === undefined ? {} : { authorization } });
    for (const wrong of [undefined, 'Bearer third', 'Bearer ', 'Basic c2Vjb25k', 'second']) {
      const refused = await ask(wrong);
      expect(refused.json()).toMatchObject({ status: 401 });
      expect(refused.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await ask('Bearer second')).statusCode).toBe(200);
    expect((await api.inject('/readyz')).statusCode).toBe(200);
    expect((await api.inject('/docs/json')).json().security).toEqual([{ key: [] }]);
  });
});

describe('logs and traces', () => {
  /** An API that logs into a list, at the level of `--log info`. */
  async function logged() {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(JSON.parse(String(chunk))), done()) });
    return { lines, api: await open({ logger: createLog('info', sink) }) };
  }

  test('nothing of what somebody asks is logged: no body, no title, no id, no address', async () => {
    const { lines, api } = await logged();
    await api.inject({ ...question, payload: { ratings: [{ item: 'a-secret', rating: 5 }] } });
    await api.inject('/v1/items?q=another-secret');
    await api.inject('/v1/items/third-secret');
    await api.inject({ ...question, payload: '{"broken-secret' });
    await api.inject({ ...question, payload: { ratings: [], 'field-secret': 1 } });
    const text = JSON.stringify(lines);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(text).toMatch('/v1/items/:id');
    expect(text).not.toMatch('secret');
    expect(text).not.toMatch('127.0.0.1');
  });

  test('a request keeps its id, and its trace, in the log and in the answer', async () => {
    const { lines, api } = await logged();
    const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const { headers } = await api.inject({ ...question, headers: { 'x-request-id': 'my-request.1', traceparent: `00-${trace}-${parent}-01` } });
    expect(headers['x-request-id']).toBe('my-request.1');
    expect(headers['traceresponse']).toMatch(new RegExp(`^00-${trace}-(?!${parent})[0-9a-f]{16}-01$`));
    expect(lines.at(-1)).toMatchObject({ reqId: 'my-request.1', trace_id: trace, parent_id: parent });
  });

  test('ids and traces that are none get no further', async () => {
    const { api } = await logged();
    const { headers } = await api.inject({ ...question, headers: { 'x-request-id': 'no\tid', traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['traceresponse']).toBeUndefined();
  });
});
