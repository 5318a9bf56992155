import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('a file comes whole, with and without somebody counting', async () => {
  expect(await fetchBytes(`${address}/whole`)).toEqual(content);
  const counted: number[] = [];
  expect(await fetchBytes(`${address}/whole`, (received) => counted.push(received))).toEqual(content);
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
  expect(await fetchBytes(`${address}/ranges`, (received) => counted.push(received), { start: content.slice(0, 70_000) })).toEqual(content);
  expect(counted[0]).toBeGreaterThan(70_000);
});

test.each([
  ['a server that knows no ranges', '/whole', 70_000],
  ['a beginning that is all, or more', '/ranges', content.length],
])('%s: everything comes anew', async (_what, path, length) => {
  expect(await fetchBytes(address + path, undefined, { start: new Uint8Array(length) })).toEqual(content);
});
