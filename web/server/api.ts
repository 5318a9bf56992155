import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv } from 'ajv';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { itemId } from '../../shared/ids.ts';
import type { RecommenderApi } from '../api.ts';
import { handleFailure, handleUnknownRoute, Problem, sendError } from './problems.ts';
import { ItemsQuery, ItemsResponse, OnboardingQuery, RecommendationsRequest, RecommendationsResponse } from './schemas.ts';

const MAX_BODY_BYTES = 256 * 1024;

/** The HTTP door: validates, asks the recommender, answers. Nothing of a body is kept or logged. */
export async function createApi(recommender: RecommenderApi, logger: FastifyServerOptions['logger'] = false): Promise<FastifyInstance> {
  const api = Fastify({ logger: logger ?? false, bodyLimit: MAX_BODY_BYTES }).withTypeProvider<TypeBoxTypeProvider>();

  // A body says what it means, so "12" and 12 stay apart; an address is all text, so there numbers are read from it.
  const strict = new Ajv({ useDefaults: true, removeAdditional: false, strictSchema: false, allErrors: false });
  const coercing = new Ajv({ useDefaults: true, coerceTypes: true, strictSchema: false });
  api.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema as object));
  api.setErrorHandler(handleFailure);
  api.setNotFoundHandler(handleUnknownRoute);

  await api.register(cors, { origin: true });
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'FrameRate', version: '1', description: "A person's next ten films from their ratings. Nothing that is sent here is stored." },
    },
  });
  await api.register(swaggerUi, { routePrefix: '/docs' });
  api.addSchema(Problem);
  const problems = { '4xx': { $ref: 'Problem#' }, '5xx': { $ref: 'Problem#' } };

  api.post(
    '/v1/recommendations',
    { schema: { summary: "A person's next films", body: RecommendationsRequest, response: { 200: RecommendationsResponse, ...problems } } },
    async ({ body }, reply) => {
      const ratings = body.ratings.map(({ item, rating }) => ({ item: itemId(item), rating }));
      const answer = await recommender.recommend({ ...body, ratings });
      return answer.ok ? reply.send(mutable(answer.value)) : sendError(reply, answer.error);
    },
  );

  api.get(
    '/v1/items',
    { schema: { summary: 'Find films by title', querystring: ItemsQuery, response: { 200: ItemsResponse, ...problems } } },
    async ({ query }, reply) => {
      const answer = await recommender.findItems(query.q, query.limit);
      return answer.ok ? reply.send({ items: mutable(answer.value) }) : sendError(reply, answer.error);
    },
  );

  api.get(
    '/v1/onboarding',
    { schema: { summary: 'Films to ask a newcomer about', querystring: OnboardingQuery, response: { 200: ItemsResponse, ...problems } } },
    async ({ query }, reply) => {
      const answer = await recommender.onboarding(query.limit);
      return answer.ok ? reply.send({ items: mutable(answer.value) }) : sendError(reply, answer.error);
    },
  );
  return api as unknown as FastifyInstance;
}

type Mutable<T> = T extends readonly (infer E)[] ? Mutable<E>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** Fastify's types want to be able to change what they send; they do not. */
const mutable = <T>(value: T): Mutable<T> => value as Mutable<T>;
