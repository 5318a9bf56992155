import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArtifactFile } from '../../../shared/artifact/manifest.ts';
import { train } from '../../../trainer/commands/train.ts';
import { createApi } from '../../../web/server/api.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';
import { createSite } from '../../../web/server/site.ts';

let folder: string;
let api: FastifyInstance;
let site: FastifyInstance;
let files: ArtifactFile[];
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'framerate-artifacts-')), 'films');
  await train({ data: ['sample'], rank: 8, residual: 0, seed: 1, out: folder, publishUsers: true });
  await writeFile(join(folder, 'notes.txt'), 'private');
  await cp(join(folder, 'manifest.json'), join(dirname(folder), 'secret.json'));
  const host = await ModelHost.open(folder);
  api = await createApi(host, { folder: dirname(folder) });
  site = await createSite({ appFolder: folder, modelsFolder: dirname(folder), defaultModel: 'films' });
  ({ files } = (await api.inject('/models/films/manifest.json')).json());
});
afterAll(async () => {
  await Promise.all([api.close(), site.close()]);
  await rm(dirname(folder), { recursive: true, force: true });
});

const role = (wanted: string) => files.find((file) => file.role === wanted)!;

describe.each([['the API', () => api], ['the app’s server', () => site]])('/models of %s', (_, server) => {
  test('serves a file for ever, with its digest as a strong tag, to pages of any origin', async () => {
    const { path, sha256, bytes } = role('index');
    const response = await server().inject({ url: `/models/films/${path}`, headers: { 'accept-encoding': 'identity' } });
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload.byteLength).toBe(bytes);
    expect(response.headers).toMatchObject({
      etag: `"${sha256.slice(0, 12)}"`,
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
    });
    expect(response.headers['vary']).toMatch('accept-encoding');
  });

  test('sends what the publisher compressed, under a tag of its own', async () => {
    const { path, sha256 } = role('catalog');
    const response = await server().inject({ url: `/models/films/${path}`, headers: { 'accept-encoding': 'gzip, br' } });
    expect(response.headers).toMatchObject({ 'content-encoding': 'br', etag: `"${sha256.slice(0, 12)}-br"` });
    expect(response.headers['content-type']).toMatch('application/octet-stream');
    expect(brotliDecompressSync(response.rawPayload).equals(await readFile(join(folder, path)))).toBe(true);
  });

  test('says that what a client has is what there is', async () => {
    const { path, sha256 } = role('index');
    const ask = (tag: string) => server().inject({ url: `/models/films/${path}`, headers: { 'if-none-match': tag } });
    for (const tag of [`"${sha256.slice(0, 12)}"`, `"x", W/"${sha256.slice(0, 12)}-br"`]) expect((await ask(tag)).statusCode).toBe(304);
    expect((await ask('"other"')).statusCode).toBe(200);
  });

  test('goes on where a download broke off', async () => {
    const { path, bytes } = role('index');
    const response = await server().inject({ url: `/models/films/${path}`, headers: { 'accept-encoding': 'identity', range: 'bytes=100-' } });
    expect(response.statusCode).toBe(206);
    expect(response.headers['content-range']).toBe(`bytes 100-${bytes - 1}/${bytes}`);
    expect(response.rawPayload.equals((await readFile(join(folder, path))).subarray(100))).toBe(true);
  });

  test('never serves the people, what is not a model’s, or what lies beside the models', async () => {
    const users = role('users').path;
    expect(await readFile(join(folder, users))).toBeDefined();
    const hidden = [`films/${users}`, `films/${users}.br`, `films/%75sers${users.slice(5)}`, `films//${users}`, `films/./${users}`, 'films/notes.txt', 'secret.json', 'films/../secret.json', 'films/', ''];
    for (const path of hidden) expect([path, (await server().inject(`/models/${path}`)).statusCode]).toEqual([path, 404]);
  });

  test('lists the models, and revalidates what may change', async () => {
    const list = await server().inject('/models/index.json');
    expect(list.json()).toEqual({ default: 'films', models: [{ name: 'films', manifest: 'films/manifest.json' }] });
    for (const path of ['index.json', 'films/manifest.json']) expect((await server().inject(`/models/${path}`)).headers['cache-control']).toBe('no-cache');
  });
});

test('the people are not compressed either: nothing of theirs lies beside the files of browsers', async () => {
  await expect(readFile(join(folder, `${role('users').path}.br`))).rejects.toThrow();
});
