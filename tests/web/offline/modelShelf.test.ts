import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadModel } from '../../../shared/artifact/load.ts';
import { ShelfSource } from '../../../web/offline/modelShelf.ts';
import { findNewer, isKept } from '../../../web/offline/newerModel.ts';
import { openShelf } from '../../../web/offline/openShelf.ts';
import { tinyModel, type Files } from '../../support/tinyModel.ts';

/** As much of Cache Storage as the shelf uses. */
class FakeCaches {
  readonly kept = new Map<string, Uint8Array<ArrayBuffer>>();
  full = false;

  open() {
    const { kept } = this;
    return Promise.resolve({
      match: (url: string) => Promise.resolve(kept.has(url) ? new Response(kept.get(url)) : undefined),
      put: async (url: string, response: Response) => {
        if (this.full) throw new DOMException('full', 'QuotaExceededError');
        kept.set(url, new Uint8Array(await response.arrayBuffer()));
      },
      delete: (url: string) => Promise.resolve(kept.delete(url)),
      keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
    });
  }
}

let caches: FakeCaches;
let files: Files;
let server: Server;
let folder: string;
/** What the server was asked for: path, and from which byte. */
let asked: [path: string, from: number][];
/** A path whose answer breaks off half way. */
let breaks: string | null;

beforeEach(async () => {
  caches = new FakeCaches();
  vi.stubGlobal('caches', caches);
  files = await tinyModel();
  asked = [];
  breaks = null;
  server = createServer((request, response) => {
    const path = request.url!.split('/').at(-1)!;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    asked.push([path, from]);
    const bytes = files.get(path);
    if (!bytes) return void response.writeHead(404).end();
    const headers = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : { 'content-length': bytes.length };
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (path === breaks) response.write(bytes.subarray(from, bytes.length >> 1), () => setTimeout(() => response.destroy(), 20));
    else response.end(bytes.subarray(from));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  folder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny/`;
});
afterEach(() => {
  server.close();
  vi.unstubAllGlobals();
});

const manifestUrl = () => `${folder}manifest.json`;

async function open(fresh = false) {
  const source = new ShelfSource(manifestUrl(), fresh);
  const model = await loadModel(source);
  await source.keep();
  return model;
}

/** The same files under another name of the whole. */
async function publishNewer(seed = 2): Promise<void> {
  const newer = await tinyModel({ seed });
  const manifest = new TextDecoder().decode(newer.get('manifest.json')).replace('0123456789abcdef', 'fedcba9876543210');
  // Names follow from the bytes, as the publisher makes them.
  for (const [name, bytes] of newer) if (name !== 'manifest.json') files.set(`new-${name}`, bytes);
  files.set('manifest.json', new TextEncoder().encode(manifest.replace(/"path": "/g, '"path": "new-')));
}

describe('the shelf', () => {
  test('a model comes from the network once', async () => {
    await open();
    expect(asked).toHaveLength(4);
    expect(await isKept(manifestUrl())).toBe(true);
    asked = [];
    await open();
    expect(asked).toEqual([]);
  });

  test('a download that broke off goes on from there', async () => {
    breaks = 'index.bin';
    await expect(open()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(await isKept(manifestUrl())).toBe(false);
    breaks = null;
    asked = [];
    await open();
    const half = files.get('index.bin')!.length >> 1;
    expect(asked.filter(([path]) => path === 'index.bin')).toEqual([['index.bin', half]]);
    expect([...caches.kept.keys()].filter((url) => url.includes('?'))).toEqual([]);
  });

  test('a beginning of other bytes is thrown away', async () => {
    await (await openShelf())!.put(`${folder}index.bin?part`, new Response(new Uint8Array(10)));
    await open();
    expect(asked.filter(([path]) => path === 'index.bin')).toEqual([
      ['index.bin', 10],
      ['index.bin', 0],
    ]);
  });

  test('a file that went bad on the shelf is fetched again', async () => {
    await open();
    caches.kept.get(`${folder}index.bin`)![3]! ^= 1;
    asked = [];
    await open();
    expect(asked).toEqual([['index.bin', 0]]);
  });

  test('what is wanted at one place is put there, from the network, from the shelf, and where it went bad on the shelf', async () => {
    const { files: listed } = (await open()).manifest;
    const file = listed.find(({ role }) => role === 'index')!;
    const put = async (): Promise<Uint8Array> => {
      const room = new Uint8Array(new ArrayBuffer(file.bytes + 64), 64, file.bytes);
      expect(await new ShelfSource(manifestUrl(), false).readChecked(file, undefined, room)).toBe(room);
      return room;
    };
    expect(await put()).toEqual(files.get('index.bin'));
    caches.kept.get(`${folder}index.bin`)![3]! ^= 1;
    expect(await put()).toEqual(files.get('index.bin'));
    caches.kept.clear();
    expect(await put()).toEqual(files.get('index.bin'));
    expect(caches.kept.get(`${folder}index.bin`)).toEqual(files.get('index.bin'));
  });

  test('altered bytes are not kept', async () => {
    files.get('foldIn.bin')![60]! ^= 1;
    await expect(open()).rejects.toMatchObject({ code: 'BAD_DIGEST' });
    expect([...caches.kept.keys()]).not.toContain(`${folder}foldIn.bin`);
    expect(await isKept(manifestUrl())).toBe(false);
  });

  test('the one before stays until the new one is whole, and goes then', async () => {
    const { modelId } = (await open()).manifest;
    expect(await findNewer(manifestUrl(), modelId)).toBeNull();
    await publishNewer();
    const newer = await findNewer(manifestUrl(), modelId);
    expect(newer?.modelId).toBe('fedcba9876543210');
    expect(newer?.bytes).toBeGreaterThan(1000);
    expect((await open()).manifest.modelId).toBe(modelId);

    breaks = 'new-index.bin';
    await expect(open(true)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect((await open()).manifest.modelId).toBe(modelId);

    breaks = null;
    expect((await open(true)).manifest.modelId).toBe('fedcba9876543210');
    asked = [];
    expect((await open()).manifest.modelId).toBe('fedcba9876543210');
    expect(asked).toEqual([]);
    expect([...caches.kept.keys()].sort()).toEqual(['manifest.json', 'new-catalog.bin', 'new-foldIn.bin', 'new-index.bin'].map((name) => folder + name));
  });

  test('a model of a newer app is not offered, and does not replace the one before', async () => {
    const { modelId } = (await open()).manifest;
    files.set('manifest.json', new TextEncoder().encode(new TextDecoder().decode(files.get('manifest.json')).replace(/"schemaVersion": \d+/, '"schemaVersion": 999')));
    expect(await findNewer(manifestUrl(), modelId)).toBeNull();
    await expect(open(true)).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect((await open()).manifest.modelId).toBe(modelId);
  });

  test('a full device: the model works, and is not kept', async () => {
    caches.full = true;
    expect((await open()).manifest.name).toBe('tiny');
    expect(await isKept(manifestUrl())).toBe(false);
  });

  test('a browser without caches: the network, each time', async () => {
    vi.stubGlobal('caches', undefined);
    await open();
    await open();
    expect(asked).toHaveLength(8);
    expect(await isKept(manifestUrl())).toBe(false);
  });
});
