import { mkdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../trainer/inputError.ts';
import { parseColumns, type Columns } from '../../../trainer/ratings/columns.ts';
import { readRatings, type ReadOptions } from '../../../trainer/ratings/read.ts';
import { duckdb, scratchFolder } from './scratch.ts';

const { path, write } = scratchFolder();

/** The sentence that a user gets: an InputError without any trace of DuckDB. */
async function refusal(paths: string[], options: ReadOptions = {}): Promise<string> {
  const error: unknown = await readRatings(paths, options).then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toMatch(/\n|duckdb|read_csv|\bat .*:\d+:\d+/i);
  return message;
}

describe('where there is nothing to read', () => {
  test('no paths', async () => expect(await refusal([])).toMatch('No ratings were given'));
  test('no such file', async () => expect(await refusal([path('nowhere.csv')])).toBe(`There is no file or folder ${path('nowhere.csv')}.`));
  test('a glob that matches nothing', async () => expect(await refusal([path('nowhere-*.csv')])).toBe(`No file matches ${path('nowhere-*.csv')}.`));
  test('an address on the net is not fetched', async () => expect(await refusal(['https://example.org/ratings.csv'])).toMatch('There is no file'));

  test('an empty folder says what was looked for', async () => {
    await mkdir(path('empty'), { recursive: true });
    expect(await refusal([path('empty')])).toMatch(/empty holds no ratings.*MovieLens \(ratings\.csv with movies\.csv.*goodbooks.*Parquet/);
  });

  test('a folder of several tables names them', async () => {
    await write('several/a.csv', 'x');
    await write('several/b.tsv', 'x');
    expect(await refusal([path('several')])).toMatch(/several holds several tables: a\.csv, b\.tsv\. Give the one/);
  });

  test('a folder of several datasets names them', async () => {
    await write('sets/one/u.data', '1\t1\t1\t1\n');
    await write('sets/two/u.data', '1\t1\t1\t1\n');
    expect(await refusal([path('sets')])).toBe(`${path('sets')} holds several datasets: ${path('sets/one')}, ${path('sets/two')}. Give one of them.`);
    expect(await refusal([path('sets/one'), path('sets/two')])).toMatch(/is a whole dataset: give it alone/);
  });
});

describe('files that are no table', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['empty.csv', '', /empty\.csv is empty/],
    ['letter.txt', 'Dear Sir,\nplease find no ratings enclosed\n', /is no table of at least 3 columns.*It begins: Dear Sir,/],
    ['ratings.json', '[{"user": 1}]', /looks like JSON/],
    ['ratings.xlsx', 'PK\x03\x04…', /zip archive \(or an Excel file\)/],
    ['ratings.csv.bz2', 'BZh91AY', /bzip2 or xz/],
    ['utf16.csv', Buffer.from('\uFEFFuser,item,rating\n', 'utf16le'), /UTF-16.*save it as UTF-8/],
    ['cut.csv.gz', gzipSync('user,item,rating\n1,2,3\n'.repeat(100)).subarray(0, 40), /cut\.csv\.gz cannot be read: unexpected end of file/],
    ['broken.csv.gz', Buffer.from([0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), /broken\.csv\.gz cannot be read/],
    ['broken.csv.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9, 9]), /broken\.csv\.zst cannot be unpacked/],
    ['broken.parquet', 'PAR1xxxxxxxxxxxxxxxxxxxxxxxxxxxx', /is no whole Parquet file/],
  ])('%s', async (name, content, message) => {
    expect(await refusal([await write(name, content)])).toMatch(message);
  });
});

describe('columns', () => {
  const refused = async (text: string, columns: Columns = {}): Promise<string> => (await refusal([await write('columns.csv', text)], { columns })).replace(`${path('columns.csv')}`, 'FILE');

  test('unknown names: what there is, and what to write', async () => {
    expect(await refused('wer,was,wie\nann,film,5\n')).toBe("FILE has no column that is known to hold the users' ids and the items' ids and the rating. It has: wer, was, wie. Say which is which: --columns user=…,item=…,rating=…");
  });

  test('the known ones are filled in', async () => {
    expect(await refused('userId,was,rating,date\nann,film,5,2020\n')).toMatch(/hold the items' ids\. It has: userId, was, rating, date\. .* --columns user=userId,item=…,rating=rating,time=date$/);
  });

  test('without a header: places and first values', async () => {
    expect(await refused('ann,film,x,5\nbob,film,y,4\n')).toMatch('It has: #1 ("ann" in the first row), #2 ("film" in the first row), #3 ("x" in the first row), #4 ("5" in the first row).');
  });

  test('a name that is not there', async () => {
    expect(await refused('userId,movieId,rating\n1,2,3\n', { rating: 'stars' })).toBe('FILE has no column "stars" for the rating. It has: userId, movieId, rating.');
    expect(await refused('userId,movieId,rating\n1,2,3\n', { rating: '#4' })).toMatch('no column "#4"');
  });

  test('one column for two things', async () => {
    expect(await refused('userId,movieId,rating\n1,2,3\n', { user: 'movieId' })).toMatch('FILE: user=movieId,item=movieId,rating=rating takes one column for two things');
  });

  test('Parquet too', async () => {
    await duckdb(`COPY (SELECT 1 AS wer, 2 AS was, 3 AS rating) TO '${path('columns.parquet')}' (FORMAT parquet)`);
    expect(await refusal([path('columns.parquet')])).toMatch(/It has: wer, was, rating\. .*--columns user=…,item=…,rating=rating/);
  });

  test('--columns that are none', () => {
    expect(parseColumns('user=a, item=b=c ,rating=#3')).toEqual({ user: 'a', item: 'b=c', rating: '#3' });
    for (const text of ['', 'user', 'user=', 'who=a', 'user=a,,item=b']) expect(() => parseColumns(text)).toThrow(InputError);
  });
});

describe('nothing is left', () => {
  test('no rows', async () => expect(await refusal([await write('none.csv', 'user,item,rating\n')])).toMatch('there is a header, but no rating below it'));

  test('bad rows alone: reasons, and the first', async () => {
    const file = await write('bad.csv', 'user,item,rating\n1,2,x\n,2,3\n1,2,y\n');
    expect(await refusal([file])).toBe(`${file}: none of 3 rows is a rating: the rating is not a number (2), no user id (1). The first is ${file}:2: 1,2,x`);
  });

  test('misshapen rows alone', async () => {
    const file = await write('narrow.csv', 'user,item,rating\n1,2\n');
    expect(await refusal([file])).toBe(`${file}: none of 1 rows is a rating: too few columns (1). The first is ${file}:2: 1,2`);
  });

  test('a minimum that nobody has', async () => {
    expect(await refusal([await write('few.csv', 'user,item,rating\n1,2,3\n')], { kCore: 2 })).toBe('No rating is left when every user must have 2 and every item 2: ask for fewer.');
  });
});

test('options out of range', async () => {
  const file = await write('fine.csv', 'user,item,rating\n1,2,3\n');
  expect(await refusal([file], { kCore: 0 })).toMatch('kCore is 0');
  expect(await refusal([file], { minUserRatings: 1.5 })).toMatch('minUserRatings is 1.5');
  expect(await refusal([file], { scale: { min: 5, max: 1 } })).toMatch('The scale goes from 5 to 1');
});

describe('titles', () => {
  test.each<[string, string, RegExp]>([
    ['no titles', 'id,colour\n2,red\n', /no column that is known to hold the titles.*It has: id, colour/],
    ['no ids', 'title,colour\nx,red\n', /no column that is known to hold the items' ids/],
    ['no header', '2,x\n', /no header that names its columns/],
    ['titles of other items', 'id,title\n9,x\n', /describes none of the 1 rated items \(the first is 2\)\. Its ids were looked for in: id/],
  ])('%s', async (name, content, message) => {
    const file = await write('titled.csv', 'user,item,rating\n1,2,3\n');
    expect(await refusal([file], { items: await write(`${name}.csv`, content) })).toMatch(message);
  });

  test('no such file', async () => {
    const file = await write('titled.csv', 'user,item,rating\n1,2,3\n');
    expect(await refusal([file], { items: path('nowhere.csv') })).toMatch('There is no file');
  });
});
