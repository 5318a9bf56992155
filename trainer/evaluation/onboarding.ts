import { catalogOf } from '../../shared/artifact/writeCatalog.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { Recommender } from '../../shared/engine/recommender.ts';
import type { ItemId } from '../../shared/ids.ts';
import type { Rating } from '../../shared/query.ts';
import { DEFAULT_PARAMETERS, factorize } from '../factorize.ts';
import { askFirst, countCandidates, LIST_LENGTH } from '../onboarding.ts';
import { Random } from '../random.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { textTable } from '../textTable.ts';
import { pairedDifference } from './evaluate.ts';
import { estimate, ndcg, relevanceOf, type Estimate } from './metrics.ts';
import { splitUsers, type HeldOutUser } from './split.ts';
import { plusMinus } from './tables.ts';

const DEPTH = 10;

/** When somebody is shown their films: after so many answers, or so many questions, whatever they had to answer. */
const STOPS = [
  { name: 'after 5 answers', answers: 5, questions: Infinity },
  { name: '5 questions', answers: Infinity, questions: 5 },
  { name: '10 questions', answers: Infinity, questions: 10 },
  { name: '20 questions', answers: Infinity, questions: 20 },
] as const;

/** One list of questions put to everybody. */
export interface Interviewed {
  readonly list: string;
  /** NDCG@10 at each of the stops. */
  readonly accuracy: readonly Estimate[];
  /** And by how much it is better than asking for the most popular. Null for that list itself. */
  readonly better: readonly Estimate[] | null;
  /** Answers that ten questions bring. */
  readonly answersInTen: number;
  /** Questions until the fifth answer, or the end of the list. */
  readonly questionsForFive: number;
}

export interface OnboardingOptions {
  readonly folds: readonly number[];
  readonly positiveFrom: number;
  readonly rank: number;
  readonly seed: number;
  readonly kernel: Uint8Array<ArrayBuffer>;
  readonly onProgress?: (text: string) => void;
}

/**
 * Walks held-out people down lists of questions: they answer what they have rated, but for their targets, and are
 * recommended films from those answers alone. What else they have rated is left out of every ranking alike.
 */
export async function measureOnboarding(ratings: Ratings, options: OnboardingOptions): Promise<{ people: number; lists: Interviewed[] }> {
  const { folds, positiveFrom, rank, seed, kernel } = options;
  const found = new Map<string, Interview[]>();
  for (const fold of folds) {
    options.onProgress?.(`Fold ${fold}`);
    const { train, test } = splitUsers(ratings, { fold, positiveFrom });
    const factors = await factorize(train, { ...DEFAULT_PARAMETERS, rank, seed });
    const catalog = catalogOf(Array.from(factors.itemOfRow, (item) => train.items[item]!));
    const model = { manifest: { model: factors.parameters, ratingScale: train.scale }, factors: factors.index, foldIn: factors.foldIn, catalog, ...(factors.residual && { residual: factors.residual }) };
    const recommender = new Recommender(model, await KernelIndex.open(factors.index, kernel));
    const popular = catalog.items.slice(0, LIST_LENGTH).map(({ id }) => id);
    const lists: [string, ItemId[]][] = [
      ['most popular', popular],
      ['random of the popular', shuffled(catalog.items.slice(0, countCandidates(factors.foldIn)).map(({ id }) => id), seed).slice(0, LIST_LENGTH)],
      ['most telling', askFirst(train, factors).map((row) => catalog.items[row]!.id)],
    ];
    for (const [name, list] of lists) {
      const before = found.get(name) ?? [];
      found.set(name, [...before, ...test.map((person) => interview(recommender, person, list))]);
    }
  }
  const [[, baseline]] = found as Iterable<[string, Interview[]]> as [[string, Interview[]]];
  const lists = Array.from(found, ([list, interviews], place): Interviewed => {
    const mean = (of: (one: Interview) => number): number => estimate(interviews.map(of)).mean;
    const at = (all: readonly Interview[], stop: number): number[] => all.map(({ accuracy }) => accuracy[stop]!);
    return {
      list,
      accuracy: STOPS.map((_, stop) => estimate(at(interviews, stop))),
      better: place === 0 ? null : STOPS.map((_, stop) => pairedDifference(at(interviews, stop), at(baseline, stop))),
      answersInTen: mean(({ answersInTen }) => answersInTen),
      questionsForFive: mean(({ questionsForFive }) => questionsForFive),
    };
  });
  return { people: baseline.length, lists };
}

interface Interview {
  /** At each of the stops. */
  readonly accuracy: readonly number[];
  readonly answersInTen: number;
  readonly questionsForFive: number;
}

function interview(recommender: Pick<Recommender, 'recommend'>, { positives, low, targets }: HeldOutUser, list: readonly ItemId[]): Interview {
  const rated = new Map([...positives, ...low].map((rating) => [rating.item, rating]));
  const replies = list.map((item) => rated.get(item));
  const answersBy = (questions: number): Rating[] => replies.slice(0, questions).filter((reply) => reply !== undefined);
  const exclude = [...rated.keys()];
  const fifth = replies.findIndex((_, question) => answersBy(question + 1).length === 5);
  return {
    accuracy: STOPS.map(({ answers, questions }) => {
      const { items } = recommender.recommend({ ratings: answersBy(questions).slice(0, answers), exclude, k: DEPTH });
      return ndcg(relevanceOf(items.map(({ item }) => item.id), targets), targets.length, DEPTH);
    }),
    answersInTen: answersBy(10).length,
    questionsForFive: fifth < 0 ? list.length : fifth + 1,
  };
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = new Random(seed);
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export function describeOnboarding({ people, lists }: { people: number; lists: readonly Interviewed[] }): string {
  const cells = ({ list, accuracy, better, answersInTen, questionsForFive }: Interviewed): string[] => [
    list,
    ...accuracy.map((value, stop) => plusMinus(value) + (better ? ` (${plusMinus(better[stop]!, true)})` : '')),
    answersInTen.toFixed(1),
    questionsForFive.toFixed(0),
  ];
  const header = ['questions', ...STOPS.map(({ name }) => name), 'answers to 10', 'questions for 5'];
  return `NDCG@10 of ${people.toLocaleString('en')} newcomers (mean ± standard error; in brackets against asking for the most popular)\n${textTable([header, ...lists.map(cells)])}`;
}
