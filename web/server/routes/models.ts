import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { FrameRateError } from '../../../shared/errors.ts';
import { optionalFileOf } from '../../../shared/artifact/manifest.ts';
import type { ListedModel, Models } from '../modelHost.ts';
import { problems } from '../problems.ts';
import { ModelOut, ModelsResponse } from '../schemas.ts';

export const modelRoutes: FastifyPluginAsyncTypebox<{ models: Models }> = async (api, { models }) => {
  const describe = ({ manifest, loaded, failure }: ListedModel): Static<typeof ModelOut> => {
    const { name, modelId, ratingScale, counts, model, dataset, files } = manifest;
    return {
      name,
      modelId,
      default: name === models.defaultName,
      manifest: `/models/${encodeURIComponent(name)}/manifest.json`,
      ratingScale,
      counts,
      kind: model.kind,
      rank: model.rank,
      bytes: files.reduce((sum, { role, bytes }) => (role === 'users' ? sum : sum + bytes), 0),
      dataset: { name: dataset.name, licence: dataset.licence, attribution: dataset.attribution, url: dataset.url },
      users: optionalFileOf(manifest, 'users') !== undefined,
      loaded,
      failure: failure && { code: failure.code, message: failure.message },
    };
  };

  api.get(
    '/v1/models',
    { schema: { operationId: 'models', tags: ['models'], summary: 'The models that are served', response: { 200: ModelsResponse, ...problems } } },
    async () => ({ models: (await models.list()).map(describe) }),
  );

  api.get(
    '/v1/models/:name',
    { schema: { operationId: 'model', tags: ['models'], summary: 'One model', params: Type.Object({ name: Type.String({ maxLength: 200 }) }), response: { 200: ModelOut, ...problems } } },
    async ({ params: { name } }) => {
      const listed = (await models.list()).find(({ manifest }) => manifest.name === name);
      if (!listed) throw new FrameRateError('NOT_FOUND', `There is no model ${JSON.stringify(name)}. GET /v1/models lists them.`, '/name');
      return describe(listed);
    },
  );
};
