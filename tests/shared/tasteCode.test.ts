import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../shared/artifact/sha256.ts';
import { modelTagOf, readTasteCode, writeTasteCode } from '../../shared/tasteCode.ts';

const MODEL = '0123456789abcdef';
const vectors = fc.array(fc.float({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 256 }).map((values) => Float32Array.from(values));

test('a code gives the vector back, to 127 steps of its largest entry', () => {
  fc.assert(
    fc.property(vectors, (vector) => {
      const code = readTasteCode(writeTasteCode(vector, MODEL));
      if (typeof code === 'string') throw new Error(code);
      expect(code.modelTag).toBe('01234567');
      const largest = Math.max(...Array.from(vector, Math.abs)) || 1;
      expect(code.vector).toHaveLength(vector.length);
      for (const [d, value] of vector.entries()) expect(Math.abs(code.vector[d]! - value / largest)).toBeLessThanOrEqual(0.5001 / 127);
    }),
  );
});

test('how long the vector is, which tells how much somebody rated, is not in it', () => {
  const vector = Float32Array.from([3, -1, 0.5]);
  expect(writeTasteCode(vector.map((value) => 8 * value), MODEL)).toBe(writeTasteCode(vector, MODEL));
});

test('is short, and fits into an address as it is', () => {
  const code = writeTasteCode(Float32Array.from({ length: 64 }, (_, d) => Math.sin(d)), MODEL);
  expect(code).toHaveLength(98);
  expect(encodeURIComponent(code)).toBe(code);
});

test('one sign that is wrong, missing or doubled is found', () => {
  fc.assert(
    fc.property(vectors, fc.nat(), fc.constantFrom('A', 'b', '7', '-', '_', ''), (vector, at, sign) => {
      const code = writeTasteCode(vector, MODEL);
      const place = at % code.length;
      const broken = code.slice(0, place) + sign + code.slice(place + 1);
      // The last sign may have bits that stand for nothing.
      if (broken === code || place === code.length - 1) return;
      expect(readTasteCode(broken)).toBe('damaged');
    }),
  );
});

test.each(['', ' ', 'AAAA', 'not a code', 'fr%20me', '🎬', 'A'.repeat(99)])('%j is no code', (text) => {
  expect(readTasteCode(text)).toBe('damaged');
});

test('as mail breaks it, it is still whole', () => {
  const code = writeTasteCode(Float32Array.from({ length: 64 }, (_, d) => d), MODEL);
  expect(readTasteCode(` ${code.slice(0, 40)}\r\n  ${code.slice(40)}\n`)).toEqual(readTasteCode(code));
});

test('of a later release is told apart from a broken one', () => {
  const body = Uint8Array.from([2, 1, 2, 3, 4, 5]);
  const whole = Buffer.concat([body, sha256(body).subarray(0, 4)]).toString('base64url');
  expect(readTasteCode(whole)).toBe('newer');
});

// Codes live on in messages and bookmarks: this one was written by the first release.
test('a golden code is read for ever', () => {
  const code = writeTasteCode(Float32Array.from([1, -0.5, 0.25]), MODEL);
  expect(code).toBe('AQEjRWd_wSCLMa9N');
  expect(readTasteCode(code)).toEqual({ modelTag: modelTagOf(MODEL), vector: Float32Array.from([1, -63 / 127, 32 / 127]) });
});
