import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../../shared/artifact/digest.ts';
import { sha256 } from '../../../shared/artifact/sha256.ts';

const truth = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('our SHA-256 is that of Node, for every length around its blocks and for any bytes', () => {
  const check = (bytes: Uint8Array): void => {
    expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(truth(bytes));
  };
  for (let length = 0; length <= 260; length++) check(Uint8Array.from({ length }, (_, i) => (i * 151) & 255));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), check));
});

test('a view into a larger buffer is hashed alone', () => {
  const all = new Uint8Array(100).fill(7);
  expect(Buffer.from(sha256(all.subarray(10, 90))).toString('hex')).toBe(truth(all.subarray(10, 90)));
});

test('sha256Hex says the same as text', async () => {
  const bytes = Uint8Array.from([0, 1, 15, 16, 255]);
  expect(await sha256Hex(bytes)).toBe(truth(bytes));
  expect(await sha256Hex(bytes, { sparing: true })).toBe(truth(bytes));
});
