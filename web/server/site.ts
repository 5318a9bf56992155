import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { APP_POLICY, POSTERS_PAGE, POSTERS_POLICY } from '../contentSecurityPolicy.ts';
import { artifacts } from './artifacts.ts';
import { handleFailure, handleUnknownRoute } from './problems.ts';

/** Of the page that shows the widget in frames of others, with models from anywhere. */
const EMBED = '/widget/embed.html';
const EMBED_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src https: http:; base-uri 'self'; form-action 'none'";

/** That nobody may frame the app is what a header says, and a page cannot. */
function policyFor(path: string): string {
  if (path === EMBED) return EMBED_POLICY;
  return `${path === `/${POSTERS_PAGE}` ? POSTERS_POLICY : APP_POLICY}; frame-ancestors 'none'`;
}

const FOREVER = 'public, max-age=31536000, immutable';
/** Vite puts a digest into these names, so that what is behind them never changes. */
const NAMED_BY_DIGEST = /-[A-Za-z0-9_-]{8}\.\w+$/;

export interface SiteFolders {
  readonly appFolder: string;
  readonly modelsFolder: string;
  readonly defaultModel: string;
  /** The web widget for pages of other origins, below /widget/. */
  readonly widgetFolder?: string;
}

/** The app and the models as files, with the strict content security policy that the app is built for. */
export async function createSite(options: SiteFolders): Promise<FastifyInstance> {
  const site = Fastify({ logger: false });
  site.setErrorHandler(handleFailure);
  site.setNotFoundHandler(handleUnknownRoute);
  site.addHook('onSend', async (request, reply) => {
    reply.headers({
      'content-security-policy': policyFor(request.url.split('?', 1)[0]!),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  await site.register(artifacts, { folder: options.modelsFolder, defaultModel: options.defaultModel, models: [options.defaultModel] });
  if (options.widgetFolder !== undefined) {
    await site.register(fastifyStatic, {
      root: options.widgetFolder,
      prefix: '/widget/',
      preCompressed: true,
      decorateReply: false,
      cacheControl: false,
      setHeaders: setWidgetHeaders,
    });
  }
  await site.register(fastifyStatic, { root: options.appFolder, preCompressed: true, cacheControl: false, setHeaders: setCaching });
  return site;
}

function setCaching(response: { setHeader(name: string, value: string): void }, path: string): void {
  response.setHeader('cache-control', NAMED_BY_DIGEST.test(path.replace(/\.br$/, '')) ? FOREVER : 'no-cache');
  response.setHeader('vary', 'accept-encoding');
}

/** Scripts with `integrity`, and modules, need the same leave that models have. */
function setWidgetHeaders(response: { setHeader(name: string, value: string): void }): void {
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  response.setHeader('vary', 'accept-encoding');
}
