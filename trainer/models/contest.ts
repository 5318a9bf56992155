import type { ModelParameters, Selection } from '../../shared/artifact/manifest.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { estimate, type Estimate } from '../evaluation/metrics.ts';
import type { Trained } from '../factorize.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { FEWEST_PEOPLE, type Choice, type SelectOptions } from '../select.ts';
import { judge, makeTrials, type Trial } from '../trials.ts';

/** Settings of a model that are compared by NDCG@10, on people who are kept out of the training for it. */
export class Contest<P extends ModelParameters> {
  readonly #known = new Map<string, Estimate>();

  private constructor(
    readonly trials: readonly Trial[],
    private readonly kernel: WebAssembly.Module,
    private readonly unseenFold: number | null,
    private readonly train: (trial: Trial, parameters: P) => Promise<Trained>,
  ) {}

  /** @returns null where nothing is to be compared, or where there are too few people. */
  static async open<P extends ModelParameters>(ratings: Ratings, { budget, kernel, unseenFold = null }: SelectOptions, train: (trial: Trial, parameters: P) => Promise<Trained>, mostSplits = Infinity): Promise<Contest<P> | null> {
    const contest = new Contest(budget === 0 ? [] : makeTrials(ratings).slice(0, mostSplits), await WebAssembly.compile(kernel), unseenFold, train);
    return contest.#people < FEWEST_PEOPLE ? null : contest;
  }

  /** Settings that were compared. */
  get compared(): number {
    return this.#known.size;
  }

  get #people(): number {
    return this.trials.reduce((sum, { people }) => sum + people.length, 0);
  }

  knows(parameters: P): boolean {
    return this.#known.has(JSON.stringify(parameters));
  }

  async worth(parameters: P): Promise<Estimate> {
    const key = JSON.stringify(parameters);
    const known = this.#known.get(key);
    if (known) return known;
    const scores: number[] = [];
    for (const trial of this.trials) {
      const trained = await this.train(trial, parameters);
      for (const score of judge(trial, trained, await KernelIndex.open(trained.index, this.kernel))) scores.push(score);
    }
    const worth = estimate(scores);
    this.#known.set(key, worth);
    return worth;
  }

  async choice(start: P, parameters: P): Promise<Choice<P>> {
    const { mean: after, standardError } = await this.worth(parameters);
    const { mean: before } = await this.worth(start);
    const selection: Selection = { unseenFold: this.unseenFold, people: this.#people, splits: this.trials.length, compared: this.compared, before, after, standardError, residual: null };
    return { parameters, selection };
  }
}
