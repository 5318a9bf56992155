import type { Face } from './faces.ts';

/** Width of a text in ems of `face` at `weight`, tracking counted. */
export type Measure = (text: string, face: Face, weight: number) => number;

const classes: readonly (readonly [RegExp, number])[] = [
  [/[iljI1.,:;'’!|]/, 0.29],
  [/[frt\-()\s]/, 0.35],
  [/[mwMW@%]/, 0.86],
  [/\p{Lu}/u, 0.68],
];

function signWidth(sign: string): number {
  const code = sign.codePointAt(0)!;
  if (code > 0x2e80 && code < 0xfb00) return 1; // Chinese, Japanese, Korean
  if (code > 0x0900 && code < 0x0e80) return 0.62; // the Indic scripts, Thai
  if (code > 0x0590 && code < 0x0900) return 0.52; // Hebrew, Arabic
  return classes.find(([signs]) => signs.test(sign))?.[1] ?? 0.56;
}

const known = new Map<string, number>();

/**
 * The width table: what an ordinary face takes. It decides where lines break, so that they break alike on every
 * device, whatever faces that has.
 */
export function tableWidth(text: string, face: Face): number {
  let width = 0;
  for (const sign of text) {
    let own = known.get(sign);
    if (own === undefined) known.set(sign, (own = signWidth(sign)));
    width += own * face.width + face.tracking;
  }
  return width;
}

/** For where nothing can be measured: the table, and 8 % for its errors. */
export const tableMeasure: Measure = (text, face) => tableWidth(text, face) * 1.08;

/** Asks the device's own faces. */
export function canvasMeasure(context: Pick<CanvasRenderingContext2D, 'font' | 'measureText'>): Measure {
  const seen = new Map<string, number>();
  return (text, face, weight) => {
    const key = `${weight} ${face.stack}\n${text}`;
    let width = seen.get(key);
    if (width === undefined) {
      context.font = `${weight} 100px ${face.stack}`;
      width = context.measureText(text).width / 100 + [...text].length * face.tracking;
      seen.set(key, width);
    }
    return width;
  };
}

/** The best that this place has. */
export function deviceMeasure(): Measure {
  const context = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  return context ? canvasMeasure(context) : tableMeasure;
}
