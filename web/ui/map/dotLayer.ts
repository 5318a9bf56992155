import type { TasteMap } from '../../../shared/tasteMap.ts';
import { drawDots } from './draw.ts';
import { project, unproject, type View } from './view.ts';

/** How far the picture reaches beyond the window on each side, as a part of it. */
const MARGIN = 0.25;
/** A picture that is blown up more than this is drawn anew. */
const MOST_BLOWN_UP = 2;

interface Picture {
  readonly map: TasteMap;
  readonly view: View;
  readonly hues: readonly string[];
  readonly density: number;
}

/**
 * The dots of the map as a picture, which is shifted and scaled while the map moves: to draw ten thousand dots takes a
 * browser without a graphics processor 40 ms, which no frame has, and to lay a picture of them takes it less than one.
 */
export class DotLayer {
  readonly #canvas = document.createElement('canvas');
  #picture: Picture | null = null;

  /** @returns whether the dots are sharp: not scaled from another zoom. */
  draw(c: CanvasRenderingContext2D, map: TasteMap, view: View, hues: readonly string[], density: number): boolean {
    if (!this.#picture || !reaches(this.#picture, { map, view, hues, density })) this.#paint({ map, view, hues, density });
    const drawn = this.#picture!.view;
    const [left, top] = [-MARGIN * view.width, -MARGIN * view.height];
    const from = project(view, unproject(drawn, { x: left, y: top }));
    const to = project(view, unproject(drawn, { x: view.width - left, y: view.height - top }));
    c.drawImage(this.#canvas, from.x, from.y, to.x - from.x, to.y - from.y);
    return drawn.zoom === view.zoom;
  }

  /** Draws the dots anew for the next frame, e.g. sharply, now that the map has come to rest. */
  renew(): void {
    this.#picture = null;
  }

  #paint(picture: Picture): void {
    const { map, view, hues, density } = picture;
    const margin = { x: MARGIN * view.width, y: MARGIN * view.height };
    this.#canvas.width = Math.round((view.width + 2 * margin.x) * density);
    this.#canvas.height = Math.round((view.height + 2 * margin.y) * density);
    const c = this.#canvas.getContext('2d');
    c?.setTransform(density, 0, 0, density, margin.x * density, margin.y * density);
    if (c) drawDots(c, map, view, hues, margin);
    this.#picture = picture;
  }
}

/** Whether a picture can stand for what another would show. */
export function reaches(picture: Picture, wanted: Picture): boolean {
  const { view } = wanted;
  const { view: drawn } = picture;
  const same = picture.map === wanted.map && picture.hues === wanted.hues && picture.density === wanted.density && drawn.width === view.width && drawn.height === view.height;
  if (!same || view.zoom > MOST_BLOWN_UP * drawn.zoom) return false;
  const from = project(drawn, unproject(view, { x: 0, y: 0 }));
  const to = project(drawn, unproject(view, { x: view.width, y: view.height }));
  const [x, y] = [MARGIN * view.width, MARGIN * view.height];
  return from.x >= -x && from.y >= -y && to.x <= view.width + x && to.y <= view.height + y;
}
