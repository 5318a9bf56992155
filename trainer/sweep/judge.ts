import type { ResidualParameters, SvdParameters } from '../../shared/artifact/manifest.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { likedFrom } from '../evaluation/settings.ts';
import { splitUsers } from '../evaluation/split.ts';
import { decompose, toFactors, type Factors } from '../factorize.ts';
import { InputError } from '../inputError.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { coveredRows, packResidual, trainResidual, type Residual } from '../residual.ts';
import { FEW, FEWEST_PEOPLE, ROWS_FOR_REGULARIZATION, TRIAL_TOLERANCE } from '../select.ts';
import type { TruncatedSvd } from '../svd.ts';
import { judge, judgeResidual, makeTrials, type Trial } from '../trials.ts';
import { LruMap } from './lru.ts';

/** NDCG@10 of each person and question, in one order for all settings. */
export interface Scores {
  readonly all: readonly number[];
  readonly few: readonly number[];
}

/** Factorisations that are kept for the next setting; each has the vectors of all splits. */
const KEPT_SVDS = 4;
/** Residuals that are kept: of settings that only weigh them otherwise. */
const KEPT_RESIDUALS = 2;

/**
 * Asks the same people about one setting after the other: splits are made once, and settings that differ in nothing that
 * a factorisation depends on share it. Nobody of the block that `train` measures on takes part, so that what it says of
 * the best is not flattered by the search.
 */
export class SweepJudge {
  readonly #svds = new LruMap<string, readonly TruncatedSvd[]>(KEPT_SVDS);
  readonly #residuals = new LruMap<string, readonly (Residual | null)[]>(KEPT_RESIDUALS);
  factorisations = 0;

  private constructor(
    private readonly trials: readonly Trial[],
    private readonly kernel: WebAssembly.Module,
    /** The highest rank of the sweep: a factorisation has those below it, too. */
    private readonly rank: number,
  ) {}

  /** @throws {InputError} where there are too few people. */
  static async open(ratings: Ratings, kernel: Uint8Array<ArrayBuffer>, rank: number): Promise<SweepJudge> {
    const { train } = splitUsers(ratings, { fold: 0, positiveFrom: likedFrom(ratings.scale) });
    const trials = train.rating.length === 0 ? [] : makeTrials(train);
    const people = trials.reduce((sum, trial) => sum + trial.people.length, 0);
    if (people < FEWEST_PEOPLE) throw new InputError(`${people} people rated enough to be asked, too few to tell settings apart: ${FEWEST_PEOPLE} are needed.`);
    return new SweepJudge(trials, await WebAssembly.compile(kernel), rank);
  }

  get people(): number {
    return this.trials.reduce((sum, { people }) => sum + people.length, 0);
  }

  get splits(): number {
    return this.trials.length;
  }

  async judge(parameters: SvdParameters, onProgress: (text: string) => void): Promise<Scores> {
    const svds = await this.#decompose(parameters, onProgress);
    const { residual, ...bare } = parameters;
    const factors = this.trials.map(({ training }, i) => toFactors(training, svds[i]!, bare));
    const residuals = residual && (await this.#trainResiduals(factors, residual, onProgress));
    const all: number[] = [];
    const few: number[] = [];
    for (const [i, trial] of this.trials.entries()) {
      onProgress(`split ${i + 1} of ${this.trials.length}: asking ${trial.people.length} people`);
      const engine = await KernelIndex.open(factors[i]!.index, this.kernel);
      const found = residuals?.[i];
      const table = residual && found && packResidual(found, residual.perItem, 1);
      const ask = (first?: number): readonly number[] => (table ? judgeResidual(trial, factors[i]!, table, engine, [residual], first)[0]! : judge(trial, factors[i]!, engine, first));
      all.push(...ask());
      for (const first of FEW) few.push(...ask(first));
    }
    return { all, few };
  }

  async #trainResiduals(factors: readonly Factors[], parameters: ResidualParameters, onProgress: (text: string) => void): Promise<readonly (Residual | null)[]> {
    const key = JSON.stringify([factors[0]!.parameters, { ...parameters, weight: null, fullFrom: null }]);
    const known = this.#residuals.get(key);
    if (known) return known;
    const residuals: (Residual | null)[] = [];
    for (const [i, { training }] of this.trials.entries()) {
      onProgress(`split ${i + 1} of ${this.trials.length}: residual`);
      const { index, foldIn } = factors[i]!;
      residuals.push(await trainResidual(training.weights, index, foldIn, { ...parameters, rows: Math.min(ROWS_FOR_REGULARIZATION, coveredRows(training.popularity, parameters.rows)) }));
    }
    this.#residuals.set(key, residuals);
    return residuals;
  }

  async #decompose(parameters: SvdParameters, onProgress: (text: string) => void): Promise<readonly TruncatedSvd[]> {
    const { itemExponent, userExponent, seed } = parameters;
    const key = JSON.stringify([itemExponent, userExponent, seed]);
    const known = this.#svds.get(key);
    if (known) return known;
    const svds: TruncatedSvd[] = [];
    for (const [i, { training }] of this.trials.entries()) {
      onProgress(`split ${i + 1} of ${this.trials.length}: factorising`);
      svds.push(await decompose(training, { ...parameters, rank: this.rank }, { tolerance: TRIAL_TOLERANCE }));
      this.factorisations++;
    }
    this.#svds.set(key, svds);
    return svds;
  }
}
