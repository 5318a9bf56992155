import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TasteMap } from '../../../shared/tasteMap.ts';
import { reaches } from '../../../web/ui/map/dotLayer.ts';
import { pan, project, unproject, zoomAt, type View } from '../../../web/ui/map/view.ts';

const map: TasteMap = { ids: [], titles: [], years: new Int16Array(0), genres: [], genreStarts: new Uint32Array(1), itemGenres: new Uint16Array(0), x: new Float32Array(0), y: new Float32Array(0), regions: [] };
const drawn: View = { width: 800, height: 600, centre: { x: 0.1, y: -0.2 }, zoom: 3 };
const picture = (view: View) => ({ map, view, hues: [], density: 1 });
const first = picture(drawn);
const like = (view: View) => ({ ...first, view });

test('a picture stands for every window that lies in it, and for no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -400, max: 400 }), fc.double({ min: 0.5, max: 3, noNaN: true }), (dx, dy, factor) => {
      const view = zoomAt(pan(drawn, dx, dy), factor, { x: 300, y: 200 });
      const corners = [{ x: 0, y: 0 }, { x: view.width, y: view.height }].map((corner) => project(drawn, unproject(view, corner)));
      const inside = corners.every(({ x, y }) => x >= -200 && x <= 1000 && y >= -150 && y <= 750);
      expect(reaches(first, like(view))).toBe(inside && view.zoom <= 6);
    }),
  );
});

test('another size, density, colours or map are drawn anew', () => {
  expect(reaches(first, first)).toBe(true);
  expect(reaches(first, like({ ...drawn, width: 801 }))).toBe(false);
  expect(reaches(first, { ...first, density: 2 })).toBe(false);
  expect(reaches(first, { ...first, hues: [] })).toBe(false);
  expect(reaches(first, { ...first, map: { ...map } })).toBe(false);
});
