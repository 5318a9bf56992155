import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readResidualTable, writeResidualTable, type ResidualTable } from '../../../shared/artifact/residualFile.ts';
import { residualOf, residuals } from '../../support/residual.ts';

const tables = fc.integer({ min: 1, max: 300 }).chain(residuals);
const golden = residualOf(
  300,
  [
    { row: 0, target: 1, value: -127 },
    { row: 0, target: 299, value: 5 },
    { row: 299, target: 0, value: 1 },
  ],
  Array.from({ length: 300 }, (_, row) => row / 2),
);

describe('the residual file', () => {
  test('comes back as it was written', () => {
    const check = (table: ResidualTable): void => {
      expect(readResidualTable(writeResidualTable(table))).toEqual(table);
    };
    fc.assert(fc.property(tables, check));
    check(residualOf(0, [], []));
  });

  test('has this layout, to the byte', () => {
    const bytes = writeResidualTable(golden);
    const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('hex');
    expect(text(0, 16)).toBe('46525253' + '01000000' + '2c010000' + '03000000'); // FRRS, version 1, 300 rows, 3 entries
    expect(text(16, 28)).toBe('00000000' + '0000003f' + '0000803f'); // scales 0, .5, 1
    expect(text(1216, 1220)).toBe('0200' + '0000'); // row 0 has two entries, row 1 none
    expect(text(1816, 1825)).toBe('012b00' + '000100' + '810501'); // targets 1, 299 and 0 by low and high bytes; values
    expect(bytes).toHaveLength(1825);
  });

  test('cut anywhere it is refused', () => {
    const bytes = writeResidualTable(golden);
    for (let length = 0; length < bytes.length; length++) expect(() => readResidualTable(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array | void, string]>([
    ['of another kind', (bytes) => bytes.set([0x46, 0x52, 0x46, 0x49]), 'BAD_MAGIC'],
    ['of a newer version', (bytes) => bytes.set([2], 4), 'UNSUPPORTED_VERSION'],
    ['of more rows than 16 bits name', (bytes) => bytes.set([1, 0, 1, 0], 8), 'BAD_ARTIFACT'],
    ['with one entry more in its header', (bytes) => bytes.set([4], 12), 'BAD_ARTIFACT'],
    ['with a scale that is no number', (bytes) => bytes.set([0, 0, 0xc0, 0x7f], 16), 'BAD_ARTIFACT'],
    ['with a target of no row', (bytes) => bytes.set([2], 1820), 'BAD_ARTIFACT'],
    ['with a target of its own row', (bytes) => bytes.set([0], 1816), 'BAD_ARTIFACT'],
    ['with a target twice', (bytes) => [0x2b, 0x2b, 0, 1, 1].forEach((byte, i) => (bytes[1816 + i] = byte)), 'BAD_ARTIFACT'],
    ['with a byte too many', (bytes) => Uint8Array.of(...bytes, 0), 'BAD_ARTIFACT'],
  ])('%s is refused', (_, damage, code) => {
    const bytes = writeResidualTable(golden);
    expect(() => readResidualTable(damage(bytes) ?? bytes)).toThrow(expect.objectContaining({ code }));
  });
});
