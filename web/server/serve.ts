import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { FrameRateError } from '../../shared/errors.ts';
import { createApi } from './api.ts';
import { createLog, type LogLevel } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { ModelHost } from './modelHost.ts';
import { createSite } from './site.ts';

export interface ServeOptions {
  readonly model: string;
  readonly host: string;
  readonly appPort: number;
  readonly apiPort: number;
  readonly log: LogLevel;
  /** Seconds between looks for newer models. */
  readonly reload: number;
  /** Of one client, a minute; 0: any number. */
  readonly rateLimit: number;
  readonly keys: readonly string[];
}

export interface Served {
  /** What to tell whoever started it: the model and the addresses. */
  readonly greeting: string;
  /** Answers what was asked, then stops. */
  close(): Promise<void>;
}

const APP_FOLDER = fileURLToPath(new URL('../../dist/app', import.meta.url));
const WIDGET_FOLDER = fileURLToPath(new URL('../../dist/widget', import.meta.url));

/**
 * Opens the model and both servers: the app's and the API's.
 * @param readMetrics what /metrics answers, where it is more than this process.
 * @throws {FrameRateError} a model that cannot be used, an app that was not built, a port that is taken.
 */
export async function serve(options: ServeOptions, metrics: Metrics = createMetrics(), readMetrics?: () => Promise<string>): Promise<Served> {
  const log = createLog(options.log);
  const models = await ModelHost.open(options.model, {
    onModel(model, before) {
      metrics.setModel(model);
      log.info({ model: model.name, modelId: model.info.modelId, before: before?.info.modelId }, before ? 'a newer model answers' : 'a model answers');
    },
    onFailure(name, { code, message }) {
      metrics.loadFailures.inc({ name, code });
      log.error({ model: name, code }, message);
    },
  });
  if (!(await stat(join(APP_FOLDER, 'index.html')).catch(() => null))) throw new FrameRateError('NOT_FOUND', 'The app was not built. Build it: npm run build');

  const folder = resolve(options.model);
  const site = await createSite({ appFolder: APP_FOLDER, widgetFolder: WIDGET_FOLDER, modelsFolder: dirname(folder), defaultModel: basename(folder) });
  const api = await createApi(models, { logger: log, folder: dirname(folder), metrics, requestsPerMinute: options.rateLimit, keys: options.keys, ...(readMetrics && { readMetrics }) });
  const app = await listen(site, options.host, options.appPort, '--app-port');
  const endpoint = await listen(api, options.host, options.apiPort, '--api-port');
  if (options.reload > 0) models.watch(options.reload * 1000);

  const { info } = await models.model();
  return {
    greeting: `Model  ${info.name}: ${info.items.toLocaleString('en')} items, rank ${info.rank}, ${info.engine}\nApp    ${app}\nAPI    ${endpoint} (docs at ${endpoint}/docs)\n`,
    async close() {
      models.close();
      await Promise.all([site.close(), api.close()]);
    },
  };
}

async function listen(server: FastifyInstance, host: string, port: number, option: string): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new FrameRateError('UNREACHABLE', code === 'EADDRINUSE' ? `Port ${port} is taken. Choose another with ${option}.` : `Port ${port} cannot be opened: ${message}`, undefined, { cause });
  }
}
