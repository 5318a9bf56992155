import type { FactorStore } from '../shared/artifact/factorTable.ts';
import type { ModelParameters, ResidualParameters, Selection, SvdParameters } from '../shared/artifact/manifest.ts';
import { estimate, type Estimate } from './evaluation/metrics.ts';
import { decompose, DEFAULT_PARAMETERS, DEFAULT_RESIDUAL, toFactors, withResidual, type Factors } from './factorize.ts';
import type { Ratings } from './ratings/ratings.ts';
import { coveredRows, rowsWithin } from './residual.ts';
import type { TruncatedSvd } from './svd.ts';
import { judge, makeTrials, type Trial } from './trials.ts';

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
}

/** Where choosing begins. */
export const startOf = ({ rank, seed, residual, memory, store = 'SQ8' }: Request): SvdParameters => ({
  ...DEFAULT_PARAMETERS,
  rank,
  seed,
  ...(store !== 'SQ8' && { store }),
  ...(residual > 0 && { residual: { ...DEFAULT_RESIDUAL, perItem: residual, rows: rowsWithin(memory * 1e9) } }),
});

export interface SelectOptions {
  /** Factorisations of each split that the search may take: what it costs, about, in trainings. 0: nothing is chosen. */
  readonly budget: number;
  /** kernel.wasm */
  readonly kernel: Uint8Array<ArrayBuffer>;
  readonly onProgress?: ((text: string) => void) | undefined;
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
/** In a trial the residual covers fewer items: what is good for these is good for more. */
const MOST_RESIDUAL_ROWS = 3000;
/** Few ratings: what prior and shrinkage are for. */
const FEW = [1, 3, 5, 10];

/** Settings of one parameter in their order; a search goes from one to the next. */
const LADDERS = {
  itemExponent: [-0.15, 0, 0.15, 0.3, 0.45],
  userExponent: [0, 0.125, 0.25, 0.375, 0.5],
  softThreshold: [0, 0.3, 0.6, 0.9],
  priorWeight: [0.5, 1, 2, 4, 8, 16],
  shrinkage: [0, 10, 30, 100, 300],
} as const satisfies Partial<Record<keyof SvdParameters, readonly number[]>>;
type Ladder = keyof typeof LADDERS;

/** Regularisations to begin with: one that grows with an item's ratings, one that does not; then weaker and stronger. */
const REGULARIZATIONS: readonly Pick<ResidualParameters, 'userExponent' | 'theta' | 'lambda'>[] = [
  { userExponent: 0.25, theta: 0.6, lambda: 10 },
  { userExponent: 0, theta: 0, lambda: 100 },
];
/** How much it counts, and for whom: cheap, since one inverse serves them all. */
const WEIGHTS = [0.5, 0.75, 1, 1.5];
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
export async function chooseParameters(ratings: Ratings, start: SvdParameters, { budget, kernel, onProgress = () => undefined }: SelectOptions): Promise<Choice> {
  const trials = budget === 0 ? [] : makeTrials(ratings);
  const people = trials.reduce((sum, trial) => sum + trial.people.length, 0);
  if (people < FEWEST_PEOPLE) return { parameters: start, selection: null };
  const { residual: wanted, ...bare } = start;
  const search = new Search(trials, await WebAssembly.compile(kernel), budget, onProgress);
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
    const candidates = await search.residuals(parameters, wanted);
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
  return { parameters, selection: { people, splits: trials.length, compared: search.compared, before: estimate(before).mean, after: mean, standardError, residual } };
}

interface Candidate {
  readonly parameters: ResidualParameters;
  /** NDCG@10 of each person told all, and of all questions with few ratings. */
  readonly all: Scores;
  readonly few: Scores;
}

/** The best for those people, told all and told little alike. */
function bestOf(candidates: readonly Candidate[], counts: (person: number) => boolean): Candidate {
  const worth = ({ all, few }: Candidate): number => estimate(all.filter((_, i) => counts(i))).mean + estimate(few).mean;
  return candidates.reduce((best, candidate) => (worth(candidate) > worth(best) ? candidate : best));
}

class Search {
  compared = 0;
  /** Of the exponents in use: each trial's SVD. */
  readonly #svds = new Map<string, TruncatedSvd[]>();
  readonly #known = new Map<string, Scores>();

  constructor(
    private readonly trials: readonly Trial[],
    private readonly kernel: WebAssembly.Module,
    private readonly budget: number,
    private readonly onProgress: (text: string) => void,
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
      for (const first of [undefined, ...few]) for (const score of await judge(trial, factors, this.kernel, first)) scores.push(score);
    }
    this.#known.set(key, scores);
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

  /** Residuals of several regularisations, weights and thresholds: first the ones to begin with, then around the best. */
  async residuals(parameters: SvdParameters, wanted: ResidualParameters): Promise<Candidate[]> {
    const svds = await this.#decompose(parameters);
    const factors = this.trials.map((trial, i) => toFactors(trial.training, svds[i]!, parameters));
    const candidates: Candidate[] = [];
    for (const regularization of REGULARIZATIONS) candidates.push(...(await this.#judgeResidual(factors, { ...wanted, ...regularization })));
    const best = bestOf(candidates, () => true).parameters;
    for (const factor of [0.4, 2.5]) candidates.push(...(await this.#judgeResidual(factors, { ...best, lambda: factor * best.lambda })));
    return candidates;
  }

  async #judgeResidual(factors: readonly Factors[], parameters: ResidualParameters): Promise<Candidate[]> {
    this.onProgress(`Choosing parameters: residual, θ ${parameters.theta}, λ ${parameters.lambda}`);
    const candidates = WEIGHTS.flatMap((weight) => FULL_FROM.map((fullFrom) => ({ parameters: { ...parameters, weight, fullFrom }, all: [] as number[], few: [] as number[] })));
    this.compared += candidates.length;
    for (const [i, trial] of this.trials.entries()) {
      const rows = Math.min(MOST_RESIDUAL_ROWS, coveredRows(trial.training.popularity, parameters.rows));
      const { residual, ...full } = await withResidual(trial.training, factors[i]!, { ...parameters, rows, weight: 1 });
      for (const { parameters: own, all, few } of candidates) {
        const weighted = { ...full, parameters: { ...full.parameters, residual: own }, residual: residual && { ...residual, scale: residual.scale.map((value) => value * own.weight) } };
        all.push(...(await judge(trial, weighted, this.kernel)));
        for (const first of FEW) few.push(...(await judge(trial, weighted, this.kernel, first)));
      }
    }
    return candidates;
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
      this.onProgress(`Choosing parameters: a ${parameters.itemExponent}, b ${parameters.userExponent}, split ${i + 1} of ${this.trials.length}`);
      svds.push(await decompose(training, parameters, { tolerance: TRIAL_TOLERANCE }));
    }
    this.#svds.set(key, svds);
    return svds;
  }
}

const exponents = ({ itemExponent, userExponent }: SvdParameters): string => `${itemExponent} ${userExponent}`;

/** For the terminal. */
export function describeChoice(parameters: SvdParameters, selection: Selection | null): string[] {
  if (!selection) return ['Too few people rated enough to choose parameters on: they stay as they are.'];
  const { people, splits, compared, before, after, standardError, residual } = selection;
  const { rank, itemExponent, userExponent, softThreshold, priorWeight, shrinkage } = parameters;
  const ndcg = (value: number): string => value.toFixed(4);
  const lines = [
    `Chose a ${itemExponent}, b ${userExponent}, τ ${softThreshold}, rank ${rank}, prior ${priorWeight}, shrinkage ${shrinkage} of ${compared} settings, on ${people.toLocaleString('en')} people kept aside${splits > 1 ? ` in ${splits} splits` : ''}`,
    `Their NDCG@10: ${ndcg(after)} ± ${ndcg(standardError)}; with the settings that it began with ${ndcg(before)}`,
  ];
  if (residual) {
    const { theta, lambda, weight, fullFrom } = parameters.residual ?? {};
    lines.push(`The residual ${residual.kept ? `(θ ${theta}, λ ${lambda}, weight ${weight}, in full from ${fullFrom} ratings on) adds` : 'is left out: it adds'} ${ndcg(residual.gain)} ± ${ndcg(residual.standardError)}`);
  }
  return lines;
}
