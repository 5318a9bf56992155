import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { itemId } from '../../../shared/ids.ts';
import type { Models } from '../modelHost.ts';
import { problems } from '../problems.ts';
import { cacheable, mutable, valueOf } from '../reply.ts';
import { Item, ItemParams, ItemsQuery, ItemsResponse, ModelQuery, OnboardingQuery, SimilarQuery, SimilarResponse } from '../schemas.ts';

export const items: FastifyPluginAsyncTypebox<{ models: Models }> = async (api, { models }) => {
  api.get(
    '/v1/items',
    { schema: { operationId: 'findItems', tags: ['items'], summary: 'Find films by title', querystring: ItemsQuery, response: { 200: ItemsResponse, ...problems } } },
    async ({ query: { q, limit, model: name } }) => {
      const { service } = await models.model(name);
      return { items: mutable(valueOf(await service.findItems(q, limit))) };
    },
  );

  api.get(
    '/v1/items/:id',
    { schema: { operationId: 'item', tags: ['items'], summary: 'One film', params: ItemParams, querystring: ModelQuery, response: { 200: Item, ...problems } } },
    async ({ params: { id }, query }, reply) => {
      const { service, info } = await models.model(query.model);
      const item = valueOf(await service.item(itemId(id)));
      cacheable(reply, info.modelId);
      return mutable(item);
    },
  );

  api.get(
    '/v1/items/:id/similar',
    { schema: { operationId: 'similarItems', tags: ['items'], summary: 'Films like one', params: ItemParams, querystring: SimilarQuery, response: { 200: SimilarResponse, ...problems } } },
    async ({ params: { id }, query: { k, model: name } }, reply) => {
      const { service, info } = await models.model(name);
      const similar = valueOf(await service.similar({ item: itemId(id), ...(k !== undefined && { k }) }));
      cacheable(reply, info.modelId);
      return { items: mutable(similar) };
    },
  );

  api.get(
    '/v1/onboarding',
    { schema: { operationId: 'onboarding', tags: ['items'], summary: 'Films to ask a newcomer about', querystring: OnboardingQuery, response: { 200: ItemsResponse, ...problems } } },
    async ({ query: { limit, model: name } }, reply) => {
      const { service, info } = await models.model(name);
      const asked = valueOf(await service.onboarding(limit));
      cacheable(reply, info.modelId);
      return { items: mutable(asked) };
    },
  );
};
