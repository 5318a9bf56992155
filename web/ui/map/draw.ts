import type { MapPoint, MapRegion, TasteMap } from '../../../shared/tasteMap.ts';
import { project, type View } from './view.ts';

/** What of a person lies on the map; entries of its columns. */
export interface Marks {
  readonly place: MapPoint | null;
  readonly rated: readonly number[];
  /** In their order. */
  readonly ten: readonly number[];
  readonly selected: number | null;
}

export interface MapStyle {
  readonly ground: string;
  readonly ink: string;
  readonly ink2: string;
  readonly edge: string;
  readonly beam: string;
  readonly onBeam: string;
  readonly font: string;
  /** The hue of each entry's dot. */
  readonly hues: readonly string[];
  readonly titleOf: (entry: number) => string;
  readonly regionName: (region: MapRegion) => string;
}

/** A part of the screen, in px. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** Titles of dots are written from this zoom on. */
const TITLES_FROM = 3;
const MOST_TITLES = 60;

/** Draws what lies over the dots: marks and labels. @param taken places of the screen where no label may be. */
export function drawMarks(c: CanvasRenderingContext2D, map: TasteMap, view: View, marks: Marks, style: MapStyle, taken: readonly Box[]): void {
  const at = (entry: number): MapPoint => project(view, { x: map.x[entry], y: map.y[entry] });
  const place = marks.place && project(view, marks.place);
  if (place) {
    c.setLineDash([2, 4]);
    c.strokeStyle = style.edge;
    c.lineWidth = 1;
    c.beginPath();
    for (const entry of marks.rated) {
      const { x, y } = at(entry);
      c.moveTo(place.x, place.y);
      c.lineTo(x, y);
    }
    c.stroke();
    c.setLineDash([]);
  }
  for (const entry of marks.rated) disc(c, at(entry), 6, style.beam, style.onBeam, 1.2);
  for (const [i, entry] of [...marks.ten.entries()].reverse()) drawNumber(c, at(entry), i, style);
  if (marks.selected !== null) ring(c, at(marks.selected), 15, style.ink);
  if (place) drawCross(c, place, style);

  const labels = new Labels(c, view, style, taken);
  if (place) labels.take([place.x - 16, place.y - 16, 32, 32]);
  for (const entry of marks.ten) labels.takeDot(at(entry), 13);
  for (const entry of marks.rated) labels.takeDot(at(entry), 7);
  c.font = `500 12px ${style.font}`;
  for (const entry of marks.rated) labels.beside(style.titleOf(entry), at(entry), style.ink);
  c.font = `600 ${view.width >= 900 ? 14 : 12}px ${style.font}`;
  for (const region of map.regions) labels.around(style.regionName(region), project(view, region), style.ink2);
  if (view.zoom < TITLES_FROM) return;
  c.font = `400 12px ${style.font}`;
  let written = 0;
  for (let entry = 0; entry < map.x.length && written < MOST_TITLES; entry++) {
    const { x, y } = at(entry);
    if (x > 0 && x < view.width && y > 0 && y < view.height && labels.beside(style.titleOf(entry), { x, y }, style.ink2)) written++;
  }
}

/** @param hues of each entry's dot. @param margin how far beyond the window, in px. */
export function drawDots(c: CanvasRenderingContext2D, map: TasteMap, view: View, hues: readonly string[], margin: MapPoint): void {
  const rows = map.x.length;
  // Fewer films have more room each.
  const grow = Math.min(2.4, view.zoom ** 0.4) * (view.width >= 900 ? 1.3 : 1) * Math.max(1, Math.min(2, (5000 / rows) ** 0.4));
  // One path a hue and size: the popular are larger and stronger.
  for (const [from, to, alpha, radius] of [[Math.ceil(rows / 4), rows, 0.38, 0.8], [Math.ceil(rows / 20), Math.ceil(rows / 4), 0.6, 1.15], [0, Math.ceil(rows / 20), 0.9, 1.7]] as const) {
    const paths = new Map<string, MapPoint[]>();
    for (let entry = from; entry < to; entry++) {
      const dot = project(view, { x: map.x[entry], y: map.y[entry] });
      if (dot.x < -5 - margin.x || dot.x > view.width + margin.x + 5 || dot.y < -5 - margin.y || dot.y > view.height + margin.y + 5) continue;
      const path = paths.get(hues[entry]);
      if (path) path.push(dot);
      else paths.set(hues[entry], [dot]);
    }
    c.globalAlpha = alpha;
    for (const [hue, dots] of paths) {
      c.fillStyle = hue;
      c.beginPath();
      const r = radius * grow;
      for (const { x, y } of dots) {
        c.moveTo(x + r, y);
        c.arc(x, y, r, 0, 7);
      }
      c.fill();
    }
  }
  c.globalAlpha = 1;
}

function disc(c: CanvasRenderingContext2D, { x, y }: MapPoint, r: number, fill: string, stroke: string, width: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.fillStyle = fill;
  c.fill();
  c.lineWidth = width;
  c.strokeStyle = stroke;
  c.stroke();
}

function ring(c: CanvasRenderingContext2D, { x, y }: MapPoint, r: number, stroke: string): void {
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.lineWidth = 2;
  c.strokeStyle = stroke;
  c.stroke();
}

function drawNumber(c: CanvasRenderingContext2D, place: MapPoint, i: number, style: MapStyle): void {
  const first = i === 0;
  disc(c, place, first ? 12 : 10, first ? style.ink : style.ground, style.ink, 1.8);
  c.font = `700 11px ${style.font}`;
  c.textAlign = 'center';
  c.textBaseline = 'middle';
  c.fillStyle = first ? style.ground : style.ink;
  c.fillText(String(i + 1), place.x, place.y + 0.5);
}

function drawCross(c: CanvasRenderingContext2D, { x, y }: MapPoint, style: MapStyle): void {
  for (const [width, colour] of [[7, style.ground], [2.6, style.ink]] as const) {
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.beginPath();
    c.moveTo(x - 13, y);
    c.lineTo(x + 13, y);
    c.moveTo(x, y - 13);
    c.lineTo(x, y + 13);
    c.stroke();
  }
}

/** Labels yield: where there is no room there is none. */
class Labels {
  readonly #boxes: Box[];

  constructor(
    private readonly c: CanvasRenderingContext2D,
    private readonly view: View,
    private readonly style: MapStyle,
    taken: readonly Box[],
  ) {
    this.#boxes = [...taken];
  }

  take(box: Box): void {
    this.#boxes.push(box);
  }

  takeDot({ x, y }: MapPoint, r: number): void {
    this.take([x - r, y - r, 2 * r, 2 * r]);
  }

  beside(text: string, { x, y }: MapPoint, colour: string): boolean {
    const width = this.c.measureText(text).width;
    return this.#write(text, width, [[x + 11, y], [x - 11 - width, y], [x - width / 2, y - 17], [x - width / 2, y + 17]], colour);
  }

  around(text: string, { x, y }: MapPoint, colour: string): boolean {
    const width = this.c.measureText(text).width;
    return this.#write(text, width, [0, -18, 18, -36, 36].map((down) => [x - width / 2, y + down] as const), colour);
  }

  #write(text: string, width: number, spots: readonly (readonly [number, number])[], colour: string): boolean {
    const { c, view } = this;
    for (const [x, y] of spots) {
      const box: Box = [x - 2, y - 9, width + 4, 18];
      const inside = box[0] > 4 && box[0] + box[2] < view.width - 4 && box[1] > 4 && box[1] + box[3] < view.height - 4;
      if (!inside || !this.#boxes.every((other) => apart(box, other))) continue;
      this.take(box);
      c.textAlign = 'left';
      c.textBaseline = 'middle';
      c.lineWidth = 5;
      c.lineJoin = 'round';
      c.strokeStyle = this.style.ground;
      c.strokeText(text, x, y);
      c.fillStyle = colour;
      c.fillText(text, x, y);
      return true;
    }
    return false;
  }
}

const apart = (a: Box, b: Box): boolean => a[0] + a[2] < b[0] || b[0] + b[2] < a[0] || a[1] + a[3] < b[1] || b[1] + b[3] < a[1];
