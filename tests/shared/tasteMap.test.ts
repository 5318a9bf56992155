import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawMap, MapFinder } from '../../shared/tasteMap.ts';
import { tinyItems } from '../support/tinyModel.ts';

const items = tinyItems(6);
const x = Float32Array.of(-0.9, -0.8, -0.85, 0.9, 0.1, 0);
const y = Float32Array.of(0.5, 0.5, 0.6, -0.9, 0.2, 0);
const finder = new MapFinder(drawMap({ rows: 6, x, y, regions: [] }, items));
const scale = { min: 0.5, max: 5 };
const rate = (entry: number, rating: number) => ({ item: items[entry]!.id, rating });

describe('a taste map', () => {
  test('knows each item by its id, with its title, year and genres', () => {
    items.forEach(({ id, title, year, genres }, entry) => {
      expect(finder.entryOf(id)).toBe(entry);
      expect(finder.map.titles[entry]).toBe(title);
      expect(finder.map.years[entry]).toBe(year ?? 0);
      expect(finder.genresOf(entry)).toEqual(genres);
    });
  });

  test('crosses threads whole', () => {
    expect(structuredClone(finder.map)).toEqual(finder.map);
  });

  test('who rated nothing that is on it has no place', () => {
    expect(finder.placeOf([], scale)).toBeNull();
    expect(finder.placeOf([{ item: items[0]!.id, rating: 3 }].map((r) => ({ ...r, item: 'elsewhere' as never })), scale)).toBeNull();
  });

  test('one film is where its only lover lives', () => {
    const place = finder.placeOf([rate(3, 5)], scale)!;
    expect(place.x).toBeCloseTo(0.9);
    expect(place.y).toBeCloseTo(-0.9);
  });

  test('who likes three neighbours and one film far away lives among the three', () => {
    const place = finder.placeOf([rate(0, 5), rate(1, 4), rate(2, 5), rate(3, 5)], scale)!;
    expect(Math.hypot(place.x + 0.85, place.y - 0.53)).toBeLessThan(0.1);
  });

  test('what somebody disliked hardly moves them', () => {
    const place = finder.placeOf([rate(4, 5), rate(5, 0.5)], scale)!;
    expect(Math.hypot(place.x - 0.1, place.y - 0.2)).toBeLessThan(0.02);
  });

  test('everybody lives between the films that they rated', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ entry: fc.nat(5), rating: fc.integer({ min: 1, max: 10 }) }), { selector: ({ entry }) => entry, minLength: 1 }), (rated) => {
        const place = finder.placeOf(rated.map(({ entry, rating }) => rate(entry, rating / 2)), scale)!;
        for (const [at, values] of [[place.x, x], [place.y, y]] as const) {
          const own = rated.map(({ entry }) => values[entry]!);
          expect(at).toBeGreaterThanOrEqual(Math.min(...own) - 1e-9);
          expect(at).toBeLessThanOrEqual(Math.max(...own) + 1e-9);
        }
      }),
    );
  });
});
