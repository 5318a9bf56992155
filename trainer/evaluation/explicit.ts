import type { Catalog } from '../../shared/artifact/catalog.ts';
import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import { fitRatings, type RatedRow } from '../../shared/engine/expectedRating.ts';
import { DEFAULT_PARAMETERS, factorize } from '../factorize.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { offsetsOf } from '../ratings/sparse.ts';
import { biases, trainStars } from '../stars.ts';
import { textTable } from '../textTable.ts';
import { SURPRISE_DEFAULTS, trainBiasedMf, type DensePredictor } from './biasedMf.ts';
import { fmix32, idBits } from './hash.ts';
import { estimate, type Estimate } from './metrics.ts';
import { oneFifth, splitUsers } from './split.ts';
import { plusMinus } from './tables.ts';

const FOLDS = 5;
const FOLD_SALT = 0x2545f491;
const HIDING_SALT = 0x5bd1e995;
/** New people have told so many ratings. */
const TOLD = [0, 5, 20, Infinity];
/** A ridge under which nobody's taste shows. */
const NO_TASTE = 1e9;

export interface Errors {
  readonly rmse: number;
  readonly mae: number;
}

export function errorsOf(errors: readonly number[]): Errors {
  const mean = (of: (error: number) => number): number => errors.reduce((sum, error) => sum + of(error), 0) / errors.length;
  return { rmse: Math.sqrt(mean((error) => error ** 2)), mae: mean(Math.abs) };
}

/** Which of five parts a rating is tested in: a hash of its user and its item, so the same in every program. */
export const foldOf = (user: string | number, item: string | number): number => fmix32(idBits(item) ^ fmix32(idBits(user) ^ FOLD_SALT)) % FOLDS;

export interface FiveFolds {
  readonly name: string;
  /** Means over the five parts. */
  readonly errors: Errors;
}

/** Five-fold cross-validation over single ratings: how well models of explicit ratings do on people that they know. */
export function measureFiveFolds(ratings: Ratings, seed: number, onProgress: (text: string) => void): FiveFolds[] {
  const { user, item, rating, userIds, items, scale } = ratings;
  const fold = Uint8Array.from(rating, (_, entry) => foldOf(userIds[user[entry]!]!, items[item[entry]!]!.id));
  const entriesWhere = (passes: (entry: number) => boolean): Uint32Array => Uint32Array.from(rating.keys()).filter(passes);
  const models: Record<string, (entries: Uint32Array) => DensePredictor> = {
    'user and item biases': (entries) => {
      const part = biases({ ...ratings, user: entries.map((entry) => user[entry]!), item: entries.map((entry) => item[entry]!), rating: Float32Array.from(entries, (entry) => rating[entry]!) });
      return (u, i) => part.mean + part.user[u]! + part.item[i]!;
    },
    [`biased matrix factorisation ${SURPRISE_DEFAULTS.factors}`]: (entries) => trainBiasedMf(ratings, entries, { ...SURPRISE_DEFAULTS, seed }),
  };
  return Object.entries(models).map(([name, train]) => {
    const parts = Array.from({ length: FOLDS }, (_, part) => {
      onProgress(`${name}: part ${part + 1} of ${FOLDS}`);
      const predict = train(entriesWhere((entry) => fold[entry] !== part));
      const tested = entriesWhere((entry) => fold[entry] === part);
      return errorsOf(Array.from(tested, (entry) => Math.min(scale.max, Math.max(scale.min, predict(user[entry]!, item[entry]!))) - rating[entry]!));
    });
    const mean = (of: (part: Errors) => number): number => parts.reduce((sum, part) => sum + of(part) / FOLDS, 0);
    return { name, errors: { rmse: mean(({ rmse }) => rmse), mae: mean(({ mae }) => mae) } };
  });
}

export interface NewPeople {
  /** Ratings told, at most. */
  readonly told: number;
  readonly people: number;
  readonly bias: Errors;
  readonly taste: Errors;
  /** By how much taste lowers the RMSE of one person. */
  readonly better: Estimate;
}

/** Expected ratings for people of the test block, whom nothing was trained on: a fifth of what each has rated is hidden. */
export async function measureNewPeople(ratings: Ratings, options: { fold: number; positiveFrom: number; rank: number; seed: number }): Promise<NewPeople[]> {
  const { train, test } = splitUsers(ratings, options);
  const { index, itemOfRow } = await factorize(train, { ...DEFAULT_PARAMETERS, rank: options.rank, seed: options.seed });
  const stars = trainStars(train, itemOfRow);
  const withoutTaste = { ...stars, tasteRidge: NO_TASTE };
  const catalog = catalogOf(Array.from(itemOfRow, (item) => train.items[item]!));
  const people = hideAFifth(ratings, new Set(test.map(({ id }) => id)), catalog);
  return TOLD.map((told) => {
    const errors = people.map(({ known, hidden }) => {
      const first = known.slice(0, told);
      return [withoutTaste, stars].map((table) => {
        const predict = fitRatings(index, table, ratings.scale, first);
        return hidden.map(({ row, rating }) => predict(row) - rating);
      });
    });
    const [bias, taste] = [errors.map(([one]) => one!), errors.map(([, other]) => other!)];
    const better = estimate(bias.map((own, i) => errorsOf(own).rmse - errorsOf(taste[i]!).rmse));
    return { told, people: people.length, bias: errorsOf(bias.flat()), taste: errorsOf(taste.flat()), better };
  });
}

/** What some people have rated of the catalogue, in the order of their hashes; the last fifth is hidden. */
function hideAFifth({ user, item, rating, userIds, items }: Ratings, wanted: ReadonlySet<string | number>, catalog: Catalog): { known: RatedRow[]; hidden: RatedRow[] }[] {
  const offsets = offsetsOf(user, userIds.length);
  return userIds.flatMap((id, u) => {
    if (!wanted.has(id)) return [];
    const salt = fmix32(idBits(id) ^ HIDING_SALT);
    const own: (RatedRow & { hash: number })[] = [];
    for (let entry = offsets[u]!; entry < offsets[u + 1]!; entry++) {
      const itemId = items[item[entry]!]!.id;
      const row = catalog.rowOf(itemId);
      if (row !== undefined) own.push({ row, rating: rating[entry]!, hash: fmix32(idBits(itemId) ^ salt) });
    }
    own.sort((a, b) => a.hash - b.hash || a.row - b.row);
    const known = own.length - oneFifth(own.length);
    return known === own.length ? [] : [{ known: own.slice(0, known), hidden: own.slice(known) }];
  });
}

export function describeExplicit(folds: readonly FiveFolds[], people: readonly NewPeople[]): string {
  const cells = ({ rmse, mae }: Errors): string[] => [rmse.toFixed(4), mae.toFixed(4)];
  const ratingsTable = textTable([['', 'RMSE', 'MAE'], ...folds.map(({ name, errors }) => [name, ...cells(errors)])]);
  const peopleTable = textTable([
    ['ratings told', 'biases: RMSE', 'MAE', 'with taste: RMSE', 'MAE', 'better by (RMSE of a person)'],
    ...people.map(({ told, bias, taste, better }) => [Number.isFinite(told) ? String(told) : 'all', ...cells(bias), ...cells(taste), plusMinus(better, true)]),
  ]);
  return (
    `Five-fold cross-validation over single ratings\n${ratingsTable}` +
    `Published for Surprise's SVD: MovieLens 100k .934 / .737, MovieLens 1M .873 / .686\n\n` +
    `Expected ratings of ${people[0]!.people.toLocaleString('en')} new people, of a fifth of theirs that is hidden\n${peopleTable}`
  );
}
