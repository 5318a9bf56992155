import type { MapPoint } from '../../../shared/tasteMap.ts';

/** A window on the map. Positions on it are −1 to 1 with y upwards; on the screen px from the top left. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** What lies in the middle. */
  readonly centre: MapPoint;
  /** Px for one unit of the map at least: 1 shows all of it. */
  readonly zoom: number;
}

export const MOST_ZOOM = 40;

/** The whole map fills the window both ways: it is no picture whose proportions would mean anything. */
const unit = ({ width, height, zoom }: View): { readonly x: number; readonly y: number } => ({
  x: (width / 2) * 0.94 * zoom,
  y: (height / 2) * 0.9 * zoom,
});

export function project(view: View, { x, y }: MapPoint): MapPoint {
  const scale = unit(view);
  return { x: view.width / 2 + (x - view.centre.x) * scale.x, y: view.height / 2 - (y - view.centre.y) * scale.y };
}

export function unproject(view: View, { x, y }: MapPoint): MapPoint {
  const scale = unit(view);
  return { x: view.centre.x + (x - view.width / 2) / scale.x, y: view.centre.y - (y - view.height / 2) / scale.y };
}

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** Nobody gets lost: the middle stays on the map. */
export const lookAt = (view: View, { x, y }: MapPoint): View => ({ ...view, centre: { x: within(x, 1), y: within(y, 1) } });

/** @param dx, dy how far what is seen moves, in px. */
export function pan(view: View, dx: number, dy: number): View {
  return lookAt(view, unproject(view, { x: view.width / 2 - dx, y: view.height / 2 - dy }));
}

/** Closer by a factor, around a place of the screen, which stays where it is. */
export function zoomAt(view: View, factor: number, place: MapPoint): View {
  const fixed = unproject(view, place);
  const closer = { ...view, zoom: Math.max(1, Math.min(MOST_ZOOM, view.zoom * factor)) };
  const scale = unit(closer);
  return lookAt(closer, { x: fixed.x - (place.x - view.width / 2) / scale.x, y: fixed.y + (place.y - view.height / 2) / scale.y });
}

/** The entry whose dot is nearest to a place of the screen, within so many px; the more popular of two as near. */
export function nearest(view: View, x: Float32Array, y: Float32Array, place: MapPoint, reachPx: number): number | null {
  let found: number | null = null;
  let least = reachPx ** 2;
  for (let entry = 0; entry < x.length; entry++) {
    const dot = project(view, { x: x[entry], y: y[entry] });
    const apart = (dot.x - place.x) ** 2 + (dot.y - place.y) ** 2;
    if (apart < least) [found, least] = [entry, apart];
  }
  return found;
}
