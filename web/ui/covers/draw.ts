// Shapes as SVG text. Presentation attributes only: a strict style-src forbids style="".

export type Point = readonly [x: number, y: number];

/** Two decimals are finer than any screen here. */
export const n = (value: number): number => +value.toFixed(2);

export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  let out = '';
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) out += ` ${name}="${typeof value === 'number' ? n(value) : escape(value)}"`;
  }
  return out;
}

type More = Readonly<Record<string, string | number | undefined>>;

export const circle = (cx: number, cy: number, r: number, fill: string, more: More = {}): string =>
  `<circle${attributes({ cx, cy, r: Math.max(0, r), fill, ...more })}/>`;

export const ellipse = (cx: number, cy: number, rx: number, ry: number, fill: string, more: More = {}): string =>
  `<ellipse${attributes({ cx, cy, rx, ry, fill, ...more })}/>`;

export const rect = (x: number, y: number, width: number, height: number, fill: string, more: More = {}): string =>
  `<rect${attributes({ x, y, width: Math.max(0, width), height: Math.max(0, height), fill, ...more })}/>`;

export const polygon = (points: readonly Point[], fill: string): string =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="${fill}"/>`;

/** @param parts a path's letters and numbers, in turn. */
export const path = (parts: readonly (string | number)[], fill: string, more: More = {}): string =>
  `<path d="${parts.map((part) => (typeof part === 'number' ? n(part) : part)).join(' ')}"${attributes({ fill, ...more })}/>`;

/** A half disc; its flat side is below at 0 degrees. */
export const half = (cx: number, cy: number, r: number, degrees: number, fill: string): string =>
  path(['M', -r, 0, 'A', r, r, 0, 0, 1, r, 0, 'Z'], fill, {
    transform: `translate(${n(cx)} ${n(cy)}) rotate(${n(degrees)})`,
  });

export const group = (transform: string, inside: string): string => `<g transform="${transform}">${inside}</g>`;

/** `draw(0)` to `draw(count - 1)`, in this order. */
export function times(count: number, draw: (i: number) => string): string {
  let out = '';
  for (let i = 0; i < count; i++) out += draw(i);
  return out;
}
