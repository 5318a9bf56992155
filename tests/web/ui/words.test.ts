import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ErrorCode } from '../../../shared/errors.ts';
import { chooseModel, findModels } from '../../../web/app/models.ts';
import { failureText } from '../../../web/ui/failure.ts';
import { bytesOf, genreLine, milliseconds, starsSpoken } from '../../../web/ui/format.ts';
import { starsText } from '../../../web/ui/starRow.ts';
import { ease } from '../../../web/ui/motion.ts';
import { de } from '../../../web/ui/words/de.ts';
import { en } from '../../../web/ui/words/en.ts';
import { firstSpoken, speak, t } from '../../../web/ui/words/words.svelte.ts';
import { film } from './fakeApi.ts';

test.each([
  [0.5, '½', '0.5 of 5 stars'],
  [1, '1', '1 of 5 stars'],
  [4.5, '4½', '4.5 of 5 stars'],
  [5, '5', '5 of 5 stars'],
])('%d stars', (stars, text, spoken) => {
  expect(starsText(stars)).toBe(text);
  expect(starsSpoken(stars)).toBe(spoken);
});

test('no stars are no rating', () => {
  expect(starsSpoken(0)).toBe('not rated');
});

test.each([
  [0, 'under 1 ms'],
  [0.02, 'under 0.1 ms'],
  [0.4, '0.4 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [41.7, '42 ms'],
])('%d ms', (ms, text) => {
  expect(milliseconds(ms)).toBe(text);
});

test('sizes and counts', () => {
  expect(bytesOf(400_000, 1_100_000)).toBe('0.4 of 1.1 MB');
  expect(bytesOf(12_300, 45_600)).toBe('12 of 46 kB');
  expect(t().films(1)).toBe('1 film');
  expect(t().films(9742)).toBe('9,742 films');
});

test('genres in a line: three at most, none where none is listed', () => {
  expect(genreLine({ ...film(1), genres: ['Crime', 'Film-Noir', 'Thriller', 'War'] })).toBe('Crime, Noir, Thriller');
  expect(genreLine({ ...film(1), genres: ['(no genres listed)'] })).toBe('');
});

test('the easing is the token: cubic-bezier(.2, .7, .1, 1)', () => {
  expect(ease(0)).toBeCloseTo(0);
  expect(ease(1)).toBeCloseTo(1);
  // 3(1-t)²t·.2 + 3(1-t)t²·.1 + t³ is .2375 at t = .5, where 3(1-t)²t·.7 + 3(1-t)t² + t³ is .7625.
  expect(ease(0.2375)).toBeCloseTo(0.7625);
  for (let i = 0; i < 100; i++) expect(ease((i + 1) / 100)).toBeGreaterThanOrEqual(ease(i / 100));
});

test.each<[ErrorCode, string]>([
  ['UNREACHABLE', 'The films did not arrive.'],
  ['BAD_DIGEST', 'The films did not pass the check.'],
  ['NOT_FOUND', 'There are no films at this address.'],
  ['OUT_OF_MEMORY', 'This device is short of memory.'],
])('%s is said plainly', (code, what) => {
  expect(failureText({ code, message: 'x' }).what).toBe(what);
});

test('an error without words of its own keeps its sentence', () => {
  expect(failureText({ code: 'NOT_READY', message: 'The worker stopped. Reload the page.' }).then).toBe(
    'The worker stopped. Reload the page.',
  );
});

describe('finding the model to start with', () => {
  afterEach(() => vi.unstubAllGlobals());
  const serve = (response: Response | Error) =>
    vi.stubGlobal('fetch', vi.fn(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response))));
  const json = (value: unknown) => new Response(JSON.stringify(value));

  test('the default of models/index.json, wherever the page lies', async () => {
    serve(json({ models: [{ name: 'a', manifest: 'a/manifest.json' }, { name: 'b', manifest: 'b/m.json' }], default: 'b' }));
    expect(chooseModel(await findModels('https://example.test/films/#here'))).toEqual({
      ok: true,
      value: 'https://example.test/films/models/b/m.json',
    });
    expect(fetch).toHaveBeenCalledWith('https://example.test/films/models/index.json', { cache: 'no-cache' });
  });

  test.each([
    ['a', 'a/manifest.json'],
    ['gone', 'b/m.json'],
  ])('the one that was chosen before, where it still is: %s', async (wanted, path) => {
    serve(json({ models: [{ name: 'a', manifest: 'a/manifest.json' }, { name: 'b', manifest: 'b/m.json' }], default: 'b' }));
    expect(chooseModel(await findModels('https://example.test/'), wanted)).toEqual({ ok: true, value: `https://example.test/models/${path}` });
  });

  test.each<[string, Response | Error, ErrorCode]>([
    ['no network', new TypeError('failed to fetch'), 'UNREACHABLE'],
    ['a server in trouble', new Response('', { status: 503 }), 'UNREACHABLE'],
    ['nothing there', new Response('', { status: 404 }), 'NOT_FOUND'],
    ['a page instead', new Response('<!doctype html>'), 'BAD_MANIFEST'],
    ['null', json(null), 'BAD_MANIFEST'],
    ['no list', json({ default: 'a' }), 'BAD_MANIFEST'],
    ['an entry without an address', json({ models: [{ name: 'a' }], default: 'a' }), 'BAD_MANIFEST'],
    ['a default that is not listed', json({ models: [], default: 'a' }), 'NOT_FOUND'],
  ])('%s', async (_name, response, code) => {
    serve(response);
    expect(chooseModel(await findModels('https://example.test/'))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('languages', () => {
  afterEach(() => speak('en'));

  test('German figures and words', async () => {
    await speak('de');
    expect(milliseconds(0.42)).toBe('0,4 ms');
    expect(t().films(9742)).toBe('9.742 Filme');
    expect(starsSpoken(4.5)).toBe('4,5 von 5 Sternen');
    expect(genreLine({ ...film(1), genres: ['War', 'Drama'] })).toBe('Krieg, Drama');
  });

  test.each<[string[], string]>([
    [['de-AT', 'en'], 'de'],
    [['fr', 'de'], 'de'],
    [['ja'], 'en'],
    [[], 'en'],
    [['constructor'], 'en'],
  ])('%j are spoken to in %s', (wanted, language) => {
    expect(firstSpoken(wanted)).toBe(language);
  });

  test('no message is the English one still', () => {
    const same: string[] = [];
    const compare = (one: unknown, other: unknown, at: string): void => {
      if (typeof one === 'string' && one === other && /\p{L}{3}/u.test(one)) same.push(at);
      if (typeof one === 'object' && one !== null) for (const [key, value] of Object.entries(one)) compare(value, (other as Record<string, unknown>)[key], `${at}.${key}`);
    };
    compare(en, de, '');
    expect(same).toEqual(['.genres.Film-Noir', '.steer.genres', '.notes.offline.0', '.map.film']);
  });
});
