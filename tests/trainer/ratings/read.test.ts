import { copyFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Columns } from '../../../trainer/ratings/columns.ts';
import { readRatings, type ReadOptions } from '../../../trainer/ratings/read.ts';
import { duckdb, scratchFolder, triples } from './scratch.ts';

const { path, write } = scratchFolder();

type Triples = ReturnType<typeof triples>;
const SMALL: Triples = [[1, 10, 4.5], [1, 20, 3], [2, 10, 5]];

describe('text', () => {
  test.each<[string, string | Buffer, Triples, Columns?]>([
    ['MovieLens header', 'userId,movieId,rating,timestamp\n1,10,4.5,100\n1,20,3,100\n2,10,5,100\n', SMALL],
    ['any order of columns, other names', 'Stars;ISBN;User-ID\n4.5;10;1\n3;20;1\n5;10;2\n', SMALL],
    ['decimal commas beside semicolons', 'user;item;rating\n1;10;4,5\n1;20;3\n2;10;5,0\n', SMALL],
    ["Excel's sep= line", 'sep=;\r\nuser;item;rating\r\n1;10;4,5\r\n1;20;3\r\n2;10;5\r\n', SMALL],
    ['RecBole types in the header', 'user_id:token\titem_id:token\trating:float\n1\t10\t4.5\n1\t20\t3\n2\t10\t5\n', SMALL],
    ['columns that nobody wants', 'review,rating,asin,title,reviewerID\n"so, so",4.5,10,x,1\n"a\nb",3,20,y,1\n"say ""no""",5,10,x,2\n', SMALL],
    ['tabs, no header (ml-100k)', '1\t10\t4.5\t881250949\n1\t20\t3\t881250949\n2\t10\t5\t881250949\n', SMALL],
    [':: and no header (ml-1m)', '1::10::4.5::978300760\n1::20::3::978300760\n2::10::5::978300760\n', SMALL],
    ['pipes', 'user|item|rating\n1|10|4.5\n1|20|3\n2|10|5\n', SMALL],
    ['CRLF', 'user,item,rating\r\n1,10,4.5\r\n1,20,3\r\n2,10,5\r\n', SMALL],
    ['CR alone', 'user,item,rating\r1,10,4.5\r1,20,3\r2,10,5\r', SMALL],
    ['mixed line ends', 'user,item,rating\r\n1,10,4.5\n1,20,3\r\n2,10,5\n', SMALL],
    ['no line end at the end', 'user,item,rating\n1,10,4.5\n1,20,3\n2,10,5', SMALL],
    ['blank lines', '\n\nuser,item,rating\n1,10,4.5\n\n1,20,3\n2,10,5\n\n\n', SMALL],
    ['BOM', '\uFEFFuser,item,rating\n1,10,4.5\n1,20,3\n2,10,5\n', SMALL],
    ['BOM without a header', '\uFEFF1,10,4.5\n1,20,3\n2,10,5\n', SMALL],
    ['everything quoted', '"user","item","rating"\n"1","10","4.5"\n"1","20","3"\n"2","10","5"\n', SMALL],
    ['empty cells beyond the last column', 'user,item,rating\n1,10,4.5,\n1,20,3,,\n2,10,5\n', SMALL],
    ['empty cells beyond the last column, mixed line ends', 'user,item,rating\n1,10,4.5,\r\n1,20,3,,\n2,10,5\n', SMALL],
    ['spaces around cells', 'user, item, rating\n1, 10, 4.5\n1 , 20,3\n2, 10, 5 \n', SMALL],
    ['exponents and bare points', 'user,item,rating\n1,10,.45e1\n1,20,3.\n2,10,+5\n', SMALL],
    ['columns by name', 'wer,was,wie\n1,10,4.5\n1,20,3\n2,10,5\n', SMALL, { user: 'wer', item: 'Was', rating: 'wie' }],
    ['columns by place', '4.5,x,10,1\n3,x,20,1\n5,x,10,2\n', SMALL, { user: '#4', item: '#3', rating: '#1' }],
    ['one column by name, the others known', 'rating,wer,movieId\n4.5,1,10\n3,1,20\n5,2,10\n', SMALL, { user: 'wer' }],
    ['text ids, by code unit', 'user,item,rating\nb,ü,1\na,Z,2\nb,a,3\n', [['a', 'Z', 2], ['b', 'a', 3], ['b', 'ü', 1]]],
    ['code units, not code points', 'user,item,rating\n\u{1F600},i,1\n\uFF5E,i,2\n', [['\u{1F600}', 'i', 1], ['\uFF5E', 'i', 2]]],
    ['Latin-1', Buffer.from('user,item,rating\nJos\xe9,a,1\nb,a,2\n', 'latin1'), [['José', 'a', 1], ['b', 'a', 2]]],
    ['leading zeros make text', 'user,isbn,rating\n10,007,1\n9,7,2\n', [[9, '7', 2], [10, '007', 1]]],
    ['numbers beyond 2^53 make text', 'user,item,rating\n9007199254740993,1,1\n9007199254740992,1,2\n', [['9007199254740992', 1, 2], ['9007199254740993', 1, 1]]],
    ['numbers up to 2^53 far apart', 'user,item,rating\n9007199254740991,-5,1\n12,40000000,2\n12,7,3\n', [[12, 7, 3], [12, 40000000, 2], [9007199254740991, -5, 1]]],
    ['negative and zero ids', 'user,item,rating\n-1,0,1\n0,-20,2\n', [[-1, 0, 1], [0, -20, 2]]],
    ['numbers sort by size', 'user,item,rating\n10,100,1\n9,20,2\n', [[9, 20, 2], [10, 100, 1]]],
    ['quotes inside of ids', 'user,item,rating\n"a ""x""","b\nc",1\n5"",b,2\n', [['5""', 'b', 2], ['a "x"', 'b\nc', 1]]],
  ])('%s', async (name, content, expected, columns) => {
    const file = await write(`${name.replace(/\W+/g, '-')}.csv`, content);
    const ratings = await readRatings([file], { columns });
    expect(triples(ratings)).toEqual(expected);
    expect(ratings.report).toMatchObject({ rowsRead: expected.length, kept: expected.length, dropped: [], badRows: [], repeats: 0, titlesFound: 0 });
  });
});

describe('packed and Parquet', () => {
  const text = 'user,item,rating\n1,10,4.5\n1,20,3\n2,10,5\n';

  test('gzip', async () => {
    expect(triples(await readRatings([await write('packed.csv.gz', gzipSync(text))]))).toEqual(SMALL);
  });

  test('gzip of several members, with bad rows and quotes', async () => {
    const file = await write('members.csv.gz', Buffer.concat([gzipSync('user,item,rating\n1,10,4.5\n"1",20,3\n'), gzipSync('oops\n2,10,5\n')]));
    const ratings = await readRatings([file]);
    expect(triples(ratings)).toEqual(SMALL);
    expect(ratings.report.badRows).toEqual([{ file, line: 4, text: 'oops', reason: 'too few columns' }]);
  });

  test('zstd', async () => {
    await duckdb(`COPY (FROM (VALUES (1, 10, 4.5), (1, 20, 3), (2, 10, 5)) AS t("user", item, rating)) TO '${path('packed.csv.zst')}' (FORMAT csv, COMPRESSION zstd)`);
    expect(triples(await readRatings([path('packed.csv.zst')]))).toEqual(SMALL);
  });

  test.each([
    ['integers', `1::BIGINT AS userId, 10::INTEGER AS movieId, 4.5::FLOAT AS rating, 5::BIGINT AS timestamp`, [[1, 10, 4.5]]],
    ['doubles that are whole numbers (pandas)', `1::DOUBLE AS user, 10::DOUBLE AS item, 4::TINYINT AS rating`, [[1, 10, 4]]],
    ['decimals and text', `'u' AS user_id, '007' AS asin, 4.5::DECIMAL(3,1) AS overall, DATE '2020-01-01' AS date`, [['u', '007', 4.5]]],
    ['wide integers', `9007199254740993::BIGINT AS user, 1::UBIGINT AS item, 3 AS rating, TIMESTAMP_NS '2020-01-01' AS time`, [['9007199254740993', 1, 3]]],
    ['names that SQL knows', `1 AS "select", 2 AS "a ""b""", 3 AS "from"`, [[1, 2, 3]], { user: 'select', item: 'a "b"', rating: 'from' }],
  ] as [string, string, Triples, Columns?][])('Parquet of %s', async (name, row, expected, columns) => {
    const file = path(`${name.replace(/\W+/g, '-')}.parquet`);
    await duckdb(`COPY (SELECT ${row}) TO '${file}' (FORMAT parquet)`);
    expect(triples(await readRatings([file], { columns }))).toEqual(expected);
  });

  test('bad rows of Parquet are told by their number', async () => {
    const file = path('bad.parquet');
    await duckdb(`COPY (FROM (VALUES (1, 10, 4.5::DOUBLE), (NULL, 20, 3), (2, 10, 'nan'), (2, 20, 'infinity')) AS t("user", item, rating)) TO '${file}' (FORMAT parquet)`);
    const { report } = await readRatings([file]);
    expect(report).toMatchObject({ rowsRead: 4, kept: 1 });
    expect(report.badRows.map(({ line, reason }) => [line, reason])).toEqual([[2, 'no user id'], [3, 'the rating is not a number'], [4, 'the rating is infinite']]);
  });

  test('the ending of the name does not matter, and odd characters in it neither', async () => {
    const file = path("it's [1]*.csv");
    await duckdb(`COPY (SELECT 1 AS user, 10 AS item, 4.5 AS rating) TO '${path('plain')}' (FORMAT parquet)`);
    await copyFile(path('plain'), file);
    expect(triples(await readRatings([file]))).toEqual([[1, 10, 4.5]]);
    await write("it's [1]*.csv", text);
    expect(triples(await readRatings([file]))).toEqual(SMALL);
  });
});

describe('several files', () => {
  test('a glob takes its files in the order of their names; formats may differ', async () => {
    await write('parts/a.csv', 'user,item,rating\n1,10,1\n2,10,5\n');
    await write('parts/b.tsv', 'item\trating\tuser\n10\t4.5\t1\n20\t3\t1\n');
    const byGlob = await readRatings([path('parts/*.?sv')]);
    expect(triples(byGlob)).toEqual(SMALL);
    expect(byGlob.report.files.map(({ path: file }) => file)).toEqual([path('parts/a.csv'), path('parts/b.tsv')]);
    expect(byGlob.report).toMatchObject({ rowsRead: 4, kept: 3, repeats: 1 });
    const reversed = await readRatings([path('parts/b.tsv'), path('parts/a.csv')]);
    expect(triples(reversed)[0]).toEqual([1, 10, 1]);
    expect(reversed.dataset.digest).toBe(byGlob.dataset.digest);
  });

  test('a file that is given twice is read once', async () => {
    const file = await write('twice.csv', 'user,item,rating\n1,10,1\n');
    expect((await readRatings([file, file])).report.rowsRead).toBe(1);
  });

  test('ids are numbers only if those of all files are', async () => {
    const files = [await write('n.csv', 'user,item,rating\n1,10,1\n'), await write('t.csv', 'user,item,rating\nx,10,1\n')];
    expect(triples(await readRatings(files))).toEqual([['1', 10, 1], ['x', 10, 1]]);
  });
});

describe('repeats', () => {
  test.each<[string, string, number]>([
    ['the newest counts', '1,1,5,200\n1,1,2,100\n', 5],
    ['of equal times the last', '1,1,5,200\n1,1,2,200\n', 2],
    ['no time is older than any', '1,1,5,200\n1,1,2,\n', 5],
    ['without times the last', '1,1,5,\n1,1,2,\n', 2],
    ['ISO times', '1,1,5,2020-01-02T00:00:00Z\n1,1,2,2020-01-01 23:59:59\n', 5],
    ['offsets of ISO times', '1,1,5,2020-01-01T23:30:00-01:00\n1,1,2,2020-01-02T00:15:00Z\n', 5],
    ['seconds, milliseconds, microseconds', '1,1,4,1600000001\n1,1,5,1600000002000\n1,1,2,1600000000000000\n', 5],
    ['unreadable times', '1,1,5,yesterday\n1,1,2,soon\n', 2],
  ])('%s', async (name, rows, expected) => {
    const ratings = await readRatings([await write(`${name.replace(/\W+/g, '-')}.csv`, `user,item,rating,time\n${rows}`)]);
    expect(triples(ratings)).toEqual([[1, 1, expected]]);
    expect(ratings.report).toMatchObject({ rowsRead: ratings.report.repeats + 1, kept: 1 });
  });
});

describe('scale', () => {
  const read = async (options: ReadOptions, ...values: number[]) => readRatings([await write('scale.csv', `user,item,rating\n${values.map((value, i) => `1,${i},${value}`).join('\n')}\n`)], options);

  test('is what occurs', async () => {
    expect((await read({}, 2, 7, 3.5)).scale).toEqual({ min: 2, max: 7 });
  });

  test('may be given: what is outside is a bad row', async () => {
    const { scale, report } = await read({ scale: { min: 1, max: 10 } }, 2, 11, 0.5, 10);
    expect(scale).toEqual({ min: 1, max: 10 });
    expect(report).toMatchObject({ kept: 2, dropped: [{ reason: 'the rating is outside of 1 to 10', rows: 2 }] });
    expect(report.badRows.map(({ line }) => line)).toEqual([3, 4]);
  });

  test('holds its own ends, though ratings are kept with 24 bits', async () => {
    const { scale, rating } = await read({ scale: { min: -0.1, max: 0.1 } }, 0.1, -0.1);
    for (const value of rating) expect(value >= scale.min && value <= scale.max).toBe(true);
  });
});

describe('digest', () => {
  test('depends on the bytes and the options, not on names', async () => {
    const rows = 'user,item,rating\n1,10,1\n1,20,2\n2,20,3\n';
    const digest = async (name: string, content: string, options: ReadOptions = {}): Promise<string> => (await readRatings([await write(name, content)], options)).dataset.digest;
    const digests = [await digest('one.csv', rows), await digest('one.csv', `${rows}\n`), await digest('one.csv', rows, { minItemRatings: 2 }), await digest('one.csv', rows, { scale: { min: 0, max: 5 } }), await digest('one.csv', rows, { columns: { user: 'user' } })];
    expect(new Set(digests).size).toBe(digests.length);
    expect(await digest('two.csv', rows)).toBe(digests[0]);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('says how far it is', async () => {
  const steps: (readonly (string | number | undefined)[])[] = [];
  await readRatings([await write('steps.csv', 'user,item,rating\n1,10,1\n')], { onProgress: (...step) => steps.push(step) });
  expect([...new Set(steps.map(([step]) => step))]).toEqual(['Checking files', 'Finding users and items', 'Reading ratings', 'Sorting', 'Reading titles']);
  expect(steps.filter(([step]) => step === 'Reading ratings').at(-1)).toEqual(['Reading ratings', 1, 1]);
});
