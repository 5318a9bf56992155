import type { FilmRating } from './types.ts';

const key = (manifestUrl: string): string => `framerate ${manifestUrl}`;

const isRating = (value: unknown): value is FilmRating => {
  const { item, rating } = (value ?? {}) as Record<string, unknown>;
  return (typeof item === 'string' || typeof item === 'number') && typeof rating === 'number';
};

/** What was rated before in this browser, on pages of this origin. Nothing where that is forbidden, or not what we wrote. */
export function recall(manifestUrl: string): readonly FilmRating[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(manifestUrl)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRating) : [];
  } catch {
    return [];
  }
}

/** A full or forbidden store keeps nothing; the widget works all the same. */
export function remember(manifestUrl: string, ratings: readonly FilmRating[]): void {
  try {
    if (ratings.length > 0) localStorage.setItem(key(manifestUrl), JSON.stringify(ratings));
    else localStorage.removeItem(key(manifestUrl));
  } catch {
    // as said
  }
}
