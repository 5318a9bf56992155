import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { FrameRateError } from '../../../shared/errors.ts';
import { itemId, type ItemId } from '../../../shared/ids.ts';
import type { Filter, Rating, Recommendations, RecommendQuery } from '../../../shared/query.ts';
import type { Metrics } from '../metrics.ts';
import type { HostedModel, Models } from '../modelHost.ts';
import { problems } from '../problems.ts';
import { mutable, valueOf } from '../reply.ts';
import { BatchRequest, BatchResponse, RecommendationsRequest, RecommendationsResponse, UserParams, UserQuery, type FilterIn, type Question, type RatingIn } from '../schemas.ts';

/** After so many questions of a batch others get a turn. */
const TURN = 10;

export const recommendations: FastifyPluginAsyncTypebox<{ models: Models; metrics: Metrics }> = async (api, { models, metrics }) => {
  /** @param at where the question stands in the body. */
  async function answer({ service }: HostedModel, query: RecommendQuery, at = ''): Promise<Recommendations> {
    const found = valueOf(await service.recommend(query), at);
    metrics.search.observe(found.computeMs / 1000);
    return found;
  }

  async function ask(model: HostedModel, question: Static<typeof Question>, at = ''): Promise<Recommendations> {
    const { ratings, exclude, filter, ...rest } = question;
    const told = ratings.map((rating, i) => resolve(model, rating, `${at}/ratings/${i}`));
    const query: RecommendQuery = {
      ...rest,
      ratings: told,
      ...(exclude && { exclude: exclude.map(itemId) }),
      ...(filter && { filter: toFilter(filter) }),
    };
    return answer(model, query, at);
  }

  api.post(
    '/v1/recommendations',
    { schema: { operationId: 'recommend', tags: ['recommendations'], summary: "A person's next films", body: RecommendationsRequest, response: { 200: RecommendationsResponse, ...problems } } },
    async ({ body: { model: name, ...question } }) => mutable(await ask(await models.model(name), question)),
  );

  api.post(
    // A colon of its own: one colon would begin a parameter.
    '/v1/recommendations::batch',
    { schema: { operationId: 'recommendBatch', tags: ['recommendations'], summary: 'The next films of many people at once', body: BatchRequest, response: { 200: BatchResponse, ...problems } } },
    async ({ body: { model: name, queries } }) => {
      const model = await models.model(name);
      const answers: Recommendations[] = [];
      for (const [i, query] of queries.entries()) {
        if (i > 0 && i % TURN === 0) await new Promise((next) => setImmediate(next));
        answers.push(await ask(model, query, `/queries/${i}`));
      }
      return { answers: mutable(answers) };
    },
  );

  api.get(
    '/v1/users/:id/recommendations',
    {
      schema: {
        operationId: 'recommendToUser',
        tags: ['recommendations'],
        summary: 'The next films of somebody of the training set',
        description: 'Only of models that were published with their people: framerate train --publish-users. The answer is that of POST /v1/recommendations for the same ratings.',
        params: UserParams,
        querystring: UserQuery,
        response: { 200: RecommendationsResponse, ...problems },
      },
    },
    async ({ params: { id }, query: { model: name, ...rest } }) => {
      const model = await models.model(name);
      const users = await model.users();
      if (!users) throw new FrameRateError('NOT_FOUND', `The model "${model.name}" was published without its people. Train it with --publish-users, or POST their ratings to /v1/recommendations.`);
      const ratings = users.ratingsOf(id, model.catalog);
      if (!ratings) throw new FrameRateError('NOT_FOUND', `Nobody in the training data of "${model.name}" is called ${JSON.stringify(id)}.`, '/id');
      return mutable(await answer(model, { ...rest, ratings }));
    },
  );
};

const toFilter = ({ only, ...rest }: Static<typeof FilterIn>): Filter => ({ ...rest, ...(only && { only: only.map(itemId) }) }) as Filter;

/** A rating by our own id. An id of IMDb's or TMDB's that the model does not know becomes one that it does not know either. */
function resolve({ externalIds }: HostedModel, { item, imdbId, tmdbId, rating }: Static<typeof RatingIn>, at: string): Rating {
  const named = [item, imdbId, tmdbId].filter((id) => id !== undefined).length;
  if (named !== 1) throw new FrameRateError('BAD_QUERY', `${at} names an item by ${named === 0 ? 'none' : `${named}`} of item, imdbId and tmdbId; give one of them.`, named === 0 ? `${at}/item` : at);
  const id: ItemId =
    item !== undefined ? itemId(item) : imdbId !== undefined ? (externalIds().byImdbId(imdbId) ?? itemId(`imdb:${imdbId}`)) : (externalIds().byTmdbId(tmdbId!) ?? itemId(`tmdb:${tmdbId}`));
  return { item: id, rating };
}
