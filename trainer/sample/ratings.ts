import { createHash } from 'node:crypto';
import { itemId } from '../../shared/ids.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { generateSample } from './generate.ts';

const SEED = 1;

/** The embedded sample in the form in which the trainer takes any ratings. */
export function sampleRatings(): Ratings {
  const { films, ratings } = generateSample(SEED);
  const userIds = [...new Set(ratings.map(({ user }) => user))].sort((a, b) => a - b);
  const userOf = new Map(userIds.map((id, index) => [id, index]));
  const rated = new Set(ratings.map(({ item }) => item));
  const items = films.filter(({ id }) => rated.has(id)); // films come in the order of their ids
  const itemOf = new Map(items.map(({ id }, index) => [id, index]));
  const sorted = ratings.toSorted((a, b) => a.user - b.user || a.item - b.item);
  const digest = createHash('sha256').update(JSON.stringify([films, sorted])).digest('hex');
  return {
    userIds,
    items: items.map(({ id, title, year, genres, imdbId }) => ({ id: itemId(id), title, year, genres, imdbId, tmdbId: null })),
    user: Uint32Array.from(sorted, ({ user }) => userOf.get(user)!),
    item: Uint32Array.from(sorted, ({ item }) => itemOf.get(item)!),
    rating: Float32Array.from(sorted, ({ rating }) => rating),
    scale: { min: 0.5, max: 5 },
    dataset: {
      name: 'sample',
      kind: 'sample',
      licence: 'MIT',
      attribution: 'The embedded sample: facts about real films, ratings by people who do not exist.',
      url: null,
      digest,
    },
    report: { files: [], rowsRead: sorted.length, kept: sorted.length, dropped: [], repeats: 0, badRows: [], users: userIds.length, items: items.length, titlesFound: items.length },
  };
}
