import type { Group } from '../evaluation/run.ts';
import { dotPlot, linePlot, OTHER_MARKS } from '../report/plots.ts';
import type { Html } from '../report/html.ts';
import { readCss } from '../report/render.ts';
import { three } from '../report/sections.ts';

/** A plot of the report as a file of its own, for viewers of images. */
async function alone(plot: Html): Promise<string> {
  const css = `${await readCss()}svg { font-family: system-ui, sans-serif; background: var(--ground); }`;
  return plot.html.trim().replace(/^<svg ([^>]*viewBox="0 0 (\d+) (\d+)")/, (_, attributes: string, width: string, height: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * Number(width)}" height="${2 * Number(height)}" ${attributes}`).replace('>', `><style><![CDATA[${css}]]></style>`);
}

/** NDCG@10 of our model and of the baselines. */
export const accuracyPlot = ({ rows }: Pick<Group, 'rows'>): Promise<string> =>
  alone(dotPlot('NDCG@10 with one standard error', rows.map(({ ranker, measures }, i) => ({ name: ranker, mark: i === rows.length - 1 ? 'ours' : OTHER_MARKS[i % OTHER_MARKS.length]!, value: measures['NDCG@10'].mean, error: measures['NDCG@10'].standardError })), three));

export function singularValuePlot(values: ArrayLike<number>): Promise<string> {
  const points = Array.from(values, (y, i) => ({ x: i + 1, y }));
  return alone(linePlot({ title: 'Singular values', series: [{ name: 'singular values', mark: 'ours', points }], xTicks: [...new Set([1, Math.ceil(points.length / 2), points.length])].map((x) => ({ x, label: String(x) })), xName: 'dimension', formatY: (y) => y.toPrecision(2), curves: true }));
}
