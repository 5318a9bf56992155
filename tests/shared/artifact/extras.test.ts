import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMapTable, writeMapTable, type MapTable } from '../../../shared/artifact/mapFile.ts';
import { readOnboardingList, writeOnboardingList } from '../../../shared/artifact/onboardingFile.ts';
import { meanRating, quantizeMeans, readStarsTable, writeStarsTable } from '../../../shared/artifact/starsFile.ts';
import { FrameRateError, type ErrorCode } from '../../../shared/errors.ts';
import { itemRow } from '../../../shared/ids.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

// What release 1 wrote, field by field: these must be read for ever.
const ONBOARDING = '46524f42 01000000 05000000 03000000  04000000 00000000 02000000';
const STARS = '46525354 01000000 04000000 00000041 0000a040 00000040 0000003f  00 02 04 06';
const MAP = `46524d50 01000000 03000000 02000000  ff7f 0180 0000  0000 ff7f 0180
  ff7f 0000 02000000 06 486f72726f72  0000 0180 01000000 06 4b696e64c3a9`;

const list = { rows: 5, asked: [4, 0, 2].map(itemRow) };
const stars = { rows: 4, offsetRidge: 8, tasteRidge: 5, min: 2, step: 0.5, codes: Uint8Array.of(0, 2, 4, 6) };
const map: MapTable = {
  rows: 3,
  x: Float32Array.of(1, -1, 0),
  y: Float32Array.of(0, 1, -1),
  regions: [{ label: 'Horror', x: 1, y: 0, items: 2 }, { label: 'Kindé', x: 0, y: -1, items: 1 }],
};

const formats = [
  { name: 'onboarding', golden: ONBOARDING, value: list, write: () => writeOnboardingList(list), read: readOnboardingList as (bytes: Uint8Array) => unknown },
  { name: 'stars', golden: STARS, value: stars, write: () => writeStarsTable(stars), read: readStarsTable as (bytes: Uint8Array) => unknown },
  { name: 'map', golden: MAP, value: map, write: () => writeMapTable(map), read: readMapTable as (bytes: Uint8Array) => unknown },
];

function codeOf(work: () => unknown): ErrorCode | 'read' {
  try {
    work();
    return 'read';
  } catch (error) {
    if (error instanceof FrameRateError) return error.code;
    throw error;
  }
}

describe.each(formats)('the $name file', ({ golden, value, write, read }) => {
  test('is written and read as it always was', () => {
    expect(hex(write())).toBe(hex(fromHex(golden)));
    expect(read(fromHex(golden))).toEqual(value);
  });

  test('cut anywhere, or with a byte too many, is refused', () => {
    const whole = fromHex(golden);
    for (let length = 0; length < whole.length; length++) expect(codeOf(() => read(whole.slice(0, length))), `cut to ${length}`).toMatch(/TRUNCATED|BAD_ARTIFACT/);
    expect(codeOf(() => read(Uint8Array.of(...whole, 0)))).toBe('BAD_ARTIFACT');
  });

  test('of another kind or a newer version is refused', () => {
    const changed = (at: number, byte: number): ErrorCode | 'read' => {
      const bytes = fromHex(golden);
      bytes[at] = byte;
      return codeOf(() => read(bytes));
    };
    expect(changed(0, 0)).toBe('BAD_MAGIC');
    expect(changed(4, 2)).toBe('UNSUPPORTED_VERSION');
  });

  test('of any bytes is read or refused, and nothing else', () => {
    const whole = fromHex(golden);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), (edits) => {
        const bytes = whole.slice();
        for (const [at, byte] of edits) bytes[at] = byte;
        codeOf(() => read(bytes)); // throws what is no FrameRateError
      }),
    );
  });
});

test.each<[string, string, (bytes: Uint8Array) => unknown]>([
  ['an onboarding file that asks twice', ONBOARDING.replace('02000000', '04000000').replace(/02000000$/, '04000000'), readOnboardingList],
  ['an onboarding file that asks about what is not there', ONBOARDING.replace('05000000', '04000000'), readOnboardingList],
  ['an onboarding file that asks about more than there is', '46524f42 01000000 01000000 02000000  00000000 01000000', readOnboardingList],
  ['a stars file without doubt', STARS.replace('00000041', '00000000'), readStarsTable],
  ['a stars file with a ridge that is no number', STARS.replace('0000a040', '0000c07f'), readStarsTable],
  ['a stars file with a step backwards', STARS.replace('0000003f', '000000bf'), readStarsTable],
  ['a map that leads out of itself', MAP.replace('ff7f 0180', 'ff7f 0080'), readMapTable],
  ['a map with a label in no letters', MAP.replace('c3a9', 'ffff'), readMapTable],
])('%s is refused', (_, damaged, read) => {
  expect(codeOf(() => read(fromHex(damaged)))).toBe('BAD_ARTIFACT');
});

test('means come back within half a step', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.5, max: 5, noNaN: true }), { maxLength: 50 }), (means) => {
      const table = { rows: means.length, offsetRidge: 1, tasteRidge: 1, ...quantizeMeans(means) };
      means.forEach((mean, row) => expect(Math.abs(meanRating(table, row) - mean)).toBeLessThan(0.51 * table.step + 1e-6));
    }),
  );
});

test('any place on a map comes back within its step', () => {
  const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate)), (points) => {
      const read = readMapTable(writeMapTable({ rows: points.length, x: Float32Array.from(points, ([x]) => x), y: Float32Array.from(points, ([, y]) => y), regions: [] }));
      points.forEach(([x, y], i) => expect(Math.hypot(read.x[i]! - x, read.y[i]! - y)).toBeLessThan(1e-4));
    }),
  );
});
