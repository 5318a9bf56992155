import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { additions, merged, type ImportedFilm, type ReadFile } from '../../../web/import/imported.ts';
import { readJson, writeEverybody, writeJson } from '../../../web/import/json.ts';
import { writeLetterboxd } from '../../../web/import/letterboxd.ts';
import { readRatings } from '../../../web/import/readFile.ts';
import { readDate, readImdbId, readNumber, toStars } from '../../../web/import/tables.ts';
import { filmKey, type KeptFilm, type Verdict } from '../../../web/store/keptFilm.ts';
import { film } from '../ui/fakeApi.ts';

const read = (name: string, text: string, columns?: Parameters<typeof readRatings>[2]) => readRatings(name, strToU8(text), columns);

function filmsOf(file: ReadFile): readonly ImportedFilm[] {
  if (file.kind !== 'films') throw new Error(JSON.stringify(file));
  return file.films;
}

/** "The Matrix 1999 tt0133093 4.5" */
const line = ({ film, verdict }: ImportedFilm): string =>
  [film.title, film.year, film.imdbId, film.tmdbId, film.id, verdict.kind === 'rated' ? verdict.stars : verdict.kind].filter((part) => part != null && part !== '').join(' ');

describe('files that people have', () => {
  test.each<[string, string, string, string[]]>([
    [
      'Letterboxd',
      'ratings.csv',
      'Date,Name,Year,Letterboxd URI,Rating\r\n2024-01-02,"Good, the Bad and the Ugly, The",1966,https://boxd.it/2aW,4.5\r\n2024-01-03,Se7en,1995,https://boxd.it/x,0.5\r\n',
      ['Good, the Bad and the Ugly, The 1966 4.5', 'Se7en 1995 0.5'],
    ],
    ["Letterboxd's watchlist", 'watchlist.csv', 'Date,Name,Year,Letterboxd URI\n2024-01-02,Heat,1995,https://boxd.it/1\n', ['Heat 1995 watchlist']],
    ["Letterboxd's watched", 'watched.csv', 'Date,Name,Year,Letterboxd URI\n2024-01-02,Heat,1995,https://boxd.it/1\n', ['Heat 1995 seen']],
    [
      'IMDb, where its own rating and a series stand beside',
      'ratings.csv',
      'Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres\ntt0133093,9,2020-05-01,The Matrix,The Matrix,https://www.imdb.com/title/tt0133093/,Movie,8.7,136,1999,Action\ntt0944947,10,2020-05-02,Game of Thrones,Game of Thrones,u,TV Series,9.2,57,2011,Drama\ntt0317248,1,2020-05-03,City of God,Cidade de Deus,u,Movie,8.6,130,2002,Crime',
      ['The Matrix 1999 tt0133093 4.5', 'City of God 2002 tt0317248 0.5'],
    ],
    ["Trakt's table", 'trakt.csv', 'rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,rating\n2020-01-01T00:00:00Z,movie,Alien,1979,8,1,tt0078748,348,10\n', ['Alien 1979 tt0078748 348 5']],
    ['MovieLens', 'ratings.csv', 'userId,movieId,rating,timestamp\n1,260,5.0,964982703\n1,1196,4.5,964982704\n', ['260 5', '1196 4.5']],
    ['semicolons, a comma in the number, a mark at the start', 'filme.csv', '\ufeffTitel;Jahr;Bewertung\nHeat;1995;4,5\n', ['Heat 1995 4.5']],
    ['tabs, stars, a year in brackets', 'mine.tsv', 'film\tstars\nHeat (1995)\t★★★½\n', ['Heat 1995 3.5']],
    ['a line break in a title', 'a.csv', 'title,year,rating\n"Dr.\nStrangelove",1964,4\n', ['Dr.\nStrangelove 1964 4']],
    ['a scale to a hundred', 'a.csv', 'title,score\nHeat,85\nAlien,100\n', ['Heat 4.5', 'Alien 5']],
  ])('%s', (_what, name, text, lines) => {
    expect(filmsOf(read(name, text)).map(line)).toEqual(lines);
  });

  test('the original title of IMDb is another name', () => {
    const [only] = filmsOf(read('r.csv', 'Const,Your Rating,Title,Original Title\ntt0317248,8,City of God,Cidade de Deus\n'));
    expect(only.film.otherTitles).toEqual(['Cidade de Deus']);
  });

  test('what Windows wrote, and UTF-16', () => {
    const latin = Uint8Array.from([...'title,rating\nAm'].map((c) => c.charCodeAt(0)).concat([0xe9], [...'lie,4\n'].map((c) => c.charCodeAt(0))));
    expect(filmsOf(readRatings('a.csv', latin)).map(line)).toEqual(['Amélie 4']);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('title,rating\nAmélie,4\n', 'utf16le')]);
    expect(filmsOf(readRatings('a.csv', utf16)).map(line)).toEqual(['Amélie 4']);
  });

  test("Trakt's lists", () => {
    const movie = { title: 'Alien', year: 1979, ids: { imdb: 'tt0078748', tmdb: 348 } };
    const list = [{ rated_at: '2020-01-01T00:00:00Z', rating: 9, type: 'movie', movie }, { listed_at: '2020-01-01', movie }, { plays: 2, last_watched_at: '2020-01-01', movie }, { show: {} }];
    const file = readJson(JSON.stringify(list));
    expect(filmsOf(file).map(line)).toEqual(['Alien 1979 tt0078748 348 4.5', 'Alien 1979 tt0078748 348 watchlist', 'Alien 1979 tt0078748 348 seen']);
    expect(file).toMatchObject({ skipped: 1 });
  });

  test("a whole zip: Letterboxd's ratings, watchlist and watched, not its diary nor what was deleted", () => {
    const table = (rating: string) => strToU8(`Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,Heat,1995,u,${rating}\n`);
    const zip = zipSync({
      'ratings.csv': table('4'),
      'diary.csv': table('3'),
      'deleted/ratings.csv': table('1'),
      'likes/films.csv': strToU8('Date,Name,Year,Letterboxd URI\n2024-01-02,Alien,1979,u\n'),
      'watchlist.csv': strToU8('Date,Name,Year,Letterboxd URI\n2024-01-02,Alien,1979,u\n'),
      'profile.csv': strToU8('Date Joined,Username\n2020-01-01,ann\n'),
    });
    expect(filmsOf(readRatings('letterboxd.zip', zip)).map(line).sort()).toEqual(['Alien 1979 watchlist', 'Heat 1995 4']);
  });

  test('a zip of MovieLens links its ids to those of IMDb', () => {
    const zip = zipSync({ 'ml/ratings.csv': strToU8('userId,movieId,rating,timestamp\n1,1,4.0,1\n'), 'ml/links.csv': strToU8('movieId,imdbId,tmdbId\n1,0114709,862\n') });
    expect(filmsOf(readRatings('ml.zip', zip)).map(line)).toEqual(['tt0114709 862 1 4']);
  });
});

describe('files that need a word', () => {
  test('columns of other names are asked for, and read as they are named', () => {
    const text = 'a,b,c\nHeat,1995,4\n';
    expect(read('x.csv', text)).toEqual({ kind: 'table', header: ['a', 'b', 'c'], sample: [['Heat', '1995', '4']], columns: {} });
    expect(filmsOf(read('x.csv', text, { title: 0, year: 1, rating: 2 })).map(line)).toEqual(['Heat 1995 4']);
    expect(filmsOf(read('x.csv', text, { title: 0 })).map(line)).toEqual(['Heat watchlist']);
  });

  test.each<[string, string, Uint8Array | string, string]>([
    ['nothing', 'a.csv', '', 'empty'],
    ['a header alone', 'a.csv', 'title,rating\n', 'empty'],
    ['no rating in any row', 'a.csv', 'title,rating\nHeat,\n', 'empty'],
    ['a picture', 'a.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47]), 'unknown'],
    ['some text', 'a.txt', 'hello', 'unknown'],
    ['other JSON', 'a.json', '{"a":1}', 'unknown'],
    ['half of a JSON', 'a.json', '[{"a":', 'broken'],
    ['half of a zip', 'a.zip', zipSync({ 'ratings.csv': strToU8('title,rating\nHeat,4\n') }).subarray(0, 60), 'broken'],
    ['a zip of something else', 'a.zip', zipSync({ 'a.png': new Uint8Array(3) }), 'unknown'],
    ['several people', 'ratings.csv', 'userId,movieId,rating\n1,1,4\n2,1,4\n', 'people'],
    ['a newer release', 'a.json', '{"format":"framerate-films","version":99,"films":[]}', 'newer'],
  ])('%s', (_what, name, content, why) => {
    expect(readRatings(name, typeof content === 'string' ? strToU8(content) : content)).toEqual({ kind: 'refused', why });
  });

  test('whatever it is, it is an answer', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.string().map((text) => strToU8(text)), fc.json().map((text) => strToU8(text))), (bytes) => void readRatings('a', bytes)));
  });
});

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.integer({ min: 1, max: 10 }).map((halves): Verdict => ({ kind: 'rated', stars: halves / 2 })),
  fc.constantFrom<Verdict>({ kind: 'watchlist' }, { kind: 'seen' }, { kind: 'dismissed' }),
);
const kept: fc.Arbitrary<KeptFilm> = fc.record({ id: fc.nat(20), title: fc.string({ minLength: 1 }), verdict, at: fc.nat() }).map(({ id, title, verdict, at }) => {
  const item = film(id, title);
  return { key: filmKey(item), item, verdict, at };
});

describe('what goes out comes in again', () => {
  test('JSON: everything', () => {
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1 }), (films) => {
        const back = filmsOf(readJson(writeJson(films, { name: 'Ann', without: ['War'] })));
        expect(back).toEqual(films.map(({ item: { title, year, imdbId, tmdbId }, verdict, at }) => ({ film: { title, year, imdbId, tmdbId }, verdict, at })));
      }),
    );
  });

  test('JSON: whose it is, which files of before did not say', () => {
    const films = fc.sample(kept, 3);
    expect(readJson(writeJson(films, { name: 'Ann', without: ['War'] }))).toMatchObject({ owner: { name: 'Ann', without: ['War'] } });
    expect(readJson(writeJson(films, { name: '', without: [] }))).not.toHaveProperty('owner');
    const before = { format: 'framerate-films', version: 1, films: [{ item: film(1), verdict: { kind: 'seen' }, at: 7 }] };
    expect(filmsOf(readJson(JSON.stringify(before)))).toHaveLength(1);
  });

  test('JSON: everybody', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.string({ maxLength: 40 }), without: fc.array(fc.string()), films: fc.array(kept) })), (people) => {
        const read = readJson(writeEverybody(people));
        if (read.kind !== 'people') throw new Error(read.kind);
        expect(read.people.map(({ name, without, films }) => [name, without, films.length])).toEqual(people.map(({ name, without, films }) => [name, without, films.length]));
      }),
    );
  });

  test("Letterboxd's CSV: all ratings, whatever the titles hold", () => {
    fc.assert(
      fc.property(fc.array(kept), (films) => {
        const rows = Papa.parse<string[]>(writeLetterboxd(films).trimEnd(), { delimiter: ',' }).data;
        expect(rows[0]).toEqual(['imdbID', 'tmdbID', 'Title', 'Year', 'Rating']);
        const rated = films.flatMap(({ verdict }) => (verdict.kind === 'rated' ? [String(verdict.stars)] : []));
        expect(rows.slice(1).map((row) => row[4])).toEqual(rated);
        for (const row of rows) expect(row).toHaveLength(5);
      }),
    );
  });
});

describe('two verdicts on one film', () => {
  const said = (verdict: Verdict, at: number): KeptFilm => ({ key: 'k', item: film(1), verdict, at });
  const four = said({ kind: 'rated', stars: 4 }, 10);
  test.each<[string, KeptFilm | undefined, KeptFilm, 'here' | 'other']>([
    ['nothing is here', undefined, four, 'other'],
    ['the newer rating', four, said({ kind: 'rated', stars: 2 }, 11), 'other'],
    ['the same day', four, said({ kind: 'rated', stars: 2 }, 10), 'here'],
    ['no date', four, said({ kind: 'rated', stars: 2 }, 0), 'here'],
    ['a list does not replace a rating', four, said({ kind: 'watchlist' }, 99), 'here'],
    ['a rating replaces a list', said({ kind: 'watchlist' }, 99), four, 'other'],
  ])('%s', (_what, here, other, winner) => {
    expect(merged(here, other)).toBe(winner === 'here' ? here : other);
  });

  test('bringing the same twice changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(kept), fc.array(kept), (mine, theirs) => {
        const here = new Map(mine.map((one) => [one.key, one]));
        for (const one of additions(here, theirs)) here.set(one.key, one);
        expect(additions(here, theirs)).toEqual([]);
      }),
    );
  });
});

test.each([
  ['4.5', 4.5],
  ['4,5', 4.5],
  [' 8/10 ', 8],
  ['★★★★½', 4.5],
  ['½', 0.5],
  ['', NaN],
  ['good', NaN],
  ['-3', NaN],
])('the number %j is %d', (text, number) => {
  expect(readNumber(text)).toBe(number);
});

test.each([
  ['tt0133093', 'tt0133093'],
  ['0133093', 'tt0133093'],
  ['133093', 'tt0133093'],
  ['https://www.imdb.com/title/tt10872600/', 'tt10872600'],
  ['0', null],
  ['', null],
  ['Heat', null],
])('the IMDb id %j is %s', (text, id) => {
  expect(readImdbId(text)).toBe(id);
});

test('dates of all kinds', () => {
  expect(readDate('964982703')).toBe(964982703000);
  expect(readDate('2024-01-02')).toBe(Date.UTC(2024, 0, 2));
  expect(readDate('yesterday')).toBe(0);
});

test('stars come in halves', () => {
  expect([1, 7, 9, 10].map((rating) => toStars(rating, 10))).toEqual([0.5, 3.5, 4.5, 5]);
  expect(toStars(0.1, 5)).toBe(0.5);
});
