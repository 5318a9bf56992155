import type { Manifest, ModelParameters } from '../../shared/artifact/manifest.ts';
import type { CatalogItem } from '../../shared/query.ts';
import { METRICS } from '../evaluation/evaluate.ts';
import type { Estimate } from '../evaluation/metrics.ts';
import { FEW_RATINGS, type DialRow, type EvaluationResult, type Group, type RankRow, type Row, type SettingResult } from '../evaluation/run.ts';
import { html, numbers, table, type Html } from './html.ts';
import { quantile, type Latency } from './latency.ts';
import { dotPlot, histogram, legend, linePlot, map, OTHER_MARKS, type Dots, type Mark, type Series } from './plots.ts';

const percent = (value: number, digits = 1): string => `${(100 * value).toFixed(digits)} %`;
/** .354; a whole 0 is just that. */
export const three = (value: number): string => (value === 0 ? '0' : value.toFixed(3).replace(/^(-?)0\./, '$1.'));
const signed = (value: number): string => (value === 0 ? '0' : `${value < 0 ? '−' : '+'}${three(Math.abs(value))}`);
/** A share, with two digits where it is small. */
const share = (value: number): string => (value === 0 ? '0' : percent(value, value < 0.01 ? 2 : 0));
const plusMinus = ({ mean, standardError }: Estimate, format: (value: number) => string = three): string => `${format(mean)} ± ${format(standardError).replace(/^[+−]/, '')}`;
const many = (count: number): string => count.toLocaleString('en');

const section = (id: string, title: string, lead: string | Html, content: readonly (Html | null)[], beside = false): Html => html`
  <section id="${id}" class="${beside ? 'beside' : ''}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="lead">${lead}</p>
    ${content}
  </section>`;

const figure = (caption: string, plot: Html, more: Html | null = null): Html => html`<figure><figcaption>${caption}</figcaption>${plot}${more}</figure>`;
/** Three in a row where there is room; two, larger ones, where they come by fours. */
const grid = (figures: readonly Html[]): Html => html`<div class="${figures.length % 3 === 0 ? 'grid' : 'grid pairs'}">${figures}</div>`;

/** Ours, the last, is filled; the others keep their shape on the whole page. */
const markOf = (i: number, rows: readonly unknown[]): Mark => (i === rows.length - 1 ? 'ours' : OTHER_MARKS[i % OTHER_MARKS.length]!);

const EXPLAINED: Readonly<Record<(typeof METRICS)[number], string>> = {
  'NDCG@10': 'the first ten, weighted by place',
  'NDCG@100': 'the first hundred, weighted by place',
  'Recall@20': 'found among twenty',
  'Recall@50': 'found among fifty',
  MRR: 'one over the place of the first hit',
};

export function accuracySection(all: Group): Html {
  const plots = METRICS.map((metric) =>
    figure(
      `${metric}: ${EXPLAINED[metric]}`,
      dotPlot(`${metric} of each method with one standard error`, all.rows.map((row, i) => ({ name: row.ranker, mark: markOf(i, all.rows), value: row.measures[metric].mean, error: row.measures[metric].standardError })), three),
    ),
  );
  const others = all.rows.filter(({ behind }) => behind !== null);
  const ours = all.rows.at(-1)!;
  const ahead = figure(
    `How much better ${ours.ranker} is, person by person (NDCG@10)`,
    dotPlot(`How much better ${ours.ranker} is in NDCG@10 than each other method`, others.map((row, i) => ({ name: row.ranker, mark: markOf(i, all.rows), value: row.behind!['NDCG@10'].mean, error: row.behind!['NDCG@10'].standardError })), signed),
  );
  return section('accuracy', 'Does it find what people like?', `${many(all.people)} people that the training never saw. Four fifths of what each of them likes is told, the rest is to be found in the whole catalogue. Dots are means, lines one standard error.`, [
    grid([...plots, ahead]),
    numbers('Accuracy, mean ± standard error', ['', ...METRICS, `${ours.ranker} better by (NDCG@10)`], all.rows.map((row) => [nameOf(row), ...METRICS.map((metric) => plusMinus(row.measures[metric])), row.behind ? plusMinus(row.behind['NDCG@10'], signed) : ''])),
  ]);
}

const nameOf = ({ ranker, detail }: Row): string => (detail === null ? ranker : `${ranker} (${detail})`);

export function fewSection(setting: SettingResult): Html | null {
  const after = setting.groups.filter(({ kind }) => kind === 'after');
  const all = setting.groups.find(({ kind }) => kind === 'all')!;
  const few = setting.groups.find(({ kind }) => kind === 'few');
  if (after.length === 0) return null;
  const groups = [...after, all];
  const series = all.rows.map(({ ranker }, i): Series => ({
    name: ranker,
    mark: markOf(i, all.rows),
    points: groups.map((group, x) => ({ x, y: group.rows[i]!.measures['NDCG@10'].mean, error: group.rows[i]!.measures['NDCG@10'].standardError })),
  }));
  const label = (group: Group): string => (group.told === null ? 'all' : String(group.told));
  const title = 'NDCG@10 by the number of ratings told';
  return section('few', 'How many ratings does it need?', 'The same people, asked as if they had rated only so many films.', [
    grid([
      figure(title, linePlot({ title, series, xTicks: groups.map((group, x) => ({ x, label: label(group) })), xName: 'ratings told', formatY: three }), legend(series)),
      ...(few
        ? [
            figure(
              `${many(few.people)} people with fewer than ${FEW_RATINGS} ratings: NDCG@10`,
              dotPlot(`NDCG@10 for people with fewer than ${FEW_RATINGS} ratings`, few.rows.map((row, i) => ({ name: row.ranker, mark: markOf(i, few.rows), value: row.measures['NDCG@10'].mean, error: row.measures['NDCG@10'].standardError })), three),
            ),
          ]
        : []),
    ]),
    numbers('NDCG@10 by ratings told, mean ± standard error', ['ratings told', 'people', ...all.rows.map(({ ranker }) => ranker)], [...groups, ...(few ? [few] : [])].map((group) => [group.kind === 'few' ? `people with < ${FEW_RATINGS}` : label(group), many(group.people), ...group.rows.map((row) => plusMinus(row.measures['NDCG@10']))])),
  ]);
}

export function rankSection(rows: readonly RankRow[], used: number): Html {
  const title = 'NDCG@10 by bytes an item';
  const points = rows.map(({ rank, bytesPerItem, ndcg10 }) => ({ x: Math.log2(bytesPerItem), y: ndcg10.mean, error: ndcg10.standardError, label: String(rank) }));
  return section('rank', 'What does a byte buy?', `More dimensions tell more and take more room. Measured on ${many(rows[0]?.people ?? 0)} validation people of the first fold, who are never asked for the figures above; the number at each dot is its rank. This model has ${used}.`, [
    grid([figure(title, linePlot({ title, series: [{ name: 'ssvd', mark: 'ours', points }], xTicks: rows.map(({ bytesPerItem }) => ({ x: Math.log2(bytesPerItem), label: bytesPerItem.toFixed(0) })), xName: 'bytes an item', formatY: three }))]),
    numbers('By rank', ['rank', 'bytes an item', 'NDCG@10'], rows.map(({ rank, bytesPerItem, ndcg10 }) => [String(rank), bytesPerItem.toFixed(0), plusMinus(ndcg10)])),
  ], true);
}

export function listsSection(all: Group): Html {
  const series = all.rows.map((row, i): Series => ({ name: `${row.ranker} (Gini ${row.gini.toFixed(2)})`, mark: markOf(i, all.rows), points: row.lorenz.map((y, x) => ({ x, y })) }));
  const title = 'Lorenz curve of what is recommended';
  const dots = (caption: string, of: (row: Row) => Estimate, format: (value: number) => string): Html =>
    figure(caption, dotPlot(caption, all.rows.map((row, i) => ({ name: row.ranker, mark: markOf(i, all.rows), value: of(row).mean, error: of(row).standardError })), format));
  return section('lists', 'Does everybody get the same?', 'What the first ten of everybody are like together. The nearer the curve to the diagonal, the more evenly the catalogue is used; the Gini coefficient is twice the area between.', [
    grid([
      figure('Share of all places in the lists, rarest items first', linePlot({ title, series, xTicks: [0, 25, 50, 75, 100].map((x) => ({ x, label: `${x} %` })), xName: 'share of the catalogue', formatY: (y) => percent(y, 0), diagonal: true, curves: true }), legend(series)),
      dots('Share of people who like what is recommended', (row) => row.measures.popularity, share),
      dots('How unlike the ten are (intra-list diversity)', (row) => row.measures.diversity, three),
      dots('Novelty: bits of surprise', (row) => row.measures.novelty, (value) => value.toFixed(1)),
    ]),
    numbers('What the first ten are like', ['', 'coverage@10', 'Gini', 'mean popularity', 'intra-list diversity', 'novelty, bits'], all.rows.map((row) => [
      nameOf(row),
      percent(row.coverage),
      row.gini.toFixed(3),
      plusMinus(row.measures.popularity, (value) => percent(value, 2)),
      plusMinus(row.measures.diversity),
      plusMinus(row.measures.novelty, (value) => value.toFixed(2)),
    ])),
  ]);
}

export function dialsSection(rows: readonly DialRow[]): Html {
  const plain = rows[0]!;
  const turn = (of: 'variety' | 'popularity'): DialRow[] => [plain, ...rows.filter((row) => row[of] !== 0)].sort((a, b) => a[of] - b[of]);
  const plot = (caption: string, of: 'variety' | 'popularity', value: (row: DialRow) => Estimate, formatY: (y: number) => string, fromZero: boolean): Html => {
    const turned = turn(of);
    const points = turned.map((row) => ({ x: row[of], y: value(row).mean, error: value(row).standardError }));
    return figure(caption, linePlot({ title: caption, series: [{ name: of, mark: 'ours', points }], xTicks: [...new Set([Math.min(...points.map(({ x }) => x)), 0, 0.5, 1])].map((x) => ({ x, label: String(x).replace('-', '−') })), xName: of === 'variety' ? 'variety' : 'surprising ← popularity → popular', formatY, fromZero }));
  };
  return section('dials', 'What do the dials cost?', html`Everybody may turn their list to more variety, or from surprising to popular. Both cost hits when they are turned far, and this is what they cost and bring. <em>variety</em> is greedy MAP inference of a determinantal point process over the best hundred (Chen, Zhang &amp; Zhou 2018).`, [
    grid([
      plot('Variety: hits (NDCG@10)', 'variety', (row) => row.measures['NDCG@10'], three, true),
      plot('Variety: how unlike the ten are', 'variety', (row) => row.measures.diversity, three, false),
      plot('Popularity: hits (NDCG@10)', 'popularity', (row) => row.measures['NDCG@10'], three, true),
      plot('Popularity: share of people who like what is recommended', 'popularity', (row) => row.measures.popularity, share, true),
    ]),
    numbers('What the dials cost and bring', ['variety', 'popularity', 'NDCG@10', 'price in NDCG@10', 'intra-list diversity', 'mean popularity', 'coverage@10', 'Gini'], rows.map((row) => [
      String(row.variety),
      String(row.popularity),
      plusMinus(row.measures['NDCG@10']),
      row === plain ? '' : plusMinus(row.price, signed),
      plusMinus(row.measures.diversity),
      percent(row.measures.popularity.mean, 2),
      percent(row.coverage),
      row.gini.toFixed(3),
    ])),
  ]);
}

const BARS = 40;

export function latencySection({ micros, engine, processor, rated }: Latency): Html {
  const marks = [0.5, 0.95, 0.99].map((part) => ({ value: quantile(micros, part), label: `${part === 0.5 ? 'median' : `p${100 * part}`} ${quantile(micros, part).toFixed(0)} µs` }));
  // Whatever else this machine does makes a few answers wait for long: they are in the last bar.
  const low = micros[0]!;
  const high = Math.max(2 * quantile(micros, 0.5), 1.2 * quantile(micros, 0.95));
  const width = (high - low) / BARS || 1;
  const bins = Array.from({ length: BARS }, (_, i) => ({ from: low + i * width, count: 0 }));
  for (const value of micros) bins[Math.min(BARS - 1, Math.floor((value - low) / width))]!.count++;
  return section('speed', 'How long does an answer take?', `${many(micros.length)} people with ${rated} ratings each, folded in, searched and re-ranked exactly, one after the other on one thread. Measured when this page was made: ${engine}, ${processor}. A film frame is 41,667 µs.`, [
    grid([figure('Time from ratings to ten films', histogram('Histogram of the time that an answer takes', bins, width, marks, 'µs'))]),
    numbers('Time of an answer', ['', 'µs'], [0.5, 0.9, 0.95, 0.99, 1].map((part) => [part === 1 ? 'slowest' : `${100 * part} % take at most`, quantile(micros, part).toFixed(0)])),
  ], true);
}

/** Colours for so many genres; the rest shares one. */
const HUES = 9;
/** So many of the most popular get a larger dot. */
const LARGE = 300;

export interface Placed {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly regions: readonly { readonly x: number; readonly y: number; readonly label: string; readonly items: number }[];
}

export function mapSection({ x, y, regions }: Placed, items: readonly CatalogItem[]): Html {
  const counts = new Map<string, number>();
  const genreOf = items.map(({ genres: [first] }) => first ?? 'other');
  for (const genre of genreOf) counts.set(genre, (counts.get(genre) ?? 0) + 1);
  const named = [...counts].filter(([genre]) => genre !== 'other').sort((a, b) => b[1] - a[1]).slice(0, HUES).map(([genre]) => genre);
  const groups = [...named, 'other'].map((name, hue): Dots => ({
    name,
    hue,
    points: genreOf.flatMap((genre, row) => ((named.includes(genre) ? genre : 'other') === name ? [{ x: x[row]!, y: y[row]!, large: row < LARGE }] : [])),
  })).filter(({ points }) => points.length > 0).reverse();
  const keys = groups.toReversed().filter(({ name }) => named.length > 0 && name !== '');
  return section('map', 'What lies beside what', `All ${many(items.length)} of them: what the same people like lies together. The large dots are the ${LARGE} most popular.`, [
    html`<figure class="wide">${map('Map of the catalogue', groups, apart(regions))}
      ${named.length > 0 && html`<ul class="legend">${keys.map(({ name, hue }) => html`<li><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><path class="dots large hue-${hue}" d="M7 7h0"/></svg>${name}</li>`)}</ul>`}</figure>`,
    numbers('The regions of the map', ['region', 'items'], regions.map(({ label, items: count }) => [label, many(count)])),
  ]);
}

/** Of the names those that find room, the largest regions first. */
function apart(regions: Placed['regions']): Placed['regions'] {
  const taken: { x: number; y: number; half: number }[] = [];
  return regions.filter(({ x, y, label }) => {
    const half = label.length * 0.012;
    if (taken.some((other) => Math.abs(other.y - y) < 0.09 && Math.abs(other.x - x) < other.half + half + 0.03)) return false;
    taken.push({ x, y, half });
    return true;
  });
}

export function settingsSection(settings: readonly SettingResult[]): Html | null {
  if (settings.length < 2) return null;
  return section('settings', 'And counted in other ways?', 'What becomes of low ratings changes the figures of every method. The same people and targets, asked in each of these ways:', [
    ...settings.map(({ title, groups: [all] }) => table(title, ['', ...METRICS], all!.rows.map((row) => [nameOf(row), ...METRICS.map((metric) => plusMinus(row.measures[metric]))]))),
  ]);
}

/** What is measured beside the scaled SVD, by its name in the tables. */
const METHODS: readonly (readonly [name: string, sentence: string])[] = [
  ['PureSVD', 'PureSVD (Cremonesi, Koren & Turrin 2010) has the rank that is best for the validation people.'],
  ['EASE', 'EASE (Steck 2019) has the λ that is best for them.'],
  ['iALS', 'iALS (Rendle et al. 2021) has the λ, the α0 and the rank that are best for people of the training part.'],
  ['popularity', "Popularity is the sum of all ratings' weights."],
];

export function methodSection({ protocol, dataset, settings }: EvaluationResult, manifest: Manifest): Html {
  const measured = new Set(settings[0]?.groups[0]?.rows.map(({ ranker }) => ranker));
  const people = protocol.trainPeople.map((count, i) => `fold ${protocol.folds[i]}: ${many(count)} people, ${many(protocol.trainItems[i]!)} items`).join('; ');
  return section('method', 'How was it measured?', html`Strong generalisation: nobody who is asked was seen in training. <strong>The published model is trained on everybody; these figures are of the same training on eight tenths of them.</strong>`, [
    html`
    <ul class="method">
      <li>A rating of ${protocol.positiveFrom} or more means liked. People with at least five such ratings are ordered by a hash of their id and cut into ten blocks; block ${protocol.folds.join(', ')} is asked, the next is for choosing parameters, the rest trains (${people}).</li>
      <li>The last fifth of what somebody likes, in the order of a hash, is to be found; everything else that they rated is told and left out of the ranking, also what they did not like (setting B). The whole catalogue is ranked; the first ${protocol.depth} places count.</li>
      <li>± is one standard error over people. Differences are paired: person by person, so their errors are smaller than those of the methods themselves.</li>
      <li>${METHODS.filter(([name]) => measured.has(name)).map(([, sentence]) => sentence).join(' ')}</li>
      <li>Popularity of a list is the mean share of people who like its items; diversity is 1 − the mean cosine of its pairs by who likes them (Ziegler et al. 2005); novelty is the mean −log₂ of those shares (Zhou et al. 2010); coverage is the part of the catalogue in anybody's ten (Ge et al. 2010).</li>
      <li>Any program can be compared: <code>framerate split</code> writes these splits, <code>framerate score</code> measures answers.</li>
    </ul>
    ${table('What it was made from', ['', ''], [
      ['data', dataset.name],
      ['ratings', `${many(dataset.ratings)} (${dataset.scale.min} to ${dataset.scale.max}) by ${many(dataset.users)} people of ${many(dataset.items)} items`],
      ...(dataset.licence ? [['licence', dataset.licence]] : []),
      ...(dataset.attribution ? [['attribution', dataset.attribution]] : []),
      ...(dataset.url ? [['address', dataset.url]] : []),
      ['digest', dataset.digest],
      ['model', `${manifest.name} (${manifest.modelId})`],
      ...parameterRows(manifest.model, ''),
    ])}`,
  ]);
}

const parameterRows = (parameters: ModelParameters | object, prefix: string): string[][] =>
  Object.entries(parameters).flatMap(([name, value]): string[][] => (typeof value === 'object' && value !== null ? parameterRows(value as object, `${prefix}${name} `) : [[prefix + name, String(value)]]));
