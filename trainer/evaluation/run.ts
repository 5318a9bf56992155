import type { SvdParameters } from '../../shared/artifact/manifest.ts';
import type { Dials } from '../../shared/engine/dials.ts';
import type { ItemId } from '../../shared/ids.ts';
import type { RatingScale } from '../../shared/query.ts';
import { InputError } from '../inputError.ts';
import type { Dataset, Ratings } from '../ratings/ratings.ts';
import { byMeasure, DEPTH, judge, METRICS, pairedDifference, pool, type Judged, type Measure, type Metric } from './evaluate.ts';
import { LIST_LENGTH, ListJudge, type CatalogueUse, type ListMeasures } from './lists.ts';
import { estimate, type Estimate } from './metrics.ts';
import type { Lesson, Ranker } from './rankers.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { splitUsers, type HeldOutUser, type Split } from './split.ts';

/** After so many ratings people are asked. */
const AFTER = [1, 3, 5, 10];
/** Below so many ratings told, people are a row of their own. */
export const FEW_RATINGS = 25;

const GROUPS: readonly Group['kind'][] = ['all', 'few', 'after'];

export interface RunOptions {
  readonly folds: readonly number[];
  readonly positiveFrom: number;
  readonly settings: readonly SettingName[];
  /** Trained anew in each fold; the last is the one that the others are compared with. */
  readonly rankers: readonly ((lesson: Lesson) => Promise<Ranker>)[];
  /** Where choosing those of our model begins; the baselines take rank and seed from them. */
  readonly parameters: SvdParameters;
  /** See Lesson. */
  readonly tune?: number;
  readonly mostResidual?: number;
  /** kernel.wasm */
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** Which tables are wanted. Default: all. */
  readonly groups?: readonly Group['kind'][];
  /** Also ask the last ranker with its dials turned. */
  readonly dials?: boolean;
  /** NDCG@10 of each person asked by the last ranker, in the first setting with all ratings told; folds in their order. */
  readonly onScores?: (scores: readonly number[]) => void;
  readonly onProgress?: (text: string) => void;
}

/** What a run found: plain data, kept as JSON. Everything in it follows from the ratings and the options. */
export interface EvaluationResult {
  readonly format: 'framerate-evaluation';
  readonly schemaVersion: 1;
  readonly dataset: Dataset & { readonly users: number; readonly items: number; readonly ratings: number; readonly scale: RatingScale };
  readonly protocol: {
    readonly folds: readonly number[];
    readonly positiveFrom: number;
    readonly depth: number;
    readonly parameters: SvdParameters;
    /** Of each fold. */
    readonly trainPeople: readonly number[];
    readonly trainItems: readonly number[];
  };
  readonly settings: readonly SettingResult[];
  /** What variety and popularity cost and bring the last ranker in setting B, all ratings told; the first has both at 0. */
  readonly dials?: readonly DialRow[];
  /** How good our model is for the validation people of the first fold, by its rank. */
  readonly ranks?: readonly RankRow[];
}

export interface DialRow extends CatalogueUse, Dials {
  readonly measures: Readonly<Record<DialMeasure, Estimate>>;
  /** What it adds to NDCG@10, person by person. */
  readonly price: Estimate;
}
/** Only ten are asked for: what is further down says nothing. */
export type DialMeasure = 'NDCG@10' | keyof ListMeasures;

export interface RankRow {
  readonly rank: number;
  /** Of index, fold-in file and residual. */
  readonly bytesPerItem: number;
  readonly people: number;
  readonly ndcg10: Estimate;
}

export interface SettingResult {
  readonly setting: SettingName;
  readonly title: string;
  readonly groups: readonly Group[];
}

/** One table: some people, asked in one way. */
export interface Group {
  readonly kind: 'all' | 'few' | 'after';
  /** How many positives were told, where not all. */
  readonly told: number | null;
  readonly people: number;
  readonly rows: readonly Row[];
}

export interface Row extends CatalogueUse {
  readonly ranker: string;
  /** What was chosen for it, e.g. its rank; one for each fold where they differ. */
  readonly detail: string | null;
  readonly measures: Readonly<Record<Measure, Estimate>>;
  /** How much better the last row is, person by person; null in the last row. */
  readonly behind: Readonly<Record<Metric, Estimate>> | null;
}

/** A group in the making: one ranker's answers, fold by fold. */
interface Gathered {
  readonly kind: Group['kind'];
  readonly told: number | null;
  readonly byRanker: Map<string, { readonly details: Set<string>; readonly parts: Judged[] }>;
}

/**
 * Trains in each fold on eight tenths of the people and asks about the tenth that nothing has seen; what several folds
 * found is pooled, person by person.
 * @throws {InputError} where a fold has hardly anybody to ask.
 */
export function runEvaluation(ratings: Ratings, options: RunOptions): Promise<EvaluationResult> {
  return evaluateSplits(ratings, options, (fold) => splitUsers(ratings, { fold, positiveFrom: options.positiveFrom }));
}

/** The same over splits from elsewhere. @param ratings what the result says that was measured on. */
export async function evaluateSplits(ratings: Ratings, options: RunOptions, splitOf: (fold: number) => Split): Promise<EvaluationResult> {
  const { folds, positiveFrom, parameters } = options;
  const gathered = new Map<SettingName, Map<string, Gathered>>(options.settings.map((setting) => [setting, new Map()]));
  const turned: Judged[][] = TURNS.map(() => []);
  const trainPeople: number[] = [];
  const trainItems: number[] = [];
  for (const fold of folds) {
    const split = splitOf(fold);
    if (split.test.length < 2) {
      throw new InputError(`Fold ${fold} has ${split.test.length} people to ask: they need 5 ratings of ${positiveFrom} and more. Give more ratings, or a lower --positive-from.`);
    }
    trainPeople.push(split.train.userIds.length);
    trainItems.push(split.train.items.length);
    await runFold(split, fold, options, gathered, turned);
  }
  const last = [...gathered.get(options.settings[0]!)!.values()][0]!.byRanker;
  options.onScores?.(pool([...last.values()].at(-1)!.parts).byPerson['NDCG@10']);
  return {
    format: 'framerate-evaluation',
    schemaVersion: 1,
    dataset: { ...ratings.dataset, users: ratings.userIds.length, items: ratings.items.length, ratings: ratings.rating.length, scale: ratings.scale },
    protocol: { folds, positiveFrom, depth: DEPTH, parameters, trainPeople, trainItems },
    settings: Array.from(gathered, ([setting, groups]) => ({
      setting,
      title: SETTINGS[setting].title,
      groups: [...groups.values()].map(toGroup).filter(({ people }) => people >= 2),
    })),
    ...(options.dials && { dials: toDialRows(turned) }),
  };
}

async function runFold(split: Split, fold: number, options: RunOptions, gathered: ReadonlyMap<SettingName, Map<string, Gathered>>, turned: readonly Judged[][]): Promise<void> {
  const { positiveFrom, groups: wanted = GROUPS, onProgress = () => undefined } = options;
  const lists = new ListJudge(split.train, positiveFrom);
  const trained = new Map<Ratings, readonly Ranker[]>();
  for (const [name, groups] of gathered) {
    const setting = SETTINGS[name];
    const train = setting.train(split.train, positiveFrom);
    const rankers = trained.get(train) ?? (await trainAll(train, split, setting.question, fold, options));
    trained.set(train, rankers);
    if (options.dials && name === 'B') turnDials(split, rankers.at(-1)!, lists, turned, (text) => onProgress(`Fold ${fold}: ${text}`));
    for (const ranker of rankers) {
      const ask = (users: readonly HeldOutUser[], told?: number): (readonly ItemId[])[] =>
        users.map((user, i) => {
          if (i % 256 === 0) onProgress(`Fold ${fold}, setting ${name}: asking ${ranker.name}${told === undefined ? '' : ` after ${told}`}, ${i} of ${users.length} people`);
          return ranker.rank({ ...setting.question(user, told), k: DEPTH }, user);
        });
      const add = (kind: Group['kind'], told: number | null, judged: Judged): void => gather(groups, kind, told, ranker, judged);

      const rankings = ask(split.test);
      add('all', null, judge(rankings, split.test, lists));
      const few = Array.from(split.test.keys()).filter((i) => split.test[i]!.positives.length + split.test[i]!.low.length < FEW_RATINGS);
      if (wanted.includes('few')) add('few', null, judge(few.map((i) => rankings[i]!), few.map((i) => split.test[i]!), lists));
      for (const told of wanted.includes('after') ? AFTER : []) {
        const users = split.test.filter(({ positives }) => positives.length >= told);
        add('after', told, judge(ask(users, told), users, lists));
      }
    }
  }
}

/** Each turn of the dials, beside both at 0. */
const TURNS: readonly Dials[] = [
  { variety: 0, popularity: 0 },
  ...[0.25, 0.5, 0.75, 1].map((variety) => ({ variety, popularity: 0 })),
  ...[-1, -0.5, -0.25, 0.25, 0.5, 1].map((popularity) => ({ variety: 0, popularity })),
];

function turnDials({ test }: Split, ranker: Ranker, lists: ListJudge, turned: readonly Judged[][], onProgress: (text: string) => void): void {
  for (const [i, dials] of TURNS.entries()) {
    onProgress(`asking with variety ${dials.variety} and popularity ${dials.popularity}`);
    turned[i]!.push(judge(test.map((user) => ranker.rank({ ...SETTINGS.B.question(user), ...dials, k: LIST_LENGTH }, user)), test, lists));
  }
}

function toDialRows(turned: readonly Judged[][]): DialRow[] {
  const pooled = turned.map(pool);
  return pooled.map(({ byPerson, use }, i): DialRow => {
    const measure = (name: DialMeasure): Estimate => estimate(byPerson[name]);
    return {
      ...TURNS[i]!,
      measures: { 'NDCG@10': measure('NDCG@10'), popularity: measure('popularity'), diversity: measure('diversity'), novelty: measure('novelty') },
      price: pairedDifference(byPerson['NDCG@10'], pooled[0]!.byPerson['NDCG@10']),
      ...use,
    };
  });
}

async function trainAll(train: Ratings, { validation }: Split, question: (typeof SETTINGS)['B']['question'], fold: number, { rankers, parameters, tune, mostResidual, kernel, onProgress }: RunOptions): Promise<Ranker[]> {
  const lesson: Lesson = {
    train,
    validation: validation.map((user) => ({ user, question: question(user) })),
    parameters,
    ...(tune !== undefined && { tune }),
    ...(mostResidual !== undefined && { mostResidual }),
    kernel,
    onProgress: (text) => onProgress?.(`Fold ${fold}: ${text}`),
  };
  const trained: Ranker[] = [];
  for (const make of rankers) {
    onProgress?.(`Fold ${fold}: training ranker ${trained.length + 1} of ${rankers.length} on ${train.userIds.length.toLocaleString('en')} people`);
    trained.push(await make(lesson));
  }
  return trained;
}

function gather(groups: Map<string, Gathered>, kind: Group['kind'], told: number | null, { name, detail }: Ranker, judged: Judged): void {
  const key = `${kind} ${told}`;
  const group = groups.get(key) ?? { kind, told, byRanker: new Map() };
  groups.set(key, group);
  const one = group.byRanker.get(name) ?? { details: new Set(), parts: [] };
  group.byRanker.set(name, one);
  if (detail !== undefined) one.details.add(detail);
  one.parts.push(judged);
}

function toGroup({ kind, told, byRanker }: Gathered): Group {
  const pooled = Array.from(byRanker, ([ranker, { details, parts }]) => ({ ranker, detail: [...details].join(', ') || null, ...pool(parts) }));
  const last = pooled.at(-1)!;
  const rows = pooled.map(({ ranker, detail, byPerson, use }): Row => ({
    ranker,
    detail,
    measures: byMeasure((measure) => estimate(byPerson[measure])),
    behind: ranker === last.ranker ? null : byMetric((metric) => pairedDifference(last.byPerson[metric], byPerson[metric])),
    ...use,
  }));
  return { kind, told, people: last.byPerson['NDCG@10'].length, rows };
}

const byMetric = <T>(of: (metric: Metric) => T): Readonly<Record<Metric, T>> => Object.fromEntries(METRICS.map((metric) => [metric, of(metric)])) as Record<Metric, T>;
