import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { download } from '../../../web/widget/engine/download.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    if (url === '/whole') response.end(content);
    else if (url === '/half') {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 70_000), () => response.destroy());
    } else response.writeHead(url === '/broken' ? 500 : 404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => void vi.unstubAllGlobals());

test('a file comes whole, and is counted as it comes', async () => {
  const counted: number[] = [];
  expect(Buffer.compare(await download(`${address}/whole`, (received) => counted.push(received)), content)).toBe(0);
  expect(counted.at(-1)).toBe(content.length);
  expect(counted.toSorted((a, b) => a - b)).toEqual(counted);
});

test.each([
  ['/nothing', 'NOT_FOUND'],
  ['/broken', 'UNREACHABLE'],
  ['/half', 'UNREACHABLE'],
])('%s is %s', async (path, code) => {
  await expect(download(address + path)).rejects.toMatchObject({ code });
});

test('no server, and no memory', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  await expect(download(address)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  vi.stubGlobal('fetch', () => Promise.reject(new RangeError('Array buffer allocation failed')));
  await expect(download(address)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
});
