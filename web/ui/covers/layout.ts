import { attributes, escape, rect } from './draw.ts';
import { GROTESK } from './faces.ts';
import type { Face } from './faces.ts';
import type { Palette } from './genres.ts';
import { SMALL_WEIGHT, TAIL_WEIGHT } from './lines.ts';
import type { Line, SetTitle } from './lines.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedText {
  readonly text: string;
  /** Where the line starts in its direction, or ends with `anchor: 'end'`. */
  readonly x: number;
  /** The baseline; of vertical text the top. */
  readonly y: number;
  readonly size: number;
  readonly face: Face;
  readonly weight: number;
  /** In ems. */
  readonly tracking: number;
  readonly anchor: 'start' | 'end';
  readonly direction: 'ltr' | 'rtl';
  readonly vertical: boolean;
}

/** A cover before it becomes SVG. */
export interface CoverLayout {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** The motif's field. No text enters it. */
  readonly field: Box;
  readonly motif: string;
  readonly texts: readonly PlacedText[];
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly margin: number;
}

export function placed(line: Line, face: Face, x: number, y: number, rtl: boolean): PlacedText {
  const own = line.kind === 'tail' ? GROTESK : face;
  const weight = line.kind === 'tail' ? TAIL_WEIGHT : line.kind === 'small' ? SMALL_WEIGHT : face.weight;
  return {
    text: line.text,
    x,
    y,
    size: line.size,
    face: own,
    weight,
    tracking: line.kind === 'tail' ? 0 : own.tracking,
    anchor: 'start',
    direction: rtl ? 'rtl' : 'ltr',
    vertical: false,
  };
}

/** One sign for a title that cannot be set. */
export const initial = (text: string, size: number): SetTitle => {
  const [sign] = text;
  const line: Line = { text: sign.toUpperCase(), kind: 'large', size, height: size * 0.86 };
  return { lines: [line], size, height: size * 0.82 };
};

function textSvg({ text, x, y, size, face, weight, tracking, anchor, direction, vertical }: PlacedText, fill: string) {
  const values = attributes({
    x,
    y,
    'font-family': face.stack,
    'font-weight': weight,
    'font-size': size,
    'letter-spacing': tracking === 0 ? undefined : tracking * size,
    'text-anchor': anchor === 'end' ? 'end' : undefined,
    'writing-mode': vertical ? 'vertical-rl' : undefined,
    direction,
    fill,
    'text-rendering': 'geometricPrecision',
  });
  return `<text${values}>${escape(text)}</text>`;
}

/** A layout as SVG: whole, escaped, and without any style attribute, so that a strict CSP lets it be. */
export function drawLayout({ width, height, palette, motif, texts }: CoverLayout): string {
  return (
    `<svg viewBox="0 0 ${width} ${height}" direction="ltr" aria-hidden="true" focusable="false">` +
    rect(0, 0, width, height, palette.ground) +
    motif +
    texts.map((text) => textSvg(text, palette.ink)).join('') +
    '</svg>'
  );
}
