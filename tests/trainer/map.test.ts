import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { quantizeSq8 } from '../../shared/artifact/faissSq8.ts';
import { DEFAULT_PARAMETERS, factorize } from '../../trainer/factorize.ts';
import { layMap } from '../../trainer/map/tasteMap.ts';
import { readKernel } from '../../trainer/openModel.ts';
import { Random } from '../../trainer/random.ts';
import { sampleRatings } from '../../trainer/sample/ratings.ts';
import { tinyItems } from '../support/tinyModel.ts';

let kernel: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  kernel = await readKernel();
});

const someFactors = (rows: number, rank: number, seed = 1) => {
  const values = new Float64Array(rows * rank);
  new Random(seed).fillNormal(values);
  return quantizeSq8(values, rows, rank);
};
const falling = (rows: number) => Float64Array.from({ length: rows }, (_, row) => (10 * rows) / (1 + row));

describe('layMap', async () => {
  const ratings = sampleRatings();
  const { index, foldIn, itemOfRow } = await factorize(ratings, { ...DEFAULT_PARAMETERS, rank: 32, seed: 1 });
  const items = Array.from(itemOfRow, (item) => ratings.items[item]!);
  const lay = (seed: number) => layMap(index, foldIn.popularity, items, seed, kernel);

  test('films lie among their like: those nearest by share genres far more often than any two', async () => {
    const { x, y } = await lay(1);
    const alike = (a: number, b: number): boolean => items[a]!.genres.some((genre) => genre !== 'Drama' && items[b]!.genres.includes(genre));
    const rows = items.map((_, row) => row);
    const nearest = (row: number): number => rows.filter((other) => other !== row).reduce((best, other) => (Math.hypot(x[other]! - x[row]!, y[other]! - y[row]!) < Math.hypot(x[best]! - x[row]!, y[best]! - y[row]!) ? other : best));
    const near = rows.filter((row) => alike(row, nearest(row))).length / rows.length;
    const any = rows.filter((row) => alike(row, (row * 389 + 211) % rows.length)).length / rows.length;
    expect(near).toBeGreaterThan(2 * any);
  });

  test('the same seed gives the same map, to the last bit', async () => {
    expect(await lay(3)).toEqual(await lay(3));
  });

  test('regions lie on the map, the largest first, each with a name of its own', async () => {
    const { regions } = await lay(1);
    expect(regions.length).toBeGreaterThan(8);
    expect(regions.map(({ items: count }) => count)).toEqual(regions.map(({ items: count }) => count).toSorted((a, b) => b - a));
    expect(new Set(regions.map(({ label }) => label)).size).toBe(regions.length);
    expect(regions.map(({ label }) => label).join()).toMatch(/Horror/);
    for (const { x, y } of regions) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1);
  });

  test('any catalogue has a map, however small, and it uses its sheet', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 6 }), fc.nat(99), async (rows, rank, seed) => {
        const map = await layMap(someFactors(rows, rank, seed), falling(rows), tinyItems(rows), seed, kernel);
        for (const value of [...map.x, ...map.y]) expect(Math.abs(value)).toBeLessThanOrEqual(1);
        if (rows > 3) expect(Math.max(...map.x, ...map.y)).toBeGreaterThan(0.5);
        expect(map.regions).toHaveLength(Math.ceil(rows / 40));
      }),
      { numRuns: 30 },
    );
  });

  test('where genres are unknown a region is called by its best known title', async () => {
    const nameless = tinyItems(30).map((item) => ({ ...item, genres: [] }));
    expect((await layMap(someFactors(30, 4), falling(30), nameless, 1, kernel)).regions).toMatchObject([{ label: 'Film 0', items: 30 }]);
  });

  test('items that few people rated are put beside those that they are like', async () => {
    // 300 items of six kinds, and as many rare ones of the same kinds.
    const rows = 600;
    const kinds = someFactors(6, 16, 7);
    const noise = new Float64Array(rows * 16);
    new Random(8).fillNormal(noise);
    const values = noise.map((value, i) => 0.1 * value + kinds.codes[(Math.floor(i / 16) % 6) * 16 + (i % 16)]! / 128 - 1);
    const popularity = Float64Array.from({ length: rows }, (_, row) => (row < 300 ? 50 : 1));
    const { x, y } = await layMap(quantizeSq8(values, rows, 16), popularity, tinyItems(rows).map((item) => ({ ...item, genres: [] })), 1, kernel);
    let right = 0;
    for (let row = 300; row < rows; row++) {
      let best = 0;
      for (let other = 0; other < 300; other++) if (Math.hypot(x[other]! - x[row]!, y[other]! - y[row]!) < Math.hypot(x[best]! - x[row]!, y[best]! - y[row]!)) best = other;
      if (best % 6 === row % 6) right++;
    }
    expect(right).toBeGreaterThan(285);
  });
});
