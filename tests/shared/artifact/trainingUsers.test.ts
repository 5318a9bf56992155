import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTrainingUsers, TrainingUsers, writeTrainingUsers, type TrainingUsersTable } from '../../../shared/artifact/trainingUsers.ts';
import { catalogOf } from '../../../shared/artifact/writeCatalog.ts';
import { FrameRateError } from '../../../shared/errors.ts';
import { tinyItems } from '../../support/tinyModel.ts';

const catalog = catalogOf(tinyItems(5));
const small: TrainingUsersTable = { ids: [3, 12], offsets: Uint32Array.of(0, 2, 3), rows: Uint32Array.of(0, 4, 1), ratings: Float32Array.of(4.5, 1, 4.5) };

/** The file of `small`, byte by byte. */
const golden = [
  ...[0x46, 0x52, 0x55, 0x53], // FRUS
  ...[1, 0, 0, 0], // version
  ...[2, 0, 0, 0], // users
  ...[3, 0, 0, 0], // entries
  ...[2, 0, 0, 0], // levels
  ...[6, 0, 0, 0], // bytes of the ids
  ...[0x5b, 0x33, 0x2c, 0x31, 0x32, 0x5d], // [3,12]
  ...[0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], // offsets
  ...[0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0], // rows
  ...[0, 0, 0x80, 0x3f, 0, 0, 0x90, 0x40], // 1, 4.5
  ...[1, 0, 0, 0, 1, 0], // levels of the entries
];

describe('the file of the training users', () => {
  test('is the golden one', () => expect([...writeTrainingUsers(small)]).toEqual(golden));

  test('reads back as it was written', () => {
    const id = fc.oneof(fc.array(fc.integer(), { maxLength: 9 }), fc.array(fc.string(), { maxLength: 9 }));
    fc.assert(
      fc.property(id, fc.array(fc.nat(6)), fc.array(fc.tuple(fc.nat(1e6), fc.float({ noNaN: true, noDefaultInfinity: true }))), (ids, counts, entries) => {
        const offsets = new Uint32Array(ids.length + 1);
        for (let u = 0; u < ids.length; u++) offsets[u + 1] = Math.min(entries.length, offsets[u]! + (counts[u] ?? 0));
        const used = entries.slice(0, offsets.at(-1));
        const table = { ids, offsets, rows: Uint32Array.from(used, ([row]) => row), ratings: Float32Array.from(used, ([, rating]) => rating + 0) };
        expect(parseTrainingUsers(writeTrainingUsers(table))).toEqual(table);
      }),
    );
  });

  test('cut anywhere, or with a byte too many, it is refused', () => {
    const bytes = Uint8Array.from(golden);
    for (let length = 0; length < bytes.length; length++) expect(() => parseTrainingUsers(bytes.subarray(0, length))).toThrow(FrameRateError);
    expect(() => parseTrainingUsers(Uint8Array.from([...golden, 0]))).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
  });

  test.each<[string, number, number, string]>([
    ['another kind of file', 0, 0x58, 'BAD_MAGIC'],
    ['a newer version', 4, 2, 'UNSUPPORTED_VERSION'],
    ['more users than ids', 8, 3, 'TRUNCATED'],
    ['a count that asks for more than there is', 15, 0xff, 'TRUNCATED'],
    ['ids that are no list', 24, 0x7b, 'BAD_ARTIFACT'],
    ['offsets that go back', 34, 9, 'BAD_ARTIFACT'],
    ['a level that does not exist', 62, 7, 'BAD_ARTIFACT'],
  ])('%s is refused', (_, at, value, code) => {
    const bytes = Uint8Array.from(golden);
    bytes[at] = value;
    expect(() => parseTrainingUsers(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('knows what somebody rated, by the id as an address has it', () => {
    const users = new TrainingUsers(small);
    expect(users.count).toBe(2);
    expect(users.ratingsOf('3', catalog)).toEqual([{ item: 7, rating: 4.5 }, { item: 47, rating: 1 }]);
    expect(users.ratingsOf('12', catalog)).toEqual([{ item: 17, rating: 4.5 }]);
    expect(users.ratingsOf('4', catalog)).toBeUndefined();
  });
});
