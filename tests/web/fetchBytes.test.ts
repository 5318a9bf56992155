import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchBytes } from '../../web/fetchBytes.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/whole') response.end(content);
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
