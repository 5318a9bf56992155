import type { CatalogItem } from '../../shared/query.ts';

const API = 'https://api.themoviedb.org/3/';
const IMAGES = 'https://image.tmdb.org/t/p/';
/** So many are looked up at a time. */
const AT_ONCE = 6;

/** Which film: by TMDB's id, else by IMDb's. */
export type PosterFilm = Pick<CatalogItem, 'tmdbId' | 'imdbId'>;

/** `asking` until the first answer. `refused`: the key is none of TMDB's. `unreachable`: no network, or TMDB is not well. */
export type TmdbState = 'asking' | 'good' | 'refused' | 'unreachable';

/**
 * Whose poster lies where, from The Movie Database's API (v3) with the visitor's own key: 32 hex digits, or a read access
 * token, which goes into a header. Each film is asked about once; answers stay in the browser's cache as long as TMDB says.
 */
export class Tmdb {
  readonly #key: string;
  readonly #fetch: typeof fetch;
  readonly #tell: (state: TmdbState) => void;
  readonly #paths = new Map<string, Promise<string | null>>();
  #refused = false;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(key: string, tell: (state: TmdbState) => void, fetcher: typeof fetch = (...request) => fetch(...request)) {
    this.#key = key.trim();
    this.#fetch = fetcher;
    this.#tell = tell;
  }

  /** Asks whether the key is good, and tells. */
  async check(): Promise<void> {
    await this.#ask('authentication');
  }

  /** Address of a film's poster, `width` px wide or so; null where there is none, or none can be had now. */
  async posterOf(film: PosterFilm, width: 92 | 185 | 342): Promise<string | null> {
    const question = film.tmdbId !== null ? `movie/${film.tmdbId}` : film.imdbId !== null ? `find/${film.imdbId}?external_source=imdb_id` : null;
    if (question === null || this.#refused) return null;
    let path = this.#paths.get(question);
    if (!path) this.#paths.set(question, (path = this.#pathOf(question)));
    const found = await path;
    return found === null ? null : `${IMAGES}w${width}${found}`;
  }

  async #pathOf(question: string): Promise<string | null> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running++;
    const answer = await this.#ask(question);
    this.#running--;
    this.#waiting.shift()?.();
    if (answer === null) this.#paths.delete(question); // asked again when the cover shows again
    return readPath(answer);
  }

  /** @returns null where there was no answer. */
  async #ask(question: string): Promise<unknown> {
    if (this.#refused) return null;
    const url = new URL(question, API);
    const isToken = this.#key.includes('.');
    if (!isToken) url.searchParams.set('api_key', this.#key);
    try {
      const response = await this.#fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...(isToken && { headers: { authorization: `Bearer ${this.#key}` } }) });
      this.#refused = response.status === 401;
      if (this.#refused || (!response.ok && response.status !== 404)) {
        this.#tell(this.#refused ? 'refused' : 'unreachable');
        return null;
      }
      this.#tell('good');
      return response.ok ? await response.json() : {};
    } catch {
      this.#tell('unreachable');
      return null;
    }
  }
}

/** Of a film's own answer, or of what was found for an IMDb id. */
function readPath(answer: unknown): string | null {
  const { poster_path: own, movie_results: found } = (answer ?? {}) as { poster_path?: unknown; movie_results?: unknown };
  if (Array.isArray(found)) return found.length > 0 ? readPath(found[0]) : null;
  return typeof own === 'string' && /^\/[\w-]+\.(jpg|png|webp)$/.test(own) ? own : null;
}
