import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crew } from '../../../trainer/linalg/crew.ts';
import { share, shareTransposed } from '../../../trainer/linalg/sharedCsr.ts';
import { offsetsOf, transpose, type Csr } from '../../../trainer/ratings/sparse.ts';

/** Entries by "row,column". */
function entries({ rows, offsets, indices, values }: Csr): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < rows; row++) for (let i = offsets[row]!; i < offsets[row + 1]!; i++) found.set(`${row},${indices[i]}`, values[i]!);
  return found;
}

const cases = fc
  .record({ rows: fc.integer({ min: 1, max: 12 }), cols: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, cols }) => fc.record({ rows: fc.constant(rows), cols: fc.constant(cols), cells: fc.uniqueArray(fc.tuple(fc.nat(rows - 1), fc.nat(cols - 1), fc.integer({ min: 1, max: 5 })), { selector: ([r, c]) => `${r},${c}` }) }))
  .map(({ rows, cols, cells }) => {
    const sorted = cells.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
    const column = (place: 0 | 1 | 2): number[] => sorted.map((cell) => cell[place]);
    return {
      csr: { rows, cols, offsets: offsetsOf(Uint32Array.from(column(0)), rows), indices: Uint32Array.from(column(1)), values: Float64Array.from(column(2)) } satisfies Csr,
      dense: new Map(sorted.map(([r, c, value]) => [`${r},${c}`, value])),
    };
  });

test('transpose turns rows and columns, keeps each row sorted and, done twice, changes nothing; so does sharing', async () => {
  const crew = await Crew.open({ threads: 1 });
  fc.assert(
    fc.property(cases, ({ csr, dense }) => {
      expect(entries(csr)).toEqual(dense);
      const turned = transpose(csr);
      expect(turned).toMatchObject({ rows: csr.cols, cols: csr.rows });
      expect(entries(turned)).toEqual(new Map([...dense].map(([key, value]) => [key.split(',').reverse().join(','), value])));
      for (let row = 0; row < turned.rows; row++) {
        const columns = [...turned.indices.subarray(turned.offsets[row], turned.offsets[row + 1])];
        expect(columns).toEqual(columns.toSorted((a, b) => a - b));
      }
      expect(transpose(turned)).toEqual(csr);
      expect(entries(share(crew, csr))).toEqual(dense);
      expect(entries(shareTransposed(crew, csr))).toEqual(entries(turned));
    }),
  );
});
