import { Tmdb, type TmdbState } from './tmdb.ts';

let state = $state.raw<TmdbState>('asking');
let tmdb = $state.raw<Tmdb | null>(null);

/** How it stands with the key. */
export const posterState = (): TmdbState => state;

/** Where posters are looked up; null on the page without posters. */
export const posterSource = (): Tmdb | null => tmdb;

/** From now on covers show posters. */
export async function startPosters(key: string): Promise<void> {
  tmdb = new Tmdb(key, (now) => (state = now));
  await tmdb.check();
}
