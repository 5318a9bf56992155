import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BrokenOff, fetchBytes } from '../../web/fetchBytes.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? NaN);
    if (request.url === '/ranges' && from >= content.length) response.writeHead(416).end();
    else if (request.url === '/ranges' && from) {
      response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }).end(content.subarray(from));
    } else if (request.url === '/whole' || request.url === '/ranges') response.end(content);
    else if (request.url === '/half') {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 70_000), () => response.destroy());
    } else response.writeHead(request.url === '/broken' ? 500 : 404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => void vi.unstubAllGlobals());

/** Long buffers that are asked for from now on; beyond so many bytes there is no memory. */
function watchBuffers(most = Infinity): number[] {
  const lengths: number[] = [];
  const construct = (target: Uint8ArrayConstructor, args: unknown[], newTarget: unknown): object => {
    const [length] = args;
    if (typeof length === 'number' && length > 10_000) lengths.push(length);
    if (typeof length === 'number' && length > most) throw new RangeError('Array buffer allocation failed');
    return Reflect.construct(target, args, newTarget as () => void) as object;
  };
  vi.stubGlobal('Uint8Array', new Proxy(Uint8Array, { construct }));
  return lengths;
}

test('a file comes whole, with and without somebody counting', async () => {
  expect(Buffer.compare(await fetchBytes(`${address}/whole`), content)).toBe(0);
  const counted: number[] = [];
  expect(Buffer.compare(await fetchBytes(`${address}/whole`, (received) => counted.push(received)), content)).toBe(0);
  expect(counted.at(-1)).toBe(content.length);
});

test.each([
  ['/nothing', 'NOT_FOUND'],
  ['/broken', 'UNREACHABLE'],
  ['/half', 'UNREACHABLE'],
])('%s is %s', async (path, code) => {
  await expect(fetchBytes(address + path)).rejects.toMatchObject({ code });
});

test('nobody at the other end is UNREACHABLE', async () => {
  const gone = createServer();
  await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
  const { port } = gone.address() as AddressInfo;
  await new Promise((done) => gone.close(done));
  await expect(fetchBytes(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('what came before it broke off is told, and the rest alone is asked for', async () => {
  const broken = await fetchBytes(`${address}/half`).catch((error: unknown) => error);
  expect(broken).toBeInstanceOf(BrokenOff);
  const { bytes } = broken as BrokenOff;
  expect(bytes).toEqual(content.slice(0, bytes.length));
  const counted: number[] = [];
  expect(Buffer.compare(await fetchBytes(`${address}/ranges`, (received) => counted.push(received), { start: content.slice(0, 70_000) }), content)).toBe(0);
  expect(counted[0]).toBeGreaterThan(70_000);
});

test.each([
  ['a server that knows no ranges', '/whole', 70_000],
  ['a beginning that is all, or more', '/ranges', content.length],
])('%s: everything comes anew', async (_what, path, length) => {
  expect(Buffer.compare(await fetchBytes(address + path, undefined, { start: new Uint8Array(length) }), content)).toBe(0);
});

test('a file of known length is in memory once: in one buffer, of its length', async () => {
  const lengths = watchBuffers();
  const bytes = await fetchBytes(`${address}/whole`, undefined, { length: content.length });
  expect(lengths).toEqual([content.length]);
  expect(bytes.buffer.byteLength).toBe(content.length);
  expect(Buffer.compare(bytes, content)).toBe(0);
});

test.each([1, 70_000, 199_999, 200_001, 1_000_000])('a file is whole where it was said to have %i bytes', async (length) => {
  const bytes = await fetchBytes(`${address}/whole`, undefined, { length });
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(bytes.buffer.byteLength).toBe(content.length);
});

test('where memory does not reach that is said, before anything is fetched into it', async () => {
  watchBuffers(100_000);
  await expect(fetchBytes(`${address}/whole`, undefined, { length: content.length })).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
});
