import { describe, expect, test } from 'vitest';
import { bytes, int, join, message, packedFloats, packedInts, text, type Field } from '../../../shared/onnx/protobuf.ts';

const hex = (...fields: Field[]): string => Buffer.from(join(fields)).toString('hex').replace(/(..)(?!$)/g, '$1 ');

describe('the wire format', () => {
  describe('examples of https://protobuf.dev/programming-guides/encoding', () => {
    test.each<[string, Field, string]>([
      ['a varint', int(1, 150), '08 96 01'],
      ['a string', text(2, 'testing'), '12 07 74 65 73 74 69 6e 67'],
      ['a message in a message', message(3, [int(1, 150)]), '1a 03 08 96 01'],
      ['packed varints', packedInts(6, [3, 270, 86942]), '32 06 03 8e 02 9e a7 05'],
      ['a negative number: −2', int(1, -2), '08 fe ff ff ff ff ff ff ff ff 01'],
    ])('%s', (_, field, expected) => {
      expect(hex(field)).toBe(expected);
    });
  });

  describe('worked out by hand from the same page', () => {
    test.each<[string, Field, string]>([
      ['zero is written', int(1, 0), '08 00'],
      ['the largest of one byte', int(1, 127), '08 7f'],
      ['the smallest of two', int(1, 128), '08 80 01'],
      ['beyond 32 bits', int(1, 2 ** 35), '08 80 80 80 80 80 01'],
      ['the largest whole number that JavaScript counts with', int(1, 2 ** 53 - 1), '08 ff ff ff ff ff ff ff 0f'],
      ['the smallest', int(1, -(2 ** 53 - 1)), '08 81 80 80 80 80 80 80 f0 ff 01'],
      ['a field number that needs two bytes', int(16, 1), '80 01 01'],
      ['packed floats: 1, −2.5, −∞', packedFloats(4, [1, -2.5, -Infinity]), '22 0c 00 00 80 3f 00 00 20 c0 00 00 80 ff'],
      ['letters beyond ASCII', text(1, 'é'), '0a 02 c3 a9'],
      ['bytes', bytes(9, Uint8Array.of(0, 255)), '4a 02 00 ff'],
      ['a length that needs two bytes', bytes(1, new Uint8Array(200)), `0a c8 01${' 00'.repeat(200)}`],
      ['nothing', packedInts(7, []), '3a 00'],
      ['an empty message', message(2, []), '12 00'],
    ])('%s', (_, field, expected) => {
      expect(hex(field)).toBe(expected);
    });

    test('fields stand one after another, at every depth', () => {
      expect(hex(int(1, 1), message(2, [text(1, 'a'), message(2, [int(1, 2), int(1, 3)])]), int(1, 4))).toBe('08 01 12 09 0a 01 61 12 04 08 02 08 03 08 04');
      expect(hex()).toBe('');
    });
  });

  test.each([0.5, NaN, Infinity])('%s is no whole number', (value) => {
    expect(() => int(1, value)).toThrow(RangeError);
  });
});
