import { Type, type TSchema } from 'typebox';
import { DEFAULT_K, MAX_RATINGS } from '../../shared/engine/recommender.ts';
import { MAX_K } from '../../shared/engine/vectorIndex.ts';
import { MAX_TITLES } from '../modelService.ts';

// These validate, type and document the API at once; shared/query.ts says what the fields mean.

/** The most questions in one batch. */
const MAX_BATCH = 100;
/** The most ids in one list, besides ratings. */
const MAX_IDS = 10_000;

const closed = { additionalProperties: false } as const;
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const ItemId = Type.Union([Type.Integer(), Type.String({ maxLength: 200 })], { description: "the item's id in the source data" });
const ItemIds = Type.Array(ItemId, { maxItems: MAX_IDS });
const ImdbId = Type.String({ pattern: '^tt[0-9]{7,10}$', description: 'as IMDb writes it: tt0133093' });
const TmdbId = Type.Integer({ minimum: 1, description: 'as The Movie Database counts' });
const K = Type.Integer({ minimum: 1, maximum: MAX_K, default: DEFAULT_K, description: 'how many to return; fewer come where the catalogue ends' });
const ModelName = Type.String({ minLength: 1, maxLength: 200, description: 'a name from /v1/models; without it the default model answers' });

export const Item = Type.Object({
  id: ItemId,
  title: Type.String(),
  year: nullable(Type.Integer()),
  genres: Type.Array(Type.String()),
  imdbId: nullable(Type.String()),
  tmdbId: nullable(Type.Integer()),
});

export const RatingIn = Type.Object(
  {
    item: Type.Optional(ItemId),
    imdbId: Type.Optional(ImdbId),
    tmdbId: Type.Optional(TmdbId),
    rating: Type.Number({ description: "on the model's rating scale, which /v1/models tells" }),
  },
  { ...closed, description: 'a rated item, named by one of item, imdbId and tmdbId' },
);

export const FilterIn = Type.Object(
  {
    genres: Type.Optional(Type.Array(Type.String(), { maxItems: 100, description: 'has at least one of them' })),
    withoutGenres: Type.Optional(Type.Array(Type.String(), { maxItems: 100, description: 'has none of them' })),
    years: Type.Optional(Type.Object({ from: Type.Optional(Type.Integer()), to: Type.Optional(Type.Integer()) }, { ...closed, description: 'is from these years, inclusive' })),
    only: Type.Optional(ItemIds),
  },
  { ...closed, description: 'what may be returned at all: all that is given must hold' },
);

const limits = {
  k: Type.Optional(K),
  exclude: Type.Optional({ ...ItemIds, description: 'items that must not come, besides the rated ones' }),
  filter: Type.Optional(FilterIn),
};

const question = {
  ratings: Type.Array(RatingIn, { maxItems: MAX_RATINGS, description: 'in any order; empty gives the popular start; of repeated items the last counts' }),
  ...limits,
  explain: Type.Optional(Type.Boolean({ default: false, description: 'add the exact share of each rating' })),
  expect: Type.Optional(Type.Boolean({ default: true, description: 'predict a rating for each, where the model can' })),
  variety: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 0, description: 'how unlike each other they are to be' })),
  popularity: Type.Optional(Type.Number({ minimum: -1, maximum: 1, default: 0, description: 'from surprising (-1) to what everybody likes (1)' })),
};

export const Question = Type.Object(question, closed);

export const RecommendationsRequest = Type.Object(
  { ...question, model: Type.Optional(ModelName) },
  {
    ...closed,
    examples: [
      { ratings: [{ item: 1, rating: 5 }, { item: 2, rating: 4.5 }], k: 10 },
      { ratings: [{ imdbId: 'tt0133093', rating: 5 }], k: 5, explain: true, filter: { withoutGenres: ['Horror'], years: { from: 1990 } } },
    ],
  },
);

export const BatchRequest = Type.Object(
  { queries: Type.Array(Question, { minItems: 1, maxItems: MAX_BATCH }), model: Type.Optional(ModelName) },
  { ...closed, examples: [{ queries: [{ ratings: [{ item: 1, rating: 5 }] }, { ratings: [{ item: 2, rating: 4 }], k: 3 }] }] },
);

const Reason = Type.Object({ item: ItemId, title: Type.String(), share: Type.Number() });

export const RecommendationsResponse = Type.Object({
  items: Type.Array(
    Type.Object({
      item: Item,
      score: Type.Number(),
      expected: Type.Optional(Type.Number({ description: "the rating that this person would give, on the model's scale; the item's mean where no rating is known" })),
      because: Type.Optional(Type.Array(Reason)),
    }),
  ),
  basis: Type.Union([Type.Literal('ratings'), Type.Literal('popular')]),
  unknown: Type.Array(ItemId, { description: 'rated ids that the model does not know; "imdb:tt0133093" and "tmdb:603" for those that were given so' }),
  computeMs: Type.Number({ description: 'fold-in and search, without any transport' }),
});

export const BatchResponse = Type.Object({ answers: Type.Array(RecommendationsResponse, { description: 'in the order of the queries' }) });

const limit = (fallback: number) => Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TITLES, default: fallback }));

export const ModelQuery = Type.Object({ model: Type.Optional(ModelName) });
export const UserParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200, description: "the person's id in the training data" }) });
export const UserQuery = Type.Object({ k: Type.Optional(K), explain: question.explain, model: Type.Optional(ModelName) });
export const ItemParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200, description: "the item's id in the source data" }) });
export const SimilarQuery = Type.Object({ k: Type.Optional(K), model: Type.Optional(ModelName) });
export const ItemsQuery = Type.Object({
  q: Type.String({ maxLength: 200, description: 'what somebody types: words of a title, a year; typos are forgiven' }),
  limit: limit(20),
  model: Type.Optional(ModelName),
});
export const OnboardingQuery = Type.Object({ limit: limit(20), model: Type.Optional(ModelName) });

export const ItemsResponse = Type.Object({ items: Type.Array(Item) });
export const SimilarResponse = Type.Object({ items: Type.Array(Type.Object({ item: Item, similarity: Type.Number({ description: "cosine of the two items' factors" }) })) });

export const ModelOut = Type.Object({
  name: Type.String(),
  modelId: Type.String({ description: 'changes whenever an answer could' }),
  default: Type.Boolean({ description: 'answers where no model is named' }),
  manifest: Type.String({ description: 'address of its manifest, from which an app or a widget loads it' }),
  ratingScale: Type.Object({ min: Type.Number(), max: Type.Number() }),
  counts: Type.Object({ users: Type.Integer(), items: Type.Integer(), ratings: Type.Integer() }),
  kind: Type.String(),
  rank: Type.Integer(),
  bytes: Type.Integer({ description: 'of all files that a browser may load' }),
  dataset: Type.Object({ name: Type.String(), licence: nullable(Type.String()), attribution: nullable(Type.String()), url: nullable(Type.String()) }),
  users: Type.Boolean({ description: 'whether /v1/users answers' }),
  loaded: Type.Boolean({ description: 'in memory already; others are loaded when first asked for' }),
  failure: nullable(Type.Object({ code: Type.String(), message: Type.String() }, { description: 'why the newest files are not what answers' })),
});

export const ModelsResponse = Type.Object({ models: Type.Array(ModelOut) });
