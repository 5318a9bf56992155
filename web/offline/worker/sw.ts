// The service worker: keeps the app itself, so that it opens without a network. Models are the shelf's (modelShelf.ts).
import { SHARED, SHARED_FILE } from '../shared.ts';

declare const self: ServiceWorkerGlobalScope;
/** Written by the build: every file of the app, from its own folder, and a digest of them all. */
declare const SHELL: { readonly version: string; readonly files: readonly string[] };

const PREFIX = 'framerate-shell-';
const CACHE = PREFIX + SHELL.version;
const address = (path: string): string => new URL(path, self.registration.scope).href;
const PAGE = address('./');
const FILES = new Set(SHELL.files.map(address));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  // The person said so: the page reloads when this one has taken over.
  if (event.data === 'use') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const answer = answerTo(event.request);
  if (answer) event.respondWith(answer);
});

async function install(): Promise<void> {
  const [cache, names] = await Promise.all([caches.open(CACHE), caches.keys()]);
  const before = await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.open(name)));
  await Promise.all(
    [PAGE, ...FILES].map(async (url) => {
      // Names with a digest stand for their bytes: what an older version has need not be fetched again.
      const kept = /-[\w-]{8}\.\w+$/.test(url) ? (await Promise.all(before.map((old) => old.match(url)))).find(Boolean) : undefined;
      const response = kept ?? (await fetch(url, { cache: 'no-cache' }));
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      // One that was redirected (hosts drop ".html") answers no navigation.
      await cache.put(url, response.redirected ? new Response(response.body, { headers: response.headers }) : response);
    }),
  );
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

function answerTo(request: Request): Promise<Response> | null {
  const url = new URL(request.url);
  url.hash = '';
  if (request.method === 'POST' && url.href === address('share')) return takeShared(request);
  if (request.method !== 'GET') return null;
  url.search = '';
  if (request.mode === 'navigate' && (url.href === PAGE || url.href === address('index.html'))) return fromCache(PAGE, request);
  if (FILES.has(url.href)) return fromCache(url.href, request);
  // What was too large to be fetched ahead is kept once it was needed: its name holds its digest.
  return url.href.startsWith(address('assets/')) ? keepOnUse(url.href, request) : null;
}

const fromCache = async (url: string, request: Request): Promise<Response> => (await (await caches.open(CACHE)).match(url)) ?? fetch(request);

async function keepOnUse(url: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(url, response.clone()).catch(() => undefined); // a full device fetches it each time
  return response;
}

/** A file that another app shared: put where the import page finds it. */
async function takeShared(request: Request): Promise<Response> {
  const files = (await request.formData()).getAll('files').filter((entry) => entry instanceof File);
  const cache = await caches.open(SHARED);
  for (const [i, file] of files.entries()) await cache.put(SHARED_FILE(i), new Response(file, { headers: { 'x-name': encodeURIComponent(file.name) } }));
  return Response.redirect(`${PAGE}#/import`, 303);
}
