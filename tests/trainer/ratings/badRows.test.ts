import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPlaces, hasRatingsHeader } from '../../../trainer/ratings/columns.ts';
import { inspectFile } from '../../../trainer/ratings/file.ts';
import { createIdTables } from '../../../trainer/ratings/ids.ts';
import { readRatings } from '../../../trainer/ratings/read.ts';
import { survey } from '../../../trainer/ratings/survey.ts';
import { Session } from '../../../trainer/ratings/session.ts';
import { openTable } from '../../../trainer/ratings/table.ts';
import { scratchFolder, triples } from './scratch.ts';

const { write } = scratchFolder();

describe('bad rows are counted, shown with their lines, and left out', () => {
  test.each<[string, string, [string, number, string][]]>([
    ['no number', '1,1,good\n2,1,4\n', [['the rating is not a number', 2, '1,1,good']]],
    ['NaN, infinity and nothing', '1,1,NaN\n1,2,inf\n1,3,-Infinity\n1,4,1e39\n1,5,\n2,1,4\n', [['the rating is not a number', 2, '1,1,NaN'], ['the rating is infinite', 3, '1,2,inf'], ['the rating is infinite', 4, '1,3,-Infinity'], ['the rating is infinite', 5, '1,4,1e39'], ['the rating is not a number', 6, '1,5,']]],
    ['empty ids', ',1,3\n  ,1,3\n1,"",3\n2,1,4\n', [['no user id', 2, ',1,3'], ['no user id', 3, '  ,1,3'], ['no item id', 4, '1,"",3']]],
    ['too few and too many columns', '1,1\n2,1,4\n1,1,3,5\n   \n', [['too few columns', 2, '1,1'], ['too many columns', 4, '1,1,3,5'], ['too few columns', 5, '   ']]],
    ['decimal commas between commas', '1,1,4,5\n2,1,4\n', [['too many columns', 2, '1,1,4,5']]],
    ['text after a quote', '"1"x,1,3\n2,1,4\n', [['broken quotes', 2, '"1"x,1,3']]],
    ['a quote that never closes does not eat what follows', '"1,1,3\n2,1,4\n', [['broken quotes', 2, '"1,1,3']]],
    ['lines after a quoted line end, and after blank lines', '"1\n1",1,3\n\n1,1,x\n2,1,4\n', [['the rating is not a number', 5, '1,1,x']]],
    ['mixed line ends', '1,1,x\r\n2,1,4\n', [['the rating is not a number', 2, '1,1,x']]],
    ['a second header', 'user,item,rating\n2,1,4\n', [['the rating is not a number', 2, 'user,item,rating']]],
  ])('%s', async (name, rows, expected) => {
    const file = await write(`${name.replace(/\W+/g, '-')}.csv`, `user,item,rating\n${rows}`);
    const ratings = await readRatings([file]);
    expect(triples(ratings).at(-1)).toEqual([expect.anything(), 1, 4]);
    expect(ratings.report.badRows).toEqual(expected.map(([reason, line, text]) => ({ file, line, text, reason })));
    expect(ratings.report.dropped.reduce((sum, { rows: count }) => sum + count, 0)).toBe(expected.length);
    expect(ratings.report.rowsRead).toBe(ratings.report.kept + expected.length);
  });

  test('of many the first five are shown, over all files', async () => {
    const files = await Promise.all(['x', 'y'].map((name) => write(`many-${name}.csv`, `user,item,rating\n1,1,${name}\n1,2,${name}\n1,3,${name}\n1,1,2\n`)));
    const { report } = await readRatings(files);
    expect(report.badRows.map(({ file, line }) => [file, line])).toEqual([[files[0], 2], [files[0], 3], [files[0], 4], [files[1], 2], [files[1], 3]]);
    expect(report.dropped).toEqual([{ reason: 'the rating is not a number', rows: 6 }]);
  });

  test('a long row is cut', async () => {
    const { report } = await readRatings([await write('long.csv', `user,item,rating\n1,1,${'x'.repeat(1000)}\n1,1,2\n`)]);
    expect(report.badRows[0]!.text).toHaveLength(200);
  });
});

test('whatever the rows, each is kept or counted, as one that reads line by line would', { timeout: 120_000 }, async () => {
  const id = fc.constantFrom('1', '2', '03', 'a', ' b ', '', '"x,y"', '"p""q"', 'é');
  const rating = fc.constantFrom('1', '4.5', ' 2', '1e1', 'nan', 'inf', '', 'x', '"3"', '0x10', '1e99');
  const cells = fc.oneof({ weight: 8, arbitrary: fc.tuple(id, id, rating) }, { weight: 1, arbitrary: fc.array(id, { minLength: 1, maxLength: 2 }) }, { weight: 1, arbitrary: fc.tuple(id, id, rating, rating) });
  const row = fc.tuple(cells, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n'));
  const bare = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell).trim();
  const isGood = ([user, item, value, ...rest]: string[]): boolean =>
    rest.every((cell) => cell === '') && value !== undefined && bare(user!) !== '' && bare(item!) !== '' && /^[\d.]+(e\d+)?$/.test(bare(value)) && Number(bare(value)) < 3e38;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      const text = `user,item,rating\n7,7,5\n${rows.map(([row_, end]) => row_.join(',') + end).join('')}`;
      const records = rows.map(([row_]) => row_.map(String)).filter((row_) => row_.join(',') !== '');
      const good = records.filter(isGood);
      const last = new Map([['7', '7', '5'], ...good].map(([user, item, value]) => [JSON.stringify([bare(user!), bare(item!)]), Math.fround(Number(bare(value!)))]));
      const ratings = await readRatings([await write(`fuzz-${run++}.csv`, text)]);
      expect(new Map(triples(ratings).map(([user, item, value]) => [JSON.stringify([String(user), String(item)]), value]))).toEqual(last);
      expect(ratings.report.rowsRead).toBe(records.length + 1);
      expect(ratings.report.kept + ratings.report.repeats).toBe(good.length + 1);
      expect(ratings.report.badRows).toHaveLength(Math.min(5, records.length - good.length));
    }),
    { numRuns: 60 },
  );
});

test('a row that makes DuckDB refuse a file does not change what the other rows mean', { timeout: 120_000 }, async () => {
  const piece = fc.constantFrom('1', '2', 'a', ',', ',', ',', '\n', '\n', '\r\n', '"', '""', ' ', '.', '-', '\t', 'é', '1,1,1\n', '"1",2,3\n', '1,"\n",2\n');
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.constantFrom(',', ';', '\t', '::'), async (pieces, delimiter) => {
      const text = `user,item,rating\n1,1,1\n${pieces.join('')}\n1,1,1\n`.replaceAll(',', delimiter);
      const plain = await readRatings([await write(`plain-${run}.csv`, text)]);
      const odd = await readRatings([await write(`odd-${run++}.csv`, `${text}oops\n`)]);
      expect(triples(odd)).toEqual(triples(plain));
      expect(odd.report.rowsRead).toBe(plain.report.rowsRead + 1);
      expect(odd.report.badRows.slice(0, plain.report.badRows.length).map(({ file: _, ...row }) => row)).toEqual(plain.report.badRows.map(({ file: _, ...row }) => row));
    }),
    { numRuns: 60 },
  );
});

describe('files that are large enough for several threads', () => {
  const surveyed = async (text: string): Promise<{ rows: number; good: number; parallel: boolean }> => {
    const session = await Session.open({ threads: 4 });
    try {
      const file = await inspectFile(await write('large.csv', text), session);
      const table = await openTable(file, 3, (row) => hasRatingsHeader(row, {}), session);
      await createIdTables(session);
      const { rows, good, query } = await survey({ table, places: findPlaces(table, {}), scale: null }, session, 0);
      return { rows, good, parallel: query.includes('parallel = true') };
    } finally {
      await session.close();
    }
  };
  const rows = Array.from({ length: 400_000 }, (_, i) => `${i},${(i * 7) % 3001},${1 + (i % 5)}\n`);

  test('are read by them', async () => {
    expect(await surveyed(`user,item,rating\n${rows.join('')}`)).toEqual({ rows: 400_000, good: 400_000, parallel: true });
  });

  test.each([['a bad row', '1,1\n', 400_000], ['a quoted row', '"1",1,2\n', 400_001], ['a row with another line end', '1,1,2\r\n', 400_001]])('are read safely where there is %s', async (_, odd, good) => {
    const text = `user,item,rating\n${rows.slice(0, 300_000).join('')}${odd}${rows.slice(300_000).join('')}`;
    expect(await surveyed(text)).toEqual({ rows: 400_001, good, parallel: false });
  });
});
