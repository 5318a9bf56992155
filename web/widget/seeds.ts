import { FrameRateError } from '../../shared/errors.ts';
import type { SeedRating } from './types.ts';

/**
 * Ratings as an attribute holds them: "260:5 1196:4.5 541", with or without commas. Ids that hold a colon or a space need
 * the property.
 * @throws {FrameRateError} `BAD_QUERY`, which part is none.
 */
export const readSeeds = (text: string): readonly SeedRating[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((part) => {
      const [, id, rating] = /^([^:]+)(?::(\d+(?:\.\d+)?))?$/.exec(part) ?? [];
      if (id === undefined) throw new FrameRateError('BAD_QUERY', `"${part}" in items is no rating. Write them as id:rating: "260:5 1196:4.5".`, '/items');
      return rating === undefined ? { item: readId(id) } : { item: readId(id), rating: Number(rating) };
    });

/** A whole number is meant as one. */
export const readId = (text: string): string | number => (/^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text);
