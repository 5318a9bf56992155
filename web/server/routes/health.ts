import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Models } from '../modelHost.ts';
import { problems } from '../problems.ts';

const hidden = { hide: true } as const;

/** For those who run the server: whether it lives, whether it can answer, what it measures. */
export const health: FastifyPluginAsyncTypebox<{ models: Models; readMetrics: () => Promise<string> }> = async (api, { models, readMetrics }) => {
  // Never held back: a busy server that is killed for being busy helps nobody.
  const unlimited = { config: { rateLimit: false } } as const;

  api.get('/livez', { ...unlimited, schema: { ...hidden, response: { 200: Type.Object({ status: Type.Literal('alive') }) } } }, async () => ({ status: 'alive' as const }));

  api.get(
    '/readyz',
    { ...unlimited, schema: { ...hidden, response: { 200: Type.Object({ status: Type.Literal('ready'), model: Type.String(), modelId: Type.String() }), ...problems } } },
    async () => {
      const { name, info } = await models.model();
      return { status: 'ready' as const, model: name, modelId: info.modelId };
    },
  );

  api.get('/metrics', { ...unlimited, schema: hidden }, async (_request, reply) => {
    const text = await readMetrics();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
};
