import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { modelIndex } from '../../shared/artifact/modelIndex.ts';

/** A year: what is behind a name that holds its digest never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

/** "index-0123456789ab.faiss": the role of a file, its digest, how it ends. */
const NAMED_BY_DIGEST = /^([A-Za-z]+)-([0-9a-f]{12})\.[a-z]+$/;

/** What else of a model's folder is for everybody. Its people, and whatever a trainer keeps there, are not. */
const PUBLIC = new Set(['manifest.json', 'evaluation.json', 'tuning.json', 'report.html']);
const SERVER_ONLY = 'users';

function isPublic(name: string): boolean {
  const role = NAMED_BY_DIGEST.exec(name)?.[1];
  return PUBLIC.has(name) || (role !== undefined && role !== SERVER_ONLY);
}

/**
 * `/models/…`: the published files as they lie in their folders, for browsers of any origin; compressed where the
 * publisher left a `.br` beside a file.
 * @param options.folder the folder of the models. @param options.models which of them are listed, by name; null: all.
 */
export const artifacts: FastifyPluginAsync<{ folder: string; defaultModel: string; models: readonly string[] | null }> = async (server, { folder, defaultModel, models }) => {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', vary: 'accept-encoding' });
    const digest = NAMED_BY_DIGEST.exec(basename(request.url.split('?', 1)[0]!))?.[2];
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (digest && known?.some((tag) => tag === `"${digest}"` || tag === `"${digest}-br"`)) return reply.code(304).headers({ 'cache-control': FOREVER }).send();
  });

  // Whoever starts the server chooses the first model, whatever was published last.
  server.get('/models/index.json', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('cache-control', 'no-cache');
    const names = models ?? (await publishedIn(folder));
    return modelIndex(names, defaultModel);
  });

  await server.register(fastifyStatic, {
    root: folder,
    prefix: '/models/',
    preCompressed: true,
    decorateReply: false,
    // The digest is a strong tag; what the library would make of size and time is a weak one.
    etag: false,
    lastModified: false,
    cacheControl: false,
    allowedPath: (path) => {
      const [name, file, ...more] = path.split('/').filter(Boolean);
      return more.length === 0 && name !== undefined && file !== undefined && isPublic(file);
    },
    setHeaders: (response, path) => {
      const digest = NAMED_BY_DIGEST.exec(basename(path).replace(/\.br$/, ''))?.[2];
      response.setHeader('cache-control', digest ? FOREVER : 'no-cache');
      if (digest) response.setHeader('etag', path.endsWith('.br') ? `"${digest}-br"` : `"${digest}"`);
    },
  });
};

async function publishedIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (await stat(join(folder, name, 'manifest.json')).catch(() => null)) names.push(name);
  }
  return names;
}
