import { html, type Html } from './html.ts';

/** Plots as SVG: about as wide as a phone, so that their letters are as large as those around them. */
const WIDTH = 380;
const HEIGHT = 240;
const MARGIN = { left: 44, right: 20, top: 14, bottom: 36 };

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Length of the whisker to either side; none where it is left out. */
  readonly error?: number;
  /** Written above the point. */
  readonly label?: string;
}

/** Shape and line of a series, so that nothing is told by colour alone: `ours` is filled. */
export type Mark = 'ours' | 'circle' | 'square' | 'triangle' | 'diamond';
export const OTHER_MARKS: readonly Mark[] = ['circle', 'square', 'triangle', 'diamond'];

export interface Series {
  readonly name: string;
  readonly mark: Mark;
  readonly points: readonly Point[];
}

interface Frame {
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const svg = ({ title, width, height }: Frame, content: readonly Html[]): Html =>
  html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><title>${title}</title>${content}</svg>`;

/** About `count` round numbers from low to high. */
export function ticks(low: number, high: number, count = 4): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function mark(kind: Mark, x: number, y: number): Html {
  const [cx, cy] = [round(x), round(y)];
  switch (kind) {
    case 'ours':
      return html`<circle class="ours" cx="${cx}" cy="${cy}" r="5.5"/>`;
    case 'circle':
      return html`<circle class="other" cx="${cx}" cy="${cy}" r="4.5"/>`;
    case 'square':
      return html`<rect class="other" x="${cx - 4}" y="${cy - 4}" width="8" height="8"/>`;
    case 'triangle':
      return html`<path class="other" d="M${cx} ${cy - 5}l5 9h-10z"/>`;
    case 'diamond':
      return html`<path class="other" d="M${cx} ${cy - 5.5}l5.5 5.5-5.5 5.5-5.5-5.5z"/>`;
    default:
      return kind satisfies never;
  }
}

/** Which mark is whose. */
export const legend = (series: readonly Pick<Series, 'name' | 'mark'>[]): Html => html`
  <ul class="legend">${series.map(({ name, mark: kind }) => html`<li><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">${mark(kind, 7, 7)}</svg>${name}</li>`)}</ul>`;

export interface DotRow {
  readonly name: string;
  readonly mark: Mark;
  readonly value: number;
  readonly error: number;
}

/** One line a row: its value and one standard error to either side. @param format of the values, written at the end of the line. */
export function dotPlot(title: string, rows: readonly DotRow[], format: (value: number) => string): Html {
  const rowHeight = 34;
  const height = rows.length * rowHeight + 30;
  const [left, right] = [104, WIDTH - 60];
  const low = Math.min(0, ...rows.map(({ value, error }) => value - error));
  const high = Math.max(0, ...rows.map(({ value, error }) => value + error)) || 1;
  const at = (value: number): number => left + ((value - low) / (high - low)) * (right - left);
  const grid = ticks(low, high, 3).map((tick) => html`<line class="grid" x1="${round(at(tick))}" x2="${round(at(tick))}" y1="4" y2="${height - 24}"/><text class="tick" x="${round(at(tick))}" y="${height - 8}" text-anchor="middle">${format(tick)}</text>`);
  const lines = rows.map(({ name, mark: kind, value, error }, i) => {
    const y = i * rowHeight + 22;
    return html`<text class="${kind === 'ours' ? 'name strong' : 'name'}" x="0" y="${y + 4}">${name}</text>
      <line class="whisker" x1="${round(at(value - error))}" x2="${round(at(value + error))}" y1="${y}" y2="${y}"/>${mark(kind, at(value), y)}
      <text class="${kind === 'ours' ? 'value strong' : 'value'}" x="${WIDTH}" y="${y + 4}" text-anchor="end">${format(value)}</text>`;
  });
  return svg({ title, width: WIDTH, height }, [html`<line class="axis" x1="${round(at(0))}" x2="${round(at(0))}" y1="4" y2="${height - 24}"/>`, ...grid, ...lines]);
}

export interface LinePlot {
  readonly title: string;
  readonly series: readonly Series[];
  readonly xTicks: readonly { readonly x: number; readonly label: string }[];
  readonly xName: string;
  readonly formatY: (value: number) => string;
  /** The y axis begins at 0 unless this is false. */
  readonly fromZero?: boolean;
  /** A line from corner to corner, drawn behind. */
  readonly diagonal?: boolean;
  /** Lines without marks, for curves of many points. */
  readonly curves?: boolean;
}

export function linePlot({ title, series, xTicks, xName, formatY, fromZero = true, diagonal = false, curves = false }: LinePlot): Html {
  const points = series.flatMap((one) => one.points);
  const xs = [...points.map(({ x }) => x), ...xTicks.map(({ x }) => x)];
  const [lowX, highX] = [Math.min(...xs), Math.max(...xs)];
  const lowest = Math.min(...points.map(({ y, error = 0 }) => y - error));
  const highest = Math.max(...points.map(({ y, error = 0 }) => y + error));
  const [lowY, highY] = [fromZero ? Math.min(0, lowest) : lowest - (highest - lowest) * 0.1, highest + (highest - lowest || 1) * 0.04];
  const x = (value: number): number => MARGIN.left + ((value - lowX) / (highX - lowX || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number => HEIGHT - MARGIN.bottom - ((value - lowY) / (highY - lowY || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const grid = ticks(lowY, highY).map((tick) => html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text class="tick" x="${MARGIN.left - 6}" y="${round(y(tick)) + 4}" text-anchor="end">${formatY(tick)}</text>`);
  const below = xTicks.map((tick) => html`<text class="tick" x="${round(x(tick.x))}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${tick.label}</text>`);
  const drawn = series.map(({ mark: kind, points: own }) => html`
    <polyline class="${kind === 'ours' ? 'line ours-line' : `line ${kind}-line`}" points="${own.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ')}"/>
    ${!curves && own.map((point) => html`${point.error !== undefined && html`<line class="whisker" x1="${round(x(point.x))}" x2="${round(x(point.x))}" y1="${round(y(point.y - point.error))}" y2="${round(y(point.y + point.error))}"/>`}${mark(kind, x(point.x), y(point.y))}${point.label !== undefined && html`<text class="tick" x="${round(x(point.x))}" y="${round(y(point.y + (point.error ?? 0))) - 7}" text-anchor="middle">${point.label}</text>`}`)}`);
  return svg({ title, width: WIDTH, height: HEIGHT }, [
    ...grid,
    ...(diagonal ? [html`<line class="diagonal" x1="${round(x(lowX))}" y1="${round(y(lowY))}" x2="${round(x(highX))}" y2="${round(y(highest))}"/>`] : []),
    html`<line class="axis" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${HEIGHT - MARGIN.bottom}" y2="${HEIGHT - MARGIN.bottom}"/>`,
    ...below,
    html`<text class="tick" x="${round((MARGIN.left + WIDTH - MARGIN.right) / 2)}" y="${HEIGHT - 3}" text-anchor="middle">${xName}</text>`,
    ...drawn,
  ]);
}

export interface Bin {
  readonly from: number;
  readonly count: number;
}

/** @param bins of one width; the last holds all that is above, too. @param marks values to point at. */
export function histogram(title: string, bins: readonly Bin[], width: number, marks: readonly { readonly value: number; readonly label: string }[], unit: string): Html {
  const [low, high] = [bins[0]!.from, bins.at(-1)!.from + width];
  const most = Math.max(...bins.map(({ count }) => count));
  const [top, bottom] = [42, HEIGHT - MARGIN.bottom];
  const x = (value: number): number => 6 + ((Math.min(value, high) - low) / (high - low)) * (WIDTH - 12);
  const bars = bins.map(({ from, count }) => {
    const height = (count / most) * (bottom - top);
    return html`<rect class="bar" x="${round(x(from))}" y="${round(bottom - height)}" width="${round(Math.max(1, x(from + width) - x(from) - 1))}" height="${round(height)}"/>`;
  });
  const labels = marks.map(({ value, label: name }, i) => {
    const anchor = x(value) > WIDTH * 0.6 ? 'end' : 'start';
    const label = value > high ? `${name} →` : name;
    const y = 12 + 13 * i;
    return html`<line class="pointer" x1="${round(x(value))}" x2="${round(x(value))}" y1="${y - 8}" y2="${bottom}"/><text class="tick strong" x="${round(x(value)) + (anchor === 'end' ? -4 : 4)}" y="${y}" text-anchor="${anchor}">${label}</text>`;
  });
  const below = ticks(low, high, 5).map((tick) => html`<text class="tick" x="${round(Math.max(14, Math.min(WIDTH - 14, x(tick))))}" y="${bottom + 16}" text-anchor="middle">${tick}</text>`);
  return svg({ title, width: WIDTH, height: HEIGHT }, [...bars, html`<line class="axis" x1="0" x2="${WIDTH}" y1="${bottom}" y2="${bottom}"/>`, ...below, html`<text class="tick" x="${WIDTH / 2}" y="${HEIGHT - 3}" text-anchor="middle">${unit}</text>`, ...labels]);
}

export interface Dots {
  readonly name: string;
  /** Class of the colour, 0 to 9. */
  readonly hue: number;
  /** −1 to 1, y upwards. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly large: boolean }[];
}

const MAP = { width: 1000, height: 640, margin: 24 };

/** Names at the sides grow inwards. */
const anchorAt = (x: number): string => (x > 0.55 ? 'end' : x < -0.55 ? 'start' : 'middle');

/** Many dots and the names of where they lie. A path of points without length takes a few bytes each. */
export function map(title: string, groups: readonly Dots[], regions: readonly { readonly x: number; readonly y: number; readonly label: string }[]): Html {
  const x = (value: number): number => Math.round(MAP.margin + ((value + 1) / 2) * (MAP.width - 2 * MAP.margin));
  const y = (value: number): number => Math.round(MAP.margin + ((1 - value) / 2) * (MAP.height - 2 * MAP.margin));
  const dots = groups.flatMap(({ hue, points }) =>
    [false, true].map((large) => html`<path class="dots hue-${hue}${large ? ' large' : ''}" d="${points.filter((point) => point.large === large).map((point) => `M${x(point.x)} ${y(point.y)}h0`).join('')}"/>`),
  );
  const labels = regions.map((region) => html`<text class="region" x="${x(region.x)}" y="${y(region.y)}" text-anchor="${anchorAt(region.x)}">${region.label}</text>`);
  return html`<svg class="map" viewBox="0 0 ${MAP.width} ${MAP.height}" role="img" aria-label="${title}"><title>${title}</title>${dots}${labels}</svg>`;
}
