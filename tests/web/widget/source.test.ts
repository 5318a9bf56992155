import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loadModel } from '../../../shared/artifact/load.ts';
import { sha256Hex } from '../../../web/widget/engine/instead/digest.ts';
import { webSource } from '../../../web/widget/engine/source.ts';
import { tinyModel, type Files } from '../../support/tinyModel.ts';

let server: Server;
let address: string;
let files: Files;
beforeAll(async () => {
  files = await tinyModel();
  server = createServer(({ url }, response) => {
    const bytes = files.get(url!.slice(1));
    if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/manifest.json`;
});
afterAll(() => server.close());
afterEach(async () => {
  vi.unstubAllGlobals();
  files = await tinyModel();
});

/** As on a page that came over plain HTTP. */
const insecure = (): void => void vi.stubGlobal('crypto', {});

function damage(): void {
  const bytes = files.get('foldIn.bin')!.slice();
  bytes[bytes.length - 1]! ^= 1;
  files.set('foldIn.bin', bytes);
}

test('a model comes whole, in a secure context and in none', async () => {
  const { manifest } = await loadModel(webSource(address));
  insecure();
  expect((await loadModel(webSource(address))).manifest).toEqual(manifest);
});

test('a damaged file is refused in both', async () => {
  damage();
  await expect(loadModel(webSource(address))).rejects.toMatchObject({ code: 'BAD_DIGEST' });
  insecure();
  await expect(loadModel(webSource(address))).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('the digest is the one that everybody computes', async () => {
  expect(await sha256Hex(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
