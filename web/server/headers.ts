import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const EXPOSED = ['x-request-id', 'x-model-id', 'retry-after', 'traceresponse'];

/** What every answer says. */
const EVERY = {
  // Anybody's page may ask: cookies mean nothing here, and keys have to be sent on purpose.
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED.join(', '),
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

/** Lets other origins ask, and browsers mistrust. One hook: plugins that think about each request anew cost a third of its time. */
export async function openToAll(server: FastifyInstance): Promise<void> {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(EVERY);
    done();
  });
  // In a scope of its own, where its hook sees no other requests.
  await server.register(async (preflights) => {
    await preflights.register(cors, { origin: '*', exposedHeaders: EXPOSED });
  });
}
