import { expect, test } from 'vitest';
import { fmix32, fnv1a32, idBits } from '../../../trainer/evaluation/hash.ts';

test.each([
  [0, 0],
  [1, 0x514e28b7],
  [2, 0x30f4c306],
  [0xffffffff, 0x81f16f39],
])('fmix32(%i)', (value, mixed) => {
  expect(fmix32(value)).toBe(mixed); // as murmur3 in C gives them
});

test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('fnv1a32(%j)', (text, hash) => {
  expect(fnv1a32(text)).toBe(hash); // from the test vectors of the FNV draft
});

test('integers are their own bits, text is hashed', () => {
  expect(idBits(42)).toBe(42);
  expect(idBits(-1)).toBe(0xffffffff);
  expect(idBits(2 ** 32 + 5)).toBe(5);
  expect(idBits('42')).toBe(fnv1a32('42'));
});
