import type { FactorStore } from '../shared/artifact/factorTable.ts';
import type { ModelParameters, ResidualParameters, Selection, SvdParameters } from '../shared/artifact/manifest.ts';
import { estimate, type Estimate } from './evaluation/metrics.ts';
import { KernelIndex } from '../shared/engine/kernelIndex.ts';
import { decompose, DEFAULT_PARAMETERS, DEFAULT_RESIDUAL, toFactors, type Factors } from './factorize.ts';
import { describeSelection } from './models/describe.ts';
import type { Ratings } from './ratings/ratings.ts';
import { coveredRows, packResidual, rowsWithin, trainResidual, type Residual } from './residual.ts';
import type { TruncatedSvd } from './svd.ts';
import { judge, judgeResidual, makeTrials, type Trial } from './trials.ts';

/** What is asked of a model before anything is chosen. */
export interface Request {
  readonly rank: number;
  readonly seed: number;
  /** Entries of each item; 0: no residual. */
  readonly residual: number;
  /** Gigabytes that it may take while it is trained. */
  readonly memory: number;
  /** Default: SQ8. */
  readonly store?: FactorStore;
  /** Of a scaled SVD: what is known already, in place of what is good in general. */
  readonly given?: Partial<SvdParameters>;
}

/** What an item may take in all. */
const BYTES_AN_ITEM = 256;

/** Entries of a residual that still fit, as these files keep them: factors, 8 bytes of the fold-in, 6 and 3 an entry of the residual. */
export const residualWithin = ({ rank, store = 'SQ8' }: Pick<Request, 'rank' | 'store'>): number =>
  Math.max(0, Math.floor((BYTES_AN_ITEM - rank * BYTES_OF[store] - 8 - 6) / 3));
const BYTES_OF: Readonly<Record<FactorStore, number>> = { SQ8: 1, SQfp16: 2, Flat: 4 };

/** Where choosing begins. */
export const startOf = ({ rank, seed, residual, memory, store = 'SQ8', given = {} }: Request): SvdParameters => ({
  ...DEFAULT_PARAMETERS,
  rank,
  seed,
  ...(store !== 'SQ8' && { store }),
  ...(residual > 0 && { residual: { ...DEFAULT_RESIDUAL, perItem: residual, rows: rowsWithin(memory * 1e9) } }),
  ...given,
});

export interface SelectOptions {
  /** Factorisations of each split that the search may take: what it costs, about, in trainings. 0: nothing is chosen. */
  readonly budget: number;
  /** Entries of the residual that each item may have where those of the parameters are fewer and these are better. */
  readonly mostResidual?: number;
  /** Which tenth of the people the ratings are without, if they are. */
  readonly unseenFold?: number | null;
  /** kernel.wasm */
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** With steps done, of at most so many, where that is known. */
  readonly onProgress?: ((text: string, done?: number, most?: number) => void) | undefined;
  /** NDCG@10 of the people asked, told all, with each setting that was compared. */
  readonly onCompared?: ((compared: number, estimate: Estimate) => void) | undefined;
}

export interface Choice<P extends ModelParameters = SvdParameters> {
  readonly parameters: P;
  /** Null where nothing was chosen, as of too few people. */
  readonly selection: Selection | null;
}

/** Fewer people than this cannot tell settings apart. */
export const FEWEST_PEOPLE = 50;
/** A ranking is the same long before the SVD is as exact as a published one. */
export const TRIAL_TOLERANCE = 1e-2;
/** So many items, of one split, tell one regularisation of the residual from another, in a second each … */
export const ROWS_FOR_REGULARIZATION = 3000;
/** … and so many how much it should count, in ten. Of more splits fewer, so that it takes as long. */
const ROWS_FOR_WEIGHT = 7000;
/** Few ratings: what prior and shrinkage are for. */
export const FEW = [1, 3, 5, 10];

/** Settings of one parameter in their order; a search goes from one to the next. */
const LADDERS = {
  itemExponent: [-0.15, 0, 0.15, 0.3, 0.45],
  userExponent: [0, 0.125, 0.25, 0.375, 0.5],
  softThreshold: [0, 0.3, 0.6, 0.9],
  priorWeight: [0.5, 1, 2, 4, 8, 16],
  shrinkage: [0, 10, 30, 100, 300],
} as const satisfies Partial<Record<keyof SvdParameters, readonly number[]>>;
type Ladder = keyof typeof LADDERS;

/** Times the λ of the best of these. */
const STRENGTHS = [0.4, 2.5];
/** Regularisations to begin with: one that grows with an item's ratings, one that does not; then weaker and stronger. */
const REGULARIZATIONS: readonly Pick<ResidualParameters, 'userExponent' | 'theta' | 'lambda'>[] = [
  { userExponent: 0.25, theta: 0.6, lambda: 10 },
  { userExponent: 0, theta: 0, lambda: 100 },
];
/** How much it counts, and for whom: cheap, since one inverse serves them all. */
const WEIGHTS = [0.5, 0.75, 1, 1.5, 2];
const FULL_FROM = [25, 5, 1];

/** One number a person and question; the same ones in the same order for all settings, so that differences are paired. */
type Scores = readonly number[];

const difference = (a: Scores, b: Scores): Estimate => estimate(a.map((score, i) => score - b[i]!));

/** By more than its standard error: what is left of many comparisons is then not chance alone. */
const better = (a: Scores, b: Scores): boolean => {
  const { mean, standardError } = difference(a, b);
  return mean > standardError;
};

/**
 * Chooses parameters by NDCG@10 on people who are kept out of the training for it: one parameter after the other, a
 * step up or down its ladder as long as that is better by more than a standard error. Exponents take a factorisation
 * for each step; all else works on those that are there. The final model trains on everybody.
 *
 * @param start where it begins, and what stays where nothing is better. The rank is the most there may be.
 */
export async function chooseParameters(ratings: Ratings, start: SvdParameters, { budget, mostResidual = 0, unseenFold = null, kernel, onProgress, onCompared }: SelectOptions): Promise<Choice> {
  const trials = budget === 0 ? [] : makeTrials(ratings);
  const people = trials.reduce((sum, trial) => sum + trial.people.length, 0);
  if (people < FEWEST_PEOPLE) return { parameters: start, selection: null };
  const { residual: wanted, ...bare } = start;
  const search = new Search(trials, await WebAssembly.compile(kernel), budget, wanted !== undefined, onProgress, onCompared);
  const before = await search.scores(bare);

  let parameters: SvdParameters = bare;
  for (const ladder of ['itemExponent', 'userExponent', 'softThreshold'] as const) parameters = await search.climb(parameters, ladder, undefined);
  const lower = { ...parameters, rank: Math.ceil(parameters.rank / 2) };
  if (better(await search.scores(lower), await search.scores(parameters))) parameters = lower;
  // Everybody has an opinion about the first few ratings, so all are asked as if they had no more.
  for (const ladder of ['shrinkage', 'priorWeight'] as const) parameters = await search.climb(parameters, ladder, FEW);

  const without = await search.scores(parameters);
  let after = without;
  let residual: Selection['residual'] = null;
  if (wanted) {
    const candidates = await search.residuals(parameters, wanted, mostResidual);
    const best = bestOf(candidates, () => true);
    // The best of many on some people is a little too good for them, so its gain is measured on the others.
    const halves = [0, 1].map((half) => bestOf(candidates, (i) => i % 2 !== half));
    const gain = estimate(without.map((score, i) => halves[i % 2]!.all[i]! - score));
    const kept = gain.mean > gain.standardError;
    residual = { gain: gain.mean, standardError: gain.standardError, kept };
    if (kept) {
      after = best.all;
      parameters = { ...parameters, residual: { ...best.parameters, rows: wanted.rows } };
    }
  }
  const { mean, standardError } = estimate(after);
  return { parameters, selection: { unseenFold, people, splits: trials.length, compared: search.compared, before: estimate(before).mean, after: mean, standardError, residual } };
}

interface Candidate {
  readonly parameters: ResidualParameters;
  /** NDCG@10 of each person told all, and of all questions with few ratings. */
  readonly all: Scores;
  readonly few: Scores;
}

/** The best for those people, told all and told little alike; a larger one where it is better by more than its standard error. */
function bestOf(candidates: readonly Candidate[], counts: (person: number) => boolean): Candidate {
  const worth = ({ all, few }: Candidate): number => mean(all.filter((_, i) => counts(i))) + mean(few);
  const sizes = [...new Set(candidates.map(({ parameters }) => parameters.perItem))].sort((a, b) => a - b);
  const best = sizes.map((size) => {
    const [first, ...others] = candidates.filter(({ parameters }) => parameters.perItem === size).map((candidate) => ({ candidate, worth: worth(candidate) }));
    return others.reduce((most, other) => (other.worth > most.worth ? other : most), first!).candidate;
  });
  const ofThose = ({ all }: Candidate): Scores => all.filter((_, i) => counts(i));
  return best.reduce((smaller, larger) => (better(ofThose(larger), ofThose(smaller)) ? larger : smaller));
}

const mean = (scores: Scores): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

class Search {
  compared = 0;
  #steps = 0;
  /** Of the exponents in use: each trial's SVD. */
  readonly #svds = new Map<string, TruncatedSvd[]>();
  readonly #known = new Map<string, Scores>();

  constructor(
    private readonly trials: readonly Trial[],
    private readonly kernel: WebAssembly.Module,
    private readonly budget: number,
    private readonly residual: boolean,
    private readonly onProgress: SelectOptions['onProgress'],
    private readonly onCompared: SelectOptions['onCompared'],
  ) {}

  /** @param few asks everybody with so many ratings, too, and each question counts. */
  async scores(parameters: SvdParameters, few: readonly number[] = []): Promise<Scores> {
    const key = JSON.stringify([parameters, few]);
    const known = this.#known.get(key);
    if (known) return known;
    this.compared++;
    const svds = await this.#decompose(parameters);
    const scores: number[] = [];
    for (const [i, trial] of this.trials.entries()) {
      const factors = toFactors(trial.training, svds[i]!, parameters);
      const engine = await KernelIndex.open(factors.index, this.kernel);
      for (const first of [undefined, ...few]) for (const score of judge(trial, factors, engine, first)) scores.push(score);
    }
    this.#known.set(key, scores);
    if (few.length === 0) this.onCompared?.(this.compared, estimate(scores));
    return scores;
  }

  /** Up or down a ladder, as far as each step is better. */
  async climb(parameters: SvdParameters, ladder: Ladder, few: readonly number[] | undefined): Promise<SvdParameters> {
    const steps: readonly number[] = LADDERS[ladder];
    const begin = steps.indexOf(parameters[ladder]);
    for (const direction of [-1, 1]) {
      let best = parameters;
      for (let at = begin + direction; begin >= 0 && at >= 0 && at < steps.length; at += direction) {
        const next = { ...best, [ladder]: steps[at]! };
        if (!this.#affords(next) || !better(await this.scores(next, few), await this.scores(best, few))) break;
        best = next;
      }
      if (best !== parameters) return best;
    }
    return parameters;
  }

  /**
   * Residuals of several weights and thresholds, and with `most` entries an item, where these are more than wanted. Their
   * regularisation is chosen first, over fewer items; what that leaves is judged over more, since a weight that is right
   * among the most rated is not for all.
   */
  async residuals(parameters: SvdParameters, wanted: ResidualParameters, most: number): Promise<Candidate[]> {
    const svds = await this.#decompose(parameters);
    const factors = this.trials.map((trial, i) => toFactors(trial.training, svds[i]!, parameters));
    const [few, many] = [ROWS_FOR_REGULARIZATION, ROWS_FOR_WEIGHT].map((rows) => Math.floor(rows / Math.cbrt(this.trials.length))) as [number, number];
    const larger = Math.max(wanted.perItem, most);
    let best = { parameters: wanted, residuals: [] as (Residual | null)[], worth: -Infinity };
    const compare = async (regularized: ResidualParameters): Promise<void> => {
      const residuals = await this.#trainResiduals(factors, { ...regularized, perItem: larger }, few);
      const worths = (await this.#judgeResiduals(factors, residuals, regularized, [])).map(({ all }) => mean(all));
      const worth = Math.max(...worths);
      if (worth > best.worth) best = { parameters: regularized, residuals, worth };
    };
    for (const regularization of REGULARIZATIONS) await compare({ ...wanted, ...regularization });
    const { lambda } = best.parameters;
    for (const strength of STRENGTHS) await compare({ ...best.parameters, lambda: strength * lambda });

    const covered = (rows: number): number[] => this.trials.map(({ training }) => coveredRows(training.popularity, Math.min(rows, wanted.rows)));
    const whole = covered(many).every((rows) => rows <= few);
    const residuals = whole ? best.residuals : await this.#trainResiduals(factors, { ...best.parameters, perItem: larger }, many);
    const candidates = await this.#judgeResiduals(factors, residuals, best.parameters, FEW);
    if (larger > wanted.perItem) candidates.push(...(await this.#judgeResiduals(factors, residuals, { ...bestOf(candidates, () => true).parameters, perItem: larger }, FEW)));
    return candidates;
  }

  async #trainResiduals(factors: readonly Factors[], parameters: ResidualParameters, most: number): Promise<(Residual | null)[]> {
    const residuals: (Residual | null)[] = [];
    for (const [i, { training }] of this.trials.entries()) {
      this.#step(`residual, θ ${parameters.theta}, λ ${parameters.lambda}`, i);
      const { index, foldIn } = factors[i]!;
      residuals.push(await trainResidual(training.weights, index, foldIn, { ...parameters, rows: Math.min(most, parameters.rows) }));
    }
    return residuals;
  }

  async #judgeResiduals(factors: readonly Factors[], residuals: readonly (Residual | null)[], parameters: ResidualParameters, few: readonly number[]): Promise<Candidate[]> {
    const ways = WEIGHTS.flatMap((weight) => FULL_FROM.map((fullFrom) => ({ weight, fullFrom })));
    const candidates = ways.map((way) => ({ parameters: { ...parameters, ...way }, all: [] as number[], few: [] as number[] }));
    this.compared += ways.length;
    for (const [i, trial] of this.trials.entries()) {
      const engine = await KernelIndex.open(factors[i]!.index, this.kernel);
      const residual = residuals[i]!;
      const table = residual && packResidual(residual, parameters.perItem, 1);
      const ask = (first?: number): readonly Scores[] => {
        if (table) return judgeResidual(trial, factors[i]!, table, engine, ways, first);
        const without = judge(trial, factors[i]!, engine, first);
        return ways.map(() => without);
      };
      ask().forEach((scores, way) => candidates[way]!.all.push(...scores));
      for (const first of few) ask(first).forEach((scores, way) => candidates[way]!.few.push(...scores));
    }
    return candidates;
  }

  /** Says what comes next, and how much at most. */
  #step(text: string, trial: number): void {
    const splits = this.trials.length;
    const most = (this.budget + (this.residual ? REGULARIZATIONS.length + STRENGTHS.length + 1 : 0)) * splits;
    this.onProgress?.(`${text}${splits > 1 ? `, split ${trial + 1} of ${splits}` : ''}`, this.#steps++, most);
  }

  #affords(parameters: SvdParameters): boolean {
    return this.#svds.has(exponents(parameters)) || this.#svds.size < this.budget;
  }

  async #decompose(parameters: SvdParameters): Promise<TruncatedSvd[]> {
    const key = exponents(parameters);
    const known = this.#svds.get(key);
    if (known) return known;
    const svds: TruncatedSvd[] = [];
    for (const [i, { training }] of this.trials.entries()) {
      this.#step(`a ${parameters.itemExponent}, b ${parameters.userExponent}`, i);
      svds.push(await decompose(training, parameters, { tolerance: TRIAL_TOLERANCE }));
    }
    this.#svds.set(key, svds);
    return svds;
  }
}

const exponents = ({ itemExponent, userExponent }: SvdParameters): string => `${itemExponent} ${userExponent}`;

/** For the terminal. */
export function describeChoice(parameters: SvdParameters, selection: Selection | null): string[] {
  const { rank, itemExponent, userExponent, softThreshold, priorWeight, shrinkage } = parameters;
  const lines = describeSelection(`a ${itemExponent}, b ${userExponent}, τ ${softThreshold}, rank ${rank}, prior ${priorWeight}, shrinkage ${shrinkage}`, selection);
  const residual = selection?.residual;
  if (residual) {
    const { perItem, theta, lambda, weight, fullFrom } = parameters.residual ?? {};
    lines.push(`The residual ${residual.kept ? `(${perItem} entries an item, θ ${theta}, λ ${lambda}, weight ${weight}, in full from ${fullFrom} ratings on) adds` : 'is left out: it adds'} ${residual.gain.toFixed(4)} ± ${residual.standardError.toFixed(4)}`);
  }
  return lines;
}
