import { describe, expect, test } from 'vitest';
import { readFoldInTable, writeFoldInTable, type FoldInTable } from '../../../shared/artifact/foldInFile.ts';

const floats = (...values: number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('hex');
const counts = (...values: number[]): string => Buffer.from(Uint32Array.from(values).buffer).toString('hex');
const text = (value: string): string => Buffer.from(value).toString('hex');

/** Written by hand from the format: what is published today must be read by every release to come. */
const GOLDEN: readonly [string, FoldInTable, string][] = [
  [
    'sums',
    { rows: 3, rank: 2, noise: Float32Array.of(0.25, 1), prior: Float32Array.of(1.5, -2), popularity: Float32Array.of(9, 4, 1), encoderScale: Float32Array.of(0.5, 0.75, 1) },
    text('FRFI') + counts(1, 3, 2) + floats(0.25, 1) + floats(1.5, -2) + floats(9, 4, 1) + floats(0.5, 0.75, 1),
  ],
  [
    'ridges',
    { rows: 3, rank: 2, gram: Float32Array.of(4, 0.5, 3), prior: Float32Array.of(1.5, -2), popularity: Float32Array.of(9, 4, 1) },
    text('FRRI') + counts(1, 3, 2) + floats(4, 0.5, 3) + floats(1.5, -2) + floats(9, 4, 1),
  ],
];

describe.each(GOLDEN)('the fold-in file of %s', (_, table, hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));

  test('is what it always was', () => {
    expect(Buffer.from(writeFoldInTable(table)).toString('hex')).toBe(hex);
    expect(readFoldInTable(bytes)).toEqual(table);
  });

  test('is refused where it is cut, too long, of a newer version, of another kind or no numbers', () => {
    const codeOf = (changed: Uint8Array): unknown => {
      try {
        return readFoldInTable(changed);
      } catch (error) {
        return (error as { code: unknown }).code;
      }
    };
    for (let length = 0; length < bytes.length; length++) expect(codeOf(bytes.slice(0, length)), `cut to ${length}`).toBe('TRUNCATED');
    expect(codeOf(Uint8Array.of(...bytes, 0))).toBe('BAD_ARTIFACT');
    expect(codeOf(bytes.with(4, 2))).toBe('UNSUPPORTED_VERSION');
    expect(codeOf(bytes.with(0, 0x47))).toBe('BAD_MAGIC');
    expect(codeOf(bytes.with(18, 0xc0).with(19, 0x7f))).toBe('BAD_ARTIFACT'); // the first number: NaN
  });
});
