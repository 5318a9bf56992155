import { Type } from 'typebox';
import { DEFAULT_K, MAX_RATINGS } from '../../shared/engine/recommender.ts';
import { MAX_K } from '../../shared/engine/vectorIndex.ts';
import { MAX_TITLES } from '../service.ts';

// These validate, type and document the API at once; shared/query.ts says what the fields mean.

const ItemId = Type.Union([Type.Integer(), Type.String({ maxLength: 200 })], { description: "the item's id in the source data" });

export const Item = Type.Object({
  id: ItemId,
  title: Type.String(),
  year: Type.Union([Type.Integer(), Type.Null()]),
  genres: Type.Array(Type.String()),
  imdbId: Type.Union([Type.String(), Type.Null()]),
  tmdbId: Type.Union([Type.Integer(), Type.Null()]),
});

export const RecommendationsRequest = Type.Object(
  {
    ratings: Type.Array(Type.Object({ item: ItemId, rating: Type.Number() }, { additionalProperties: false }), {
      maxItems: MAX_RATINGS,
      description: 'in any order; empty gives the popular start; of repeated items the last counts',
    }),
    k: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_K, default: DEFAULT_K })),
    explain: Type.Optional(Type.Boolean({ default: false, description: 'add the exact share of each rating' })),
    expect: Type.Optional(Type.Boolean({ default: true, description: 'predict a rating for each, where the model can' })),
  },
  {
    additionalProperties: false,
    examples: [{ ratings: [{ item: 1, rating: 5 }, { item: 2, rating: 4.5 }], k: 10 }],
  },
);

export const RecommendationsResponse = Type.Object({
  items: Type.Array(
    Type.Object({
      item: Item,
      score: Type.Number(),
      expected: Type.Optional(Type.Number({ description: "the rating that this person would give, on the model's scale; the item's mean where no rating is known" })),
      because: Type.Optional(Type.Array(Type.Object({ item: ItemId, title: Type.String(), share: Type.Number() }))),
    }),
  ),
  basis: Type.Union([Type.Literal('ratings'), Type.Literal('popular')]),
  unknown: Type.Array(ItemId, { description: 'rated ids that the model does not know' }),
  computeMs: Type.Number(),
});

const limit = (fallback: number) => Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TITLES, default: fallback }));

export const ItemsQuery = Type.Object({
  q: Type.String({ maxLength: 200, description: 'what somebody types: words of a title, a year; typos are forgiven' }),
  limit: limit(20),
});

export const OnboardingQuery = Type.Object({ limit: limit(20) });

export const ItemsResponse = Type.Object({ items: Type.Array(Item) });
