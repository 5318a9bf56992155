import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantizeSq8, readFaissSq8, type Sq8Table, writeFaissSq8 } from '../../../shared/artifact/faissSq8.ts';
import { type ErrorCode, FrameRateError } from '../../../shared/errors.ts';

const table = (): fc.Arbitrary<Sq8Table> =>
  fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 70 })).chain(([rows, rank]) => {
    const floats = fc.float32Array({ minLength: rank, maxLength: rank, noNaN: true, noDefaultInfinity: true });
    const codes = fc.uint8Array({ minLength: rows * rank, maxLength: rows * rank });
    return fc.record({ rows: fc.constant(rows), rank: fc.constant(rank), min: floats, range: floats, codes });
  });

test('read(write(table)) is the table', () => {
  fc.assert(
    fc.property(table(), (written) => {
      expect(readFaissSq8(writeFaissSq8(written))).toEqual(written);
    }),
  );
});

test('a file that begins anywhere in a larger buffer is read all the same', () => {
  const file = writeFaissSq8(quantizeSq8([1, 2, 3, 4, 5, 6], 2, 3));
  const larger = new Uint8Array(file.length + 8);
  for (const offset of [0, 1, 3, 7]) {
    larger.set(file, offset);
    expect(readFaissSq8(larger.subarray(offset, offset + file.length))).toEqual(readFaissSq8(file));
  }
});

test('codes are not copied', () => {
  const file = writeFaissSq8(quantizeSq8([1, 2, 3, 4], 2, 2));
  expect(readFaissSq8(file).codes.buffer).toBe(file.buffer);
});

describe('quantising', () => {
  test('spans each dimension from its smallest to its largest value', () => {
    const { min, range, codes } = quantizeSq8([0, 10, 1, 30, 0.5, 20], 3, 2);
    expect([...min, ...range]).toEqual([0, 10, 1, 20]);
    expect([...codes]).toEqual([0, 0, 255, 255, 127, 127]);
  });
  test('a dimension without a range has codes of 0', () => {
    expect(quantizeSq8([7, 7, 7], 3, 1)).toEqual({ rows: 3, rank: 1, min: Float32Array.of(7), range: Float32Array.of(0), codes: new Uint8Array(3) });
  });
  test('no rows make finite ranges', () => {
    expect(quantizeSq8([], 0, 2)).toEqual({ rows: 0, rank: 2, min: new Float32Array(2), range: new Float32Array(2), codes: new Uint8Array(0) });
  });
  test('is off by half a step at most', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 60 }), (values) => {
        const { min, range, codes } = quantizeSq8(values, values.length, 1);
        for (const [row, value] of values.entries()) {
          // The largest value has a code of its own, 255: its middle is half a step too high.
          expect(Math.abs(min[0]! + ((codes[row]! + 0.5) / 255) * range[0]! - value)).toBeLessThanOrEqual((range[0]! / 255) * 0.5 + 1e-4);
        }
      }),
    );
  });
});

describe('refuses', () => {
  const file = () => writeFaissSq8(quantizeSq8([1, 2, 3, 4, 5, 6], 2, 3));

  test('every truncation', () => {
    const whole = file();
    for (let length = 0; length < whole.length; length++) {
      expect(() => readFaissSq8(whole.subarray(0, length)), `${length} bytes`).toThrow(FrameRateError);
    }
  });

  test('bytes left over', () => {
    expect(() => readFaissSq8(Uint8Array.of(...file(), 0))).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  });

  // Rank 3: min is at 73, range at 85, the number of codes at 97, codes at 105.
  const corrupt: [field: string, code: ErrorCode, change: (view: DataView) => void][] = [
    ['fourcc: not a Faiss file', 'BAD_MAGIC', (view) => view.setUint8(0, 0x50)],
    ['fourcc: a flat index, IxFI', 'UNSUPPORTED_VERSION', (view) => view.setUint16(2, 0x4649)],
    ['d: 0', 'BAD_ARTIFACT', (view) => view.setInt32(4, 0, true)],
    ['d: negative', 'BAD_ARTIFACT', (view) => view.setInt32(4, -3, true)],
    ['d: another than the quantiser has', 'BAD_ARTIFACT', (view) => view.setInt32(4, 4, true)],
    ['d: beyond sense, everywhere', 'BAD_ARTIFACT', (view) => setRank(view, 70_000)],
    ['d: more than the file holds, everywhere', 'TRUNCATED', (view) => setRank(view, 60_000)],
    ['ntotal: one row more', 'BAD_ARTIFACT', (view) => view.setBigUint64(8, 3n, true)],
    ['ntotal: more than a number holds', 'BAD_ARTIFACT', (view) => view.setBigUint64(8, 2n ** 63n, true)],
    ['ntotal: more than the file holds, in both places', 'TRUNCATED', (view) => {
      view.setBigUint64(8, 1_000_000_000n, true);
      view.setBigUint64(97, 3_000_000_000n, true);
    }],
    ['is_trained: no', 'BAD_ARTIFACT', (view) => view.setUint8(32, 0)],
    ['metric_type: L2', 'UNSUPPORTED_VERSION', (view) => view.setInt32(33, 1, true)],
    ['qtype: 4 bits', 'UNSUPPORTED_VERSION', (view) => view.setInt32(37, 1, true)],
    ['sq.d', 'BAD_ARTIFACT', (view) => view.setBigUint64(49, 4n, true)],
    ['sq.code_size', 'BAD_ARTIFACT', (view) => view.setBigUint64(57, 2n, true)],
    ['sq.trained: its length', 'BAD_ARTIFACT', (view) => view.setBigUint64(65, 2n, true)],
    ['sq.trained: NaN for a minimum', 'BAD_ARTIFACT', (view) => view.setFloat32(73, NaN, true)],
    ['sq.trained: an infinite range', 'BAD_ARTIFACT', (view) => view.setFloat32(85, Infinity, true)],
    ['codes: another number of them', 'BAD_ARTIFACT', (view) => view.setBigUint64(97, 5n, true)],
  ];
  test.each(corrupt)('%s (%s)', (_, code, change) => {
    const bytes = file();
    change(new DataView(bytes.buffer));
    expect(() => readFaissSq8(bytes)).toThrow(expect.objectContaining({ code }));
  });

  const unread: [field: string, change: (view: DataView) => void][] = [
    ['two fields that Faiss no longer reads', (view) => view.setBigUint64(16, 7n, true)],
    ['rangestat, which matters to training alone', (view) => view.setInt32(41, 2, true)],
    ['rangestat_arg', (view) => view.setFloat32(45, 0.5, true)],
  ];
  test.each(unread)('but not: %s', (_, change) => {
    const bytes = file();
    change(new DataView(bytes.buffer));
    expect(readFaissSq8(bytes)).toEqual(readFaissSq8(file()));
  });
});

function setRank(view: DataView, rank: number): void {
  view.setInt32(4, rank, true);
  view.setBigUint64(49, BigInt(rank), true);
  view.setBigUint64(57, BigInt(rank), true);
  view.setBigUint64(65, BigInt(rank * 2), true);
}
