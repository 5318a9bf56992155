import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemId } from '../../../shared/ids.ts';
import type { CatalogItem } from '../../../shared/query.ts';
import { toCsr, transpose, type Csr } from '../../../trainer/ratings/sparse.ts';

/** Entries by "row,column". */
function entries({ rows, offsets, indices, values }: Csr): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < rows; row++) for (let i = offsets[row]!; i < offsets[row + 1]!; i++) found.set(`${row},${indices[i]}`, values[i]!);
  return found;
}

const item = (id: number): CatalogItem => ({ id: itemId(id), title: String(id), year: null, genres: [], imdbId: null, tmdbId: null });

const cases = fc
  .record({ rows: fc.integer({ min: 1, max: 12 }), cols: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, cols }) => fc.record({ rows: fc.constant(rows), cols: fc.constant(cols), cells: fc.uniqueArray(fc.tuple(fc.nat(rows - 1), fc.nat(cols - 1), fc.integer({ min: 1, max: 5 })), { selector: ([r, c]) => `${r},${c}` }) }))
  .map(({ rows, cols, cells }) => {
    const sorted = cells.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
    const column = (place: 0 | 1 | 2): number[] => sorted.map((cell) => cell[place]);
    const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    return {
      ratings: { userIds: ids(rows), items: ids(cols).map(item), user: Uint32Array.from(column(0)), item: Uint32Array.from(column(1)), rating: Float32Array.from(column(2)) },
      dense: new Map(sorted.map(([r, c, value]) => [`${r},${c}`, value])),
    };
  });

test('toCsr holds the ratings, or their weights', () => {
  fc.assert(
    fc.property(cases, ({ ratings, dense }) => {
      const csr = toCsr(ratings);
      expect(csr).toMatchObject({ rows: ratings.userIds.length, cols: ratings.items.length });
      expect(csr.offsets).toHaveLength(csr.rows + 1);
      expect(entries(csr)).toEqual(dense);
      const weighted = toCsr(ratings, (rating) => rating / 3);
      expect(weighted.values).toBeInstanceOf(Float64Array);
      expect(entries(weighted)).toEqual(new Map([...dense].map(([key, value]) => [key, value / 3])));
    }),
  );
});

test('transpose turns rows and columns, keeps each row sorted and, done twice, changes nothing', () => {
  fc.assert(
    fc.property(cases, fc.boolean(), ({ ratings, dense }, wide) => {
      const csr = wide ? toCsr(ratings, (rating) => rating) : toCsr(ratings);
      const turned = transpose(csr);
      expect(turned).toMatchObject({ rows: csr.cols, cols: csr.rows });
      expect(entries(turned)).toEqual(new Map([...dense].map(([key, value]) => [key.split(',').reverse().join(','), value])));
      for (let row = 0; row < turned.rows; row++) {
        const columns = [...turned.indices.subarray(turned.offsets[row], turned.offsets[row + 1])];
        expect(columns).toEqual(columns.toSorted((a, b) => a - b));
      }
      expect(transpose(turned)).toEqual(csr);
    }),
  );
});
