import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inspectFile, type TextFile } from '../../../trainer/ratings/file.ts';
import { readRecords, splitRecord, type TextRecord } from '../../../trainer/ratings/records.ts';
import { Session } from '../../../trainer/ratings/session.ts';
import { scratchFolder } from './scratch.ts';

const { write } = scratchFolder();

async function inspect(name: string, content: string | Uint8Array): Promise<TextFile> {
  const path = await write(name, content);
  const session = await Session.open({ threads: 1 });
  try {
    return (await inspectFile(path, session)) as TextFile;
  } finally {
    await session.close();
  }
}

async function records(file: TextFile, quotes = true, chunkBytes?: number): Promise<TextRecord[]> {
  const found: TextRecord[] = [];
  for await (const some of readRecords(file, { delimiter: ',', quotes }, chunkBytes)) found.push(...some);
  return found;
}

describe('splitRecord', () => {
  test.each<[string, string, string[] | 'open' | null]>([
    [',', 'a,b', ['a', 'b']],
    [',', '', ['']],
    [',', ',', ['', '']],
    [',', '"a,b",c', ['a,b', 'c']],
    [',', '"a ""b""",c', ['a "b"', 'c']],
    [',', '"",""', ['', '']],
    [',', '"""",x', ['"', 'x']],
    [',', 'a"b,5" disk', ['a"b', '5" disk']],
    [',', ' "a, b" ,  "c"', ['a, b', 'c']],
    [',', ' a ,b', [' a ', 'b']],
    [',', ' "a', 'open'],
    [',', '"a\nb",c', ['a\nb', 'c']],
    [',', '"a', 'open'],
    [',', '"a"",b', 'open'],
    [',', 'x,"', 'open'],
    [',', '"a"b,c', null],
    ['::', 'a:b::c::', ['a:b', 'c', '']],
    ['::', '"a::b"::c', ['a::b', 'c']],
  ])('%s in %s', (delimiter, text, expected) => {
    expect(splitRecord(text, delimiter, true)).toEqual(expected);
  });

  test('without quotes a quote is a letter', () => {
    expect(splitRecord('"a,b', ',', false)).toEqual(['"a', 'b']);
  });
});

describe('readRecords', () => {
  test('knows the lines', async () => {
    const file = await inspect('lines.csv', 'a,b\r\n\r\n"c\r\nd",e\r\nf,g');
    expect(await records(file)).toEqual([
      { line: 1, text: 'a,b', cells: ['a', 'b'] },
      { line: 3, text: '"c\nd",e', cells: ['c\nd', 'e'] },
      { line: 5, text: 'f,g', cells: ['f', 'g'] },
    ]);
    expect(file).toMatchObject({ quoted: true, records: 3, utf8: true });
  });

  test('a quote that never closes is one bad record', async () => {
    const file = await inspect('open.csv', `a,"b\n${'c,d\n'.repeat(2500)}"e",f\n`);
    const found = await records(file);
    expect(found[0]).toEqual({ line: 1, text: 'a,"b', cells: null });
    expect(found.slice(1, -1).every(({ cells }, i) => cells?.[0] === 'c' && found[i + 1]!.line === i + 2)).toBe(true);
    expect(found.at(-1)).toEqual({ line: 2502, text: '"e",f', cells: ['e', 'f'] });
  });

  test('any table comes back as it was written, whatever the chunks', async () => {
    const cell = fc.array(fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '\u{1F600}'), { maxLength: 6 }).map((letters) => letters.join(''));
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 20 }), fc.boolean(), async (rows, end, chunkBytes, gzip) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',') + end).join('');
        const file = await inspect(`table-${run++}`, gzip ? gzipSync(text) : text);
        expect((await records(file, true, chunkBytes)).map(({ cells }) => cells)).toEqual(rows);
        expect(file).toMatchObject({ gzip, quoted: true, records: rows.length, utf8: true });
      }),
      { numRuns: 60 },
    );
  });
});

describe('inspectFile', () => {
  test.each<[string, Uint8Array | string, Partial<TextFile>]>([
    ['ASCII', 'a,b\n', { utf8: true, quoted: false, records: 1 }],
    ['UTF-8', 'é,b\n\n', { utf8: true, quoted: false, records: 1 }],
    ['Latin-1', Buffer.from('é,b\n\r\nc', 'latin1'), { utf8: false, quoted: false, records: 2 }],
    ['UTF-8 that is cut', Buffer.from('a,é').subarray(0, 3), { utf8: false, records: 1 }],
    ['UTF-8 over the border of a chunk', `${'a'.repeat((1 << 20) - 1)}é\r\n\r\n`, { utf8: true, records: 1 }],
    ['a line end over the border of a chunk', `${'a'.repeat((1 << 20) - 1)}\r\n\r\nb`, { utf8: true, records: 2 }],
    ['a blank line over the border of a chunk', `${'a'.repeat((1 << 20) - 2)}\n\r\nb`, { utf8: true, records: 2 }],
  ])('%s', async (name, content, expected) => {
    const bytes = Buffer.from(content);
    expect(await inspect(name, content)).toMatchObject({ ...expected, bytes: bytes.length, gzip: false });
  });
});
