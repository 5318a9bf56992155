import { textTable } from '../textTable.ts';
import { METRICS, type Measure } from './evaluate.ts';
import type { Estimate } from './metrics.ts';
import type { DialRow, EvaluationResult, Group, RankRow, Row, SettingResult } from './run.ts';
import { FEW_RATINGS } from './run.ts';

/** A whole result for a terminal. */
export const describeResult = ({ settings, dials, ranks }: EvaluationResult): string =>
  [...settings.map(describeSetting), ...(dials ? [dialsTable(dials)] : []), ...(ranks ? [ranksTable(ranks)] : [])].join('\n');

/** The short form: the first table alone. */
export const describeShortly = ({ settings }: EvaluationResult): string => accuracyTable(settings[0]!.groups[0]!);

function describeSetting({ title, groups }: SettingResult): string {
  const [all] = groups;
  return [`Setting ${title}\n`, ...groups.map(accuracyTable), ...(all ? [listsTable(all)] : [])].join('\n');
}

export function titleOf({ kind, told, people }: Pick<Group, 'kind' | 'told' | 'people'>): string {
  const who = `${people.toLocaleString('en')} people`;
  switch (kind) {
    case 'all':
      return `All ratings told, ${who}`;
    case 'few':
      return `People with fewer than ${FEW_RATINGS} ratings, ${who}`;
    case 'after':
      return `After ${told} ${told === 1 ? 'rating' : 'ratings'}, ${who}`;
    default:
      return kind satisfies never;
  }
}

const nameOf = ({ ranker, detail }: Row): string => (detail === null ? ranker : `${ranker} (${detail})`);

function accuracyTable(group: Group): string {
  const ours = group.rows.at(-1)!;
  const lines = [
    ['', ...METRICS, `${ours.ranker} better by (NDCG@10)`],
    ...group.rows.map((row) => [nameOf(row), ...METRICS.map((metric) => plusMinus(row.measures[metric])), row.behind ? plusMinus(row.behind['NDCG@10'], true) : '']),
  ];
  return `${titleOf(group)} (mean ± standard error)\n${textTable(lines)}`;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function dialsTable(rows: readonly DialRow[]): string {
  const lines = [
    ['variety', 'popularity', 'NDCG@10', 'price in NDCG@10', 'intra-list diversity', 'mean popularity', 'coverage@10', 'Gini'],
    ...rows.map(({ variety, popularity, measures, price, coverage, gini }, i) => [
      String(variety),
      String(popularity),
      plusMinus(measures['NDCG@10']),
      i === 0 ? '' : plusMinus(price, true),
      plusMinus(measures.diversity),
      percent(measures.popularity.mean),
      percent(coverage),
      gini.toFixed(3),
    ]),
  ];
  return `What the dials cost and bring\n${textTable(lines)}`;
}

function ranksTable(rows: readonly RankRow[]): string {
  const lines = [['rank', 'bytes an item', 'NDCG@10'], ...rows.map(({ rank, bytesPerItem, ndcg10 }) => [String(rank), bytesPerItem.toFixed(0), plusMinus(ndcg10)])];
  return `By rank, ${rows[0]?.people.toLocaleString('en')} validation people\n${textTable(lines)}`;
}

/** How the first ten of a list are, beside being right. */
function listsTable(group: Group): string {
  const cell: Record<Exclude<Measure, (typeof METRICS)[number]>, (row: Row) => string> = {
    popularity: ({ measures: { popularity } }) => `${(100 * popularity.mean).toFixed(1)} ± ${(100 * popularity.standardError).toFixed(1)} %`,
    diversity: ({ measures }) => plusMinus(measures.diversity),
    novelty: ({ measures: { novelty } }) => `${novelty.mean.toFixed(2)} ± ${novelty.standardError.toFixed(2)} bits`,
  };
  const lines = [
    ['', 'coverage@10', 'Gini', 'mean popularity', 'intra-list diversity', 'novelty'],
    ...group.rows.map((row) => [nameOf(row), percent(row.coverage), row.gini.toFixed(3), cell.popularity(row), cell.diversity(row), cell.novelty(row)]),
  ];
  return `What the first ten are like, ${group.people.toLocaleString('en')} people\n${textTable(lines)}`;
}

export const plusMinus = ({ mean, standardError }: Estimate, signed = false): string => `${signed && mean >= 0 ? '+' : ''}${mean.toFixed(4)} ± ${standardError.toFixed(4)}`;
