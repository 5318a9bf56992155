import bearerAuth from '@fastify/bearer-auth';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import underPressure from '@fastify/under-pressure';
import { Ajv } from 'ajv';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { artifacts } from './artifacts.ts';
import { openToAll } from './headers.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Models } from './modelHost.ts';
import { handleFailure, handleUnknownRoute, Problem } from './problems.ts';
import { health } from './routes/health.ts';
import { items } from './routes/items.ts';
import { modelRoutes } from './routes/models.ts';
import { recommendations } from './routes/recommendations.ts';
import { passTraceOn, requestId, traceLog } from './tracing.ts';

const MAX_BODY_BYTES = 256 * 1024;
/** A question takes a millisecond; when the event loop is this late, a wait would only grow. */
const MAX_DELAY_MS = 1000;

export interface ApiOptions {
  readonly logger?: FastifyBaseLogger;
  /** Folder of the models, to be served at /models; without it the API answers questions only. */
  readonly folder?: string;
  readonly metrics?: Metrics;
  /** What /metrics answers. Default: the metrics of this process. */
  readonly readMetrics?: () => Promise<string>;
  /** A client's most requests a minute, 0 for any number. Default 0. */
  readonly requestsPerMinute?: number;
  /** Who may ask /v1: those who bring one of these as a bearer token. Default: everybody. */
  readonly keys?: readonly string[];
}

/** The HTTP door: validates, asks a model, answers. Nothing of a body is kept or logged. */
export async function createApi(models: Models, { logger, folder, metrics = createMetrics(), readMetrics, requestsPerMinute = 0, keys = [] }: ApiOptions = {}): Promise<FastifyInstance> {
  const api: FastifyInstance = Fastify({
    ...(logger && { loggerInstance: logger }),
    bodyLimit: MAX_BODY_BYTES,
    genReqId: requestId,
    requestIdHeader: false,
    childLoggerFactory: traceLog,
    frameworkErrors: handleFailure,
    // Every body is closed, so that such keys are refused as unknown ones: no second look at the text is needed.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });

  // A body says what it means, so "12" and 12 stay apart; an address is all text, so there numbers are read from it.
  const strict = new Ajv({ useDefaults: true, removeAdditional: false, strictSchema: false, allErrors: false });
  const coercing = new Ajv({ useDefaults: true, coerceTypes: true, strictSchema: false });
  api.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema as object));
  api.setErrorHandler(handleFailure);
  passTraceOn(api);
  // Hooks that call back: one that is a promise costs every request a turn of the event loop.
  api.addHook('onResponse', (request, reply, done) => {
    metrics.requests.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });

  await openToAll(api);
  await api.register(underPressure, { maxEventLoopDelay: MAX_DELAY_MS, retryAfter: 1 });
  if (requestsPerMinute > 0) await api.register(rateLimit, { max: requestsPerMinute, timeWindow: '1 minute' });
  api.setNotFoundHandler(handleUnknownRoute);

  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'FrameRate', version: '1', description: "A person's next ten films from their ratings. Nothing that is sent here is stored." },
      tags: [
        { name: 'recommendations', description: 'ten films for somebody' },
        { name: 'items', description: 'the catalogue' },
        { name: 'models', description: 'what answers' },
      ],
      ...(keys.length > 0 && { components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }, security: [{ key: [] }] }),
    },
  });
  await api.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  api.addSchema(Problem);

  await api.register(async (guarded) => {
    if (keys.length > 0) {
      await guarded.register(bearerAuth, { keys: [...keys], addHook: false, verifyErrorLogLevel: 'info' });
      guarded.addHook('onRequest', guarded.verifyBearerAuth!);
    }
    await guarded.register(recommendations, { models, metrics });
    await guarded.register(items, { models });
    await guarded.register(modelRoutes, { models });
  });
  await api.register(health, { models, readMetrics: readMetrics ?? (() => metrics.registry.metrics()) });
  if (folder !== undefined) await api.register(artifacts, { folder, defaultModel: models.defaultName, models: null });
  return api;
}
