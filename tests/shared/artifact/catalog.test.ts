import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCatalog } from '../../../shared/artifact/catalog.ts';
import { ExternalIds } from '../../../shared/artifact/externalIds.ts';
import { catalogOf, writeCatalog } from '../../../shared/artifact/writeCatalog.ts';
import { RowTable } from '../../../shared/artifact/rowTable.ts';
import { FrameRateError } from '../../../shared/errors.ts';
import { itemId } from '../../../shared/ids.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import { tinyItems } from '../../support/tinyModel.ts';

const film = (id: string | number, more: Partial<CatalogItem> = {}): CatalogItem => ({ id: itemId(id), title: 'M', year: 1931, genres: [], imdbId: null, tmdbId: null, ...more });
const two = [film(7, { title: 'Alien', year: 1979, genres: ['War', 'Art'], imdbId: 'tt0078748', tmdbId: 348 }), film(3, { year: null })];

/** The file of `two`, byte by byte. */
const golden = [
  ...[0x46, 0x52, 0x43, 0x54], // FRCT
  ...[2, 0, 0, 0], // version
  ...[2, 0, 0, 0], // rows
  ...[0, 0, 0, 0], // ids are numbers
  ...[40, 0, 0, 0], // bytes of the genres
  ...[0, 0, 0, 0], // of the ids' text
  ...[6, 0, 0, 0], // of the titles
  ...[0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0x1c, 0x40, 0, 0, 0, 0, 0, 0, 0x08, 0x40], // 7, 3
  ...[0x9c, 0x33, 0x01, 0, 0, 0, 0, 0], // 78748, unknown
  ...[0x5c, 0x01, 0, 0, 0, 0, 0, 0], // 348, unknown
  ...[5, 0, 0, 0, 1, 0, 0, 0], // bytes of each title
  ...[0xbb, 0x07, 0, 0], // 1979, unknown
  ...[0, 0, 1, 0], // genre lists
  ...new TextEncoder().encode('{"names":["Art","War"],"lists":[[1,0],[]]}'),
  ...new TextEncoder().encode('AlienM'),
];
golden[16] = golden.length - 6 - (32 + 16 + 8 + 8 + 8 + 4 + 4);

const items = (id: fc.Arbitrary<string | number>): fc.Arbitrary<CatalogItem[]> =>
  fc.uniqueArray(
    fc.record({
      id: id.map(itemId),
      title: fc.string({ unit: 'grapheme' }),
      year: fc.option(fc.integer({ min: -500, max: 2100 }).filter((year) => year !== 0)),
      genres: fc.uniqueArray(fc.constantFrom('Art', 'War', 'Science-Fiction', 'ドラマ'), { maxLength: 3 }),
      imdbId: fc.option(fc.integer({ min: 1, max: 99_999_999 }).map((digits) => `tt${String(digits).padStart(7, '0')}`)),
      tmdbId: fc.option(fc.integer({ min: 1, max: 2_000_000_000 })),
    }),
    { selector: (item) => item.id, maxLength: 30 },
  );
const anyItems = fc.oneof(items(fc.maxSafeInteger()), items(fc.string({ unit: 'grapheme' })));

describe('the catalogue', () => {
  test('is the golden file', () => expect([...writeCatalog(two)]).toEqual(golden));

  test('reads back as it was written, wherever its bytes lie', () => {
    fc.assert(
      fc.property(anyItems, fc.nat(8), (written, offset) => {
        const bytes = writeCatalog(written);
        const moved = new Uint8Array(bytes.length + offset);
        moved.set(bytes, offset);
        const catalog = readCatalog(moved.subarray(offset));
        expect(catalog.items).toEqual(written);
        for (const [row, { id, year, genres }] of written.entries()) {
          expect([catalog.rowOf(id), catalog.idOf(row), catalog.yearOf(row), catalog.genresOf(row)]).toEqual([row, id, year, genres]);
        }
      }),
    );
  });

  test('finds ids as they are written elsewhere, and the most popular of several with one id of IMDb', () => {
    const numbers = catalogOf(two);
    expect([numbers.rowOf(itemId('7')), numbers.rowOf(itemId('7.5')), numbers.rowOf(itemId(8))]).toEqual([0, undefined, undefined]);
    const texts = catalogOf([film('12'), film('x')]);
    expect([texts.rowOf(itemId(12)), texts.rowOf(itemId('x')), texts.rowOf(itemId('y'))]).toEqual([0, 1, undefined]);
    const shared = catalogOf([film(1, { imdbId: 'tt0000009', tmdbId: 5 }), film(2, { imdbId: 'tt0000009' })]);
    const external = new ExternalIds(shared);
    expect([external.byImdbId('tt0000009'), external.byImdbId('tt0000008'), external.byTmdbId(5), external.byTmdbId(6)]).toEqual([1, undefined, 1, undefined]);
  });

  test('cut anywhere, or with a byte too many, it is refused', () => {
    for (const written of [two, [film('a'), film('b', { title: 'Ä' })]]) {
      const bytes = writeCatalog(written);
      for (let length = 0; length < bytes.length; length++) expect(() => readCatalog(bytes.subarray(0, length))).toThrow(FrameRateError);
      expect(() => readCatalog(Uint8Array.of(...bytes, 0))).toThrow(expect.objectContaining({ code: 'BAD_ARTIFACT' }));
    }
  });

  test.each<[string, number, number, string]>([
    ['another kind of file', 0, 0x7b, 'BAD_MAGIC'],
    ['the version before', 4, 1, 'UNSUPPORTED_VERSION'],
    ['more rows than there are', 11, 0xff, 'TRUNCATED'],
    ['ids of an unknown kind', 12, 9, 'BAD_ARTIFACT'],
    ['an id twice', 46, 0x1c, 'BAD_ARTIFACT'],
    ['an id that is no whole number', 32, 1, 'BAD_ARTIFACT'],
    ['a title that is too short', 64, 4, 'BAD_ARTIFACT'],
    ['a list of genres that is not there', 76, 2, 'BAD_ARTIFACT'],
    ['genres that are no JSON', 80, 0x78, 'BAD_ARTIFACT'],
  ])('with %s it is refused', (_, at, value, code) => {
    const bytes = Uint8Array.from(golden);
    bytes[at] = value;
    expect(() => readCatalog(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('makes one item, or all of them once', () => {
    const catalog = catalogOf(tinyItems(1000));
    expect(catalog.item(999)).toEqual(tinyItems(1000)[999]);
    expect(catalog.items).toBe(catalog.items);
  });
});

test('RowTable is a Map of numbers', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.maxSafeInteger())), fc.array(fc.maxSafeInteger()), (keys, others) => {
      const table = RowTable.of(Float64Array.from(keys))!;
      const map = new Map(keys.map((key, row) => [key, row]));
      for (const key of [...keys, ...others]) expect(table.rowOf(key)).toBe(map.get(key));
      if (keys.length > 0) expect(RowTable.of(Float64Array.from([...keys, keys[0]!]))).toBeNull();
    }),
  );
});
