import { describe, expect, test } from 'vitest';
import { Tmdb, type TmdbState } from '../../../web/posters/tmdb.ts';
import { POSTER_WORDS } from '../../../web/posters/words.ts';

const film = (tmdbId: number | null, imdbId: string | null = null) => ({ tmdbId, imdbId });

/** A TMDB that answers by address, and writes down what it is asked. */
function fake(answer: (url: URL) => Response | Promise<Response>, key = 'abc') {
  const asked: Request[] = [];
  const states: TmdbState[] = [];
  const tmdb = new Tmdb(key, (state) => states.push(state), async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    return answer(new URL(request.url));
  });
  return { tmdb, asked, states };
}
const poster = (path: unknown) => Response.json({ poster_path: path });

describe('posters of TMDB', () => {
  test('by its own id, else by IMDb’s; a film with neither is not asked about', async () => {
    const { tmdb, asked } = fake((url) => (url.pathname.startsWith('/3/find') ? Response.json({ movie_results: [{ poster_path: '/f.jpg' }] }) : poster('/m.jpg')));
    expect(await tmdb.posterOf(film(603, 'tt1'), 185)).toBe('https://image.tmdb.org/t/p/w185/m.jpg');
    expect(await tmdb.posterOf(film(null, 'tt0133093'), 342)).toBe('https://image.tmdb.org/t/p/w342/f.jpg');
    expect(await tmdb.posterOf(film(null), 342)).toBeNull();
    expect(asked.map(({ url }) => url)).toEqual(['https://api.themoviedb.org/3/movie/603?api_key=abc', 'https://api.themoviedb.org/3/find/tt0133093?external_source=imdb_id&api_key=abc']);
  });

  test('a film is asked about once, in whatever sizes it shows', async () => {
    const { tmdb, asked } = fake(() => poster('/m.jpg'));
    await Promise.all([tmdb.posterOf(film(1), 92), tmdb.posterOf(film(1), 342)]);
    expect(asked).toHaveLength(1);
  });

  test('a read access token goes into a header, not into the address', async () => {
    const { tmdb, asked } = fake(() => Response.json({}), ' aaa.bbb.ccc ');
    await tmdb.check();
    expect(asked[0].url).toBe('https://api.themoviedb.org/3/authentication');
    expect(asked[0].headers.get('authorization')).toBe('Bearer aaa.bbb.ccc');
  });

  test('a refused key is told, and used no more', async () => {
    const { tmdb, asked, states } = fake(() => new Response(null, { status: 401 }));
    await tmdb.check();
    expect(await tmdb.posterOf(film(1), 92)).toBeNull();
    expect(states).toEqual(['refused']);
    expect(asked).toHaveLength(1);
  });

  test('what did not answer is asked again, what has no poster is not', async () => {
    let answers: (Response | Error)[] = [new TypeError('no network'), new Response(null, { status: 503 }), poster('/m.jpg'), new Response(null, { status: 404 })];
    const { tmdb, asked, states } = fake(() => {
      const [next, ...rest] = answers;
      answers = rest;
      if (next instanceof Error) throw next;
      return next;
    });
    expect(await tmdb.posterOf(film(1), 92)).toBeNull();
    expect(await tmdb.posterOf(film(1), 92)).toBeNull();
    expect(await tmdb.posterOf(film(1), 92)).not.toBeNull();
    expect(await tmdb.posterOf(film(2), 92)).toBeNull();
    expect(await tmdb.posterOf(film(2), 92)).toBeNull();
    expect(asked).toHaveLength(4);
    expect(states).toEqual(['unreachable', 'unreachable', 'good', 'good']);
  });

  test('six at a time', async () => {
    const open: ((response: Response) => void)[] = [];
    const { tmdb, asked } = fake(() => new Promise((done) => open.push(done)));
    const all = Promise.all(Array.from({ length: 20 }, (_, id) => tmdb.posterOf(film(id), 92)));
    await expect.poll(() => open.length).toBe(6);
    for (let answered = 0; answered < 20; answered++) {
      await expect.poll(() => open.length).toBeGreaterThan(answered);
      expect(asked.length - answered).toBeLessThanOrEqual(6);
      open[answered](poster('/m.jpg'));
    }
    expect(await all).toHaveLength(20);
  });

  test.each([null, undefined, 7, 'https://elsewhere.test/x.jpg', '/../x.jpg', '/x.svg', '//elsewhere.test/x.jpg'])('a path of %j is none', async (path) => {
    const { tmdb } = fake(() => poster(path));
    expect(await tmdb.posterOf(film(1), 92)).toBeNull();
  });

  test('an answer that is no JSON is none', async () => {
    const { tmdb } = fake(() => new Response('<html>'));
    expect(await tmdb.posterOf(film(1), 92)).toBeNull();
  });
});

test('both catalogues have the same messages', () => {
  const shape = (value: unknown): unknown => (value && typeof value === 'object' ? Object.entries(value).map(([key, inner]) => [key, shape(inner)]) : typeof value);
  expect(shape(POSTER_WORDS['de'])).toEqual(shape(POSTER_WORDS['en']));
});
