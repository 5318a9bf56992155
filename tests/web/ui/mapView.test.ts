import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookAt, MOST_ZOOM, nearest, pan, project, unproject, zoomAt, type View } from '../../../web/ui/map/view.ts';

const part = fc.double({ min: -1, max: 1, noNaN: true });
const view: fc.Arbitrary<View> = fc.record({
  width: fc.integer({ min: 300, max: 3000 }),
  height: fc.integer({ min: 300, max: 2000 }),
  centre: fc.record({ x: part, y: part }),
  zoom: fc.double({ min: 1, max: MOST_ZOOM, noNaN: true }),
});
const place = fc.record({ x: fc.integer({ min: 0, max: 300 }), y: fc.integer({ min: 0, max: 300 }) });

describe('the view of the map', () => {
  test('there and back again', () => {
    fc.assert(
      fc.property(view, fc.record({ x: part, y: part }), (view, point) => {
        const back = unproject(view, project(view, point));
        expect(back.x).toBeCloseTo(point.x);
        expect(back.y).toBeCloseTo(point.y);
      }),
    );
  });

  test('up on the map is up on the screen', () => {
    const whole: View = { width: 400, height: 400, centre: { x: 0, y: 0 }, zoom: 1 };
    expect(project(whole, { x: 0, y: 1 }).y).toBeLessThan(project(whole, { x: 0, y: -1 }).y);
    for (const corner of [-1, 1]) expect(project(whole, { x: corner, y: corner }).x).toBeGreaterThan(0);
  });

  test('what is under the finger stays there while it zooms, unless that would leave the map', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0.3, max: 3, noNaN: true }), place, (view, factor, place) => {
        const before = unproject(view, place);
        const closer = zoomAt(view, factor, place);
        fc.pre(Math.abs(closer.centre.x) < 1 && Math.abs(closer.centre.y) < 1);
        const after = unproject(closer, place);
        expect(after.x).toBeCloseTo(before.x);
        expect(after.y).toBeCloseTo(before.y);
      }),
    );
  });

  test('nobody gets lost', () => {
    fc.assert(
      fc.property(view, fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: -9999, max: 9999 }), fc.double({ min: 0.001, max: 1000, noNaN: true }), (view, dx, dy, factor) => {
        for (const next of [pan(view, dx, dy), zoomAt(view, factor, { x: dx, y: dy }), lookAt(view, { x: dx, y: dy })]) {
          expect(Math.abs(next.centre.x)).toBeLessThanOrEqual(1);
          expect(Math.abs(next.centre.y)).toBeLessThanOrEqual(1);
          expect(next.zoom).toBeGreaterThanOrEqual(1);
          expect(next.zoom).toBeLessThanOrEqual(MOST_ZOOM);
        }
      }),
    );
  });

  test('the nearest dot is that of brute force', () => {
    fc.assert(
      fc.property(view, fc.array(fc.record({ x: part, y: part }), { maxLength: 30 }), place, (view, dots, place) => {
        const found = nearest(view, Float32Array.from(dots, ({ x }) => x), Float32Array.from(dots, ({ y }) => y), place, 50);
        const far = dots.map((dot) => {
          const { x, y } = project(view, { x: Math.fround(dot.x), y: Math.fround(dot.y) });
          return Math.hypot(x - place.x, y - place.y);
        });
        const least = Math.min(...far);
        if (found === null) expect(least).toBeGreaterThan(49.999);
        else expect(far[found]).toBeCloseTo(least);
      }),
    );
  });
});
