import { describe, expect, test } from 'vitest';
import { readRatings } from '../../../trainer/ratings/read.ts';
import { describeReport } from '../../../trainer/ratings/describeReport.ts';
import { duckdb, scratchFolder, triples } from './scratch.ts';

const { path, write } = scratchFolder();

async function folder(name: string, files: Record<string, string | Buffer>): Promise<string> {
  for (const [file, content] of Object.entries(files)) await write(`${name}/${file}`, content);
  return path(name);
}

describe('MovieLens', () => {
  test('of today: ratings.csv, movies.csv, links.csv', async () => {
    const ratings = await readRatings([
      await folder('ml-latest-small', {
        'ratings.csv': 'userId,movieId,rating,timestamp\r\n1,1,4.0,964982703\r\n1,7,0.5,964982703\r\n2,9,5.0,1\r\n2,11,5.0,1\r\n',
        'movies.csv': [
          'movieId,title,genres',
          '1,Toy Story (1995),Adventure|Animation|Children|Comedy|Fantasy',
          '7,"Matrix, The (1999)",(no genres listed)',
          '9,"""Great Performances"" Cats (1998)",Musical',
          '10,Never rated (2000),Drama',
          '11,Babylon 5,Sci-Fi',
          '',
        ].join('\r\n'),
        'links.csv': 'movieId,imdbId,tmdbId\r\n1,0114709,862\r\n7,0133093,\r\n9,10370710,603\r\n11,,0\r\n',
        'tags.csv': 'userId,movieId,tag,timestamp\r\n',
        'README.txt': 'Usage License',
      }),
    ]);
    expect(ratings.items).toEqual([
      { id: 1, title: 'Toy Story', year: 1995, genres: ['Adventure', 'Animation', 'Children', 'Comedy', 'Fantasy'], imdbId: 'tt0114709', tmdbId: 862 },
      { id: 7, title: 'Matrix, The', year: 1999, genres: [], imdbId: 'tt0133093', tmdbId: null },
      { id: 9, title: '"Great Performances" Cats', year: 1998, genres: ['Musical'], imdbId: 'tt10370710', tmdbId: 603 },
      { id: 11, title: 'Babylon 5', year: null, genres: ['Sci-Fi'], imdbId: null, tmdbId: null },
    ]);
    expect(ratings.scale).toEqual({ min: 0.5, max: 5 });
    expect(ratings.dataset).toMatchObject({ name: 'ml-latest-small', kind: 'movielens', url: 'https://grouplens.org/datasets/movielens/' });
    expect(ratings.dataset.licence).toMatch('no commercial use');
    expect(ratings.dataset.attribution).toMatch(/Harper and Joseph A\. Konstan\. 2015/);
    expect(ratings.report.files.map(({ role, path: file }) => [role, file])).toEqual([['ratings', path('ml-latest-small/ratings.csv')], ['items', path('ml-latest-small/movies.csv')], ['links', path('ml-latest-small/links.csv')]]);
  });

  test.each([['whole stars', '4', { min: 1, max: 5 }], ['half stars', '4.5', { min: 0.5, max: 5 }]])('of ml-1m and ml-10m, with %s', async (_, rating, scale) => {
    const ratings = await readRatings([
      await folder('ml-old', {
        'ratings.dat': `1::2::${rating}::978300760\n1::3::5::978302109\n`,
        'movies.dat': Buffer.from("1::Unseen (1990)::Drama\n2::Misérables, Les (1995)::Drama|Children's\n3::\"Quoted\" :Colon (2000)::Film-Noir\n", 'latin1'),
      }),
    ]);
    expect(ratings.items.map(({ title, year, genres }) => [title, year, genres])).toEqual([['Misérables, Les', 1995, ['Drama', 'Children']], ['"Quoted" :Colon', 2000, ['Film-Noir']]]);
    expect(ratings).toMatchObject({ scale, dataset: { kind: 'movielens', name: 'ml-old' } });
  });

  test('of ml-100k: u.data, u.item', async () => {
    const flags = (...on: number[]): string => Array.from({ length: 19 }, (_, i) => (on.includes(i) ? 1 : 0)).join('|');
    const ratings = await readRatings([
      await folder('old set', {
        'u.data': '196\t242\t3\t881250949\n186\t267\t3\t891717742\n196\t267\t1\t881250949\n',
        'u.item': Buffer.from(`242|Señor Kolya (1996)|24-Jan-1997||http://us.imdb.com/M/title-exact?Kolya%20(1996)|${flags(4, 5)}\n267|unknown||||${flags(0)}\n`, 'latin1'),
        'u.user': '1|24|M|technician|85711\n',
      }),
    ]);
    expect(triples(ratings)).toEqual([[186, 267, 3], [196, 242, 3], [196, 267, 1]]);
    expect(ratings.items.map(({ title, year, genres }) => [title, year, genres])).toEqual([['Señor Kolya', 1996, ['Children', 'Comedy']], ['unknown', null, []]]);
    expect(ratings).toMatchObject({ scale: { min: 1, max: 5 }, dataset: { kind: 'movielens', name: 'movielens' } });
  });

  test('one folder down, and with other titles', async () => {
    await folder('data/ml-x', { 'ratings.csv': 'userId,movieId,rating,timestamp\n1,1,4,1\n', 'movies.csv': 'movieId,title,genres\n1,Toy Story (1995),\n' });
    await folder('data', { 'ml-x.zip': 'PK' });
    expect((await readRatings([path('data')])).items[0]!.title).toBe('Toy Story');
    const items = await write('mine.tsv', 'id\ttitle\tyear\n1\tMein Titel (1)\t1995\n');
    expect((await readRatings([path('data')], { items })).items[0]).toMatchObject({ title: 'Mein Titel (1)', year: 1995, genres: [] });
  });
});

describe('goodbooks', () => {
  const ratings = 'user_id,book_id,rating\n1,1,5\n1,2,3\n2,3,4\n';

  test('of the first edition: book_id is the id of books.csv', async () => {
    const books = 'id,book_id,isbn,authors,original_publication_year,title\n1,2767052,x,Suzanne Collins,2008.0,"The Hunger Games (The Hunger Games, #1)"\n2,3,x,"J.K. Rowling, Mary GrandPré",1997.0,Sorcerer\n3,1,x,Homer,-750.0,The Odyssey\n';
    const { items, dataset, scale } = await readRatings([await folder('books-1', { 'ratings.csv': ratings, 'books.csv': books })]);
    expect(items.map(({ id, title, year }) => [id, title, year])).toEqual([[1, 'The Hunger Games', 2008], [2, 'Sorcerer', 1997], [3, 'The Odyssey', -750]]);
    expect(dataset).toMatchObject({ name: 'goodbooks-10k', kind: 'goodbooks', licence: 'CC BY-SA 4.0' });
    expect(scale).toEqual({ min: 1, max: 5 });
  });

  test('of the second edition: it is their book_id', async () => {
    const books = 'book_id,goodreads_book_id,original_publication_year,title\n1,2767052,2008.0,A\n2,3,1997.0,B\n3,1,,C\n';
    const { items } = await readRatings([await folder('books-2', { 'ratings.csv': ratings, 'books.csv': books })]);
    expect(items.map(({ title, year }) => [title, year])).toEqual([['A', 2008], ['B', 1997], ['C', null]]);
  });
});

describe('folders of your own', () => {
  test('one file of ratings, beside others, with titles', async () => {
    const own = await folder('my games!', { 'ratings-2024.csv': 'user,game,stars\nann,g1,5\nann,g2,4\n', 'items.csv': 'game_id,name,Release Year,Genres\ng1,Go,0,"Board, Old"\n', 'notes.txt': 'x' });
    const ratings = await readRatings([own]);
    expect(ratings.dataset).toMatchObject({ name: 'ratings-2024', kind: 'file', licence: null, attribution: null, url: null });
    expect(ratings.items.map(({ title, year, genres }) => [title, year, genres])).toEqual([['Go', null, ['Board', 'Old']], ['g2', null, []]]);
    expect(ratings.report.titlesFound).toBe(1);
    expect(describeReport(ratings.report)).toEqual(['Read 2 rows; kept 2 ratings of 2 items by 1 users', '1 items have no title: they are called by their id']);
  });

  test('the parts that Spark writes', async () => {
    await folder('ratings.parquet', { _SUCCESS: '' });
    for (const part of [0, 1]) await duckdb(`COPY (SELECT ${part} AS user, 1 AS item, 3 AS rating) TO '${path(`ratings.parquet/part-0000${part}.snappy.parquet`)}' (FORMAT parquet)`);
    const ratings = await readRatings([path('ratings.parquet')]);
    expect(triples(ratings)).toEqual([[0, 1, 3], [1, 1, 3]]);
    expect(ratings.dataset.name).toBe('ratings.parquet');
  });

  test('titles in Parquet, with lists', async () => {
    await duckdb(`COPY (SELECT 1::BIGINT AS item_id, 'One' AS title, 1999::SMALLINT AS year, ['A', 'B'] AS genres, 603 AS tmdb_id, '0133093' AS imdb_id) TO '${path('titles.parquet')}' (FORMAT parquet)`);
    const { items } = await readRatings([await write('r.csv', 'user,item,rating\n1,1,3\n')], { items: path('titles.parquet') });
    expect(items).toEqual([{ id: 1, title: 'One', year: 1999, genres: ['A', 'B'], imdbId: 'tt0133093', tmdbId: 603 }]);
  });
});

test('the report in words', () => {
  const report = { files: [{ path: 'a', role: 'ratings' as const, bytes: 1 }, { path: 'b', role: 'ratings' as const, bytes: 1 }], rowsRead: 12_345, kept: 12_000, dropped: [{ reason: 'no user id', rows: 340 }], repeats: 5, badRows: [{ file: 'a', line: 7, text: ',1,2', reason: 'no user id' }], users: 10, items: 20, titlesFound: 0 };
  expect(describeReport(report)).toEqual([
    'Read 12,345 rows of 2 files; kept 12,000 ratings of 20 items by 10 users',
    'No item has a title: they are called by their id',
    '5 rows are repeated ratings of one item by one user: the newest counts',
    'Dropped 340 rows: no user id',
    '  a:7: no user id: ,1,2',
  ]);
});
