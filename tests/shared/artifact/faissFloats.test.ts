import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFactorTable, writeFactorTable, type WideTable } from '../../../shared/artifact/factorTable.ts';
import { readFaissFlat, writeFaissFlat } from '../../../shared/artifact/faissFlat.ts';
import { HALF_VALUES, readFaissFp16, toHalf, toHalves, writeFaissFp16 } from '../../../shared/artifact/faissFp16.ts';
import { type ErrorCode, FrameRateError } from '../../../shared/errors.ts';

type Corruption = [field: string, code: ErrorCode, change: (view: DataView) => void];

const shape = fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 70 }));

// The first 37 bytes, which all indexes have: fourcc, d at 4, ntotal at 8, is_trained at 32, metric_type at 33.
const header: Corruption[] = [
  ['fourcc: not a Faiss file', 'BAD_MAGIC', (view) => view.setUint8(0, 0x50)],
  ['fourcc: by L2', 'UNSUPPORTED_VERSION', (view) => view.setUint8(3, 0x32)],
  ['d: 0', 'BAD_ARTIFACT', (view) => view.setInt32(4, 0, true)],
  ['d: negative', 'BAD_ARTIFACT', (view) => view.setInt32(4, -3, true)],
  ['d: beyond sense', 'BAD_ARTIFACT', (view) => view.setInt32(4, 70_000, true)],
  ['d: another', 'BAD_ARTIFACT', (view) => view.setInt32(4, 4, true)],
  ['ntotal: one row more', 'BAD_ARTIFACT', (view) => view.setBigUint64(8, 3n, true)],
  ['ntotal: more than a number holds', 'BAD_ARTIFACT', (view) => view.setBigUint64(8, 2n ** 63n, true)],
  ['is_trained: no', 'BAD_ARTIFACT', (view) => view.setUint8(32, 0)],
  ['metric_type: L2', 'UNSUPPORTED_VERSION', (view) => view.setInt32(33, 1, true)],
];

describe('32-bit floats, IxFI', () => {
  // Two rows of three: the number of values is at 37, values at 45.
  const file = () => writeFaissFlat({ rows: 2, rank: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) });
  test('read(write(table)) is the table', () => {
    fc.assert(
      fc.property(
        shape.chain(([rows, rank]) => fc.record({ rows: fc.constant(rows), rank: fc.constant(rank), values: fc.float32Array({ minLength: rows * rank, maxLength: rows * rank, noNaN: true, noDefaultInfinity: true }) })),
        (written) => {
          expect(readFaissFlat(writeFaissFlat(written))).toEqual(written);
        },
      ),
    );
  });
  describeReader(file, [
    ['values: another number of them', 'BAD_ARTIFACT', (view) => view.setBigUint64(37, 5n, true)],
    ['ntotal: more than the file holds, in both places', 'TRUNCATED', (view) => {
      view.setBigUint64(8, 1_000_000_000n, true);
      view.setBigUint64(37, 3_000_000_000n, true);
    }],
    ['values: NaN', 'BAD_ARTIFACT', (view) => view.setFloat32(45, NaN, true)],
    ['values: infinity', 'BAD_ARTIFACT', (view) => view.setFloat32(65, -Infinity, true)],
  ]);
});

describe('16-bit floats, IxSQ with QT_fp16', () => {
  // Two rows of three: qtype is at 37, sq.d at 49, sq.code_size at 57, the parameters' number at 65, the bytes' at 73, values at 81.
  const file = () => writeFaissFp16(toHalves([1, 2, 3, 4, 5, 6], 2, 3));
  test('read(write(table)) is the table', () => {
    const finite = fc.integer({ min: 0, max: 0xffff }).filter((bits) => Number.isFinite(HALF_VALUES[bits]));
    fc.assert(
      fc.property(
        shape.chain(([rows, rank]) => fc.record({ rows: fc.constant(rows), rank: fc.constant(rank), halves: fc.array(finite, { minLength: rows * rank, maxLength: rows * rank }).map((bits) => Uint16Array.from(bits)) })),
        (written) => {
          expect(readFaissFp16(writeFaissFp16(written))).toEqual(written);
        },
      ),
    );
  });
  describeReader(file, [
    ['qtype: bf16', 'UNSUPPORTED_VERSION', (view) => view.setInt32(37, 7, true)],
    ['sq.d', 'BAD_ARTIFACT', (view) => view.setBigUint64(49, 4n, true)],
    ['sq.code_size', 'BAD_ARTIFACT', (view) => view.setBigUint64(57, 3n, true)],
    ['sq.trained: something', 'BAD_ARTIFACT', (view) => view.setBigUint64(65, 6n, true)],
    ['codes: another number of them', 'BAD_ARTIFACT', (view) => view.setBigUint64(73, 10n, true)],
    ['codes: infinity', 'BAD_ARTIFACT', (view) => view.setUint16(81, 0xfc00, true)],
    ['codes: NaN', 'BAD_ARTIFACT', (view) => view.setUint16(91, 0x7c01, true)],
  ]);

  test('every pattern is its own number, and goes back', () => {
    for (let bits = 0; bits < 65_536; bits++) if (Number.isFinite(HALF_VALUES[bits])) expect(toHalf(HALF_VALUES[bits]!)).toBe(bits);
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400].map((bits) => HALF_VALUES[bits])).toEqual([1, -2, 65_504, 2 ** -24, 2 ** -14]);
  });
  test('a number goes to the nearest, ties to even', () => {
    const finite = Array.from({ length: 0x7c00 }, (_, bits) => HALF_VALUES[bits]!);
    for (let bits = 0; bits + 1 < finite.length; bits++) {
      const middle = (finite[bits]! + finite[bits + 1]!) / 2;
      expect(toHalf(middle)).toBe(bits & 1 ? bits + 1 : bits);
      expect(toHalf(-middle)).toBe((bits & 1 ? bits + 1 : bits) | 0x8000);
      const apart = (finite[bits + 1]! - finite[bits]!) / 1000;
      expect([toHalf(middle - apart), toHalf(middle + apart)]).toEqual([bits, bits + 1]);
    }
  });
  test('what they do not reach is refused', () => {
    expect(toHalves([65_504, 65_519], 1, 2).halves).toEqual(Uint16Array.of(0x7bff, 0x7bff));
    for (const far of [65_520, -1e9, Infinity, NaN]) expect(() => toHalves([1, far], 1, 2)).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  });
});

/** What both readers do, through the one that takes any index. */
function describeReader(file: () => Uint8Array<ArrayBuffer>, corrupt: readonly Corruption[]): void {
  test('the reader of any index takes it, wherever in a buffer it begins', () => {
    const whole = file();
    const table = readFactorTable(whole) as WideTable;
    expect(writeFactorTable(table)).toEqual(whole);
    const larger = new Uint8Array(whole.length + 8);
    for (const offset of [0, 1, 3, 7]) {
      larger.set(whole, offset);
      expect(readFactorTable(larger.subarray(offset, offset + whole.length))).toEqual(table);
    }
  });
  test('every truncation is refused', () => {
    const whole = file();
    for (let length = 0; length < whole.length; length++) expect(() => readFactorTable(whole.subarray(0, length)), `${length} bytes`).toThrow(FrameRateError);
  });
  test('bytes left over are refused', () => {
    expect(() => readFactorTable(Uint8Array.of(...file(), 0))).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  });
  test.each([...header, ...corrupt])('%s (%s)', (_, code, change) => {
    const bytes = file();
    change(new DataView(bytes.buffer));
    expect(() => readFactorTable(bytes)).toThrow(expect.objectContaining({ code }));
  });
}
