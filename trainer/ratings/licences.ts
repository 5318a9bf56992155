import type { RatingScale } from '../../shared/query.ts';
import type { Dataset } from './ratings.ts';

type Facts = Pick<Dataset, 'licence' | 'attribution' | 'url'>;

/** MovieLens sets by their number of ratings: folders get renamed. */
const MOVIELENS_BY_ROWS: ReadonlyMap<number, string> = new Map([
  [100_000, 'ml-100k'],
  [100_836, 'ml-latest-small'],
  [1_000_209, 'ml-1m'],
  [10_000_054, 'ml-10m'],
  [20_000_263, 'ml-20m'],
  [25_000_095, 'ml-25m'],
  [32_000_204, 'ml-32m'],
]);

/** Whole stars only; the later sets have half ones. */
const WHOLE_STARS = new Set(['ml-100k', 'ml-1m']);

const REDISTRIBUTION: Readonly<Record<string, string>> = {
  'ml-latest-small': 'redistribution under the same terms',
  'ml-100k': 'no redistribution without permission',
  'ml-1m': 'no redistribution without permission',
};

/** Name, terms and scale of a folder that looks like MovieLens. `folder` names it where the number of rows does not. */
export function movieLens(rows: number, folder: string, wholeStars: boolean): Facts & { name: string; scale: RatingScale } {
  const name = MOVIELENS_BY_ROWS.get(rows) ?? (/^ml-/i.test(folder) ? folder : 'movielens');
  const redistribution = REDISTRIBUTION[name] ?? 'see its README before redistributing';
  return {
    name,
    licence: `GroupLens terms of use for MovieLens: research, no commercial use without permission, no implied endorsement; ${redistribution}`,
    attribution: 'Made from MovieLens ratings, under their licence: F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on Interactive Intelligent Systems 5, 4: 19:1–19:19. https://doi.org/10.1145/2827872',
    url: 'https://grouplens.org/datasets/movielens/',
    scale: { min: wholeStars || WHOLE_STARS.has(name) ? 1 : 0.5, max: 5 },
  };
}

export const GOODBOOKS: Facts & { name: string; scale: RatingScale } = {
  name: 'goodbooks-10k',
  licence: 'CC BY-SA 4.0',
  attribution: 'Zygmunt Zając. 2017. Goodbooks-10k: a new dataset for book recommendations. FastML.',
  url: 'https://github.com/zygmuntz/goodbooks-10k',
  scale: { min: 1, max: 5 },
};
