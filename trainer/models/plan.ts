import type { ModelKind, ModelParameters, Selection } from '../../shared/artifact/manifest.ts';
import { factorize, type Trained, type Watch } from '../factorize.ts';
import { InputError } from '../inputError.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { chooseParameters, describeChoice, startOf, type Choice, type Request, type SelectOptions } from '../select.ts';
import { describeParameters, describeSelection } from './describe.ts';
import { chooseIals, DEFAULT_IALS, trainIalsModel } from './ialsModel.ts';
import { POPULARITY, trainPopularity } from './popularity.ts';
import { choosePureSvd, PURE_SVD } from './pureSvd.ts';

/** How a model of some kind is made. */
export interface Plan {
  /** Where choosing its parameters begins; with the budget for that, the model follows from it. */
  readonly start: ModelParameters;
  choose(ratings: Ratings, options: SelectOptions): Promise<Chosen>;
}

/** A model whose parameters are settled. */
export interface Chosen {
  readonly parameters: ModelParameters;
  readonly selection: Selection | null;
  /** How they were chosen, for the terminal; of kinds that have nothing to choose nothing. */
  readonly lines: readonly string[];
  train(ratings: Ratings, watch?: Watch): Promise<Trained>;
}

/** @throws {InputError} for what a kind cannot have. */
export function planOf(kind: ModelKind, request: Request): Plan {
  const { rank, seed, store = 'SQ8', residual } = request;
  if (kind !== 'ssvd' && residual > 0) throw new InputError(`A residual is what a scaled SVD misses: --residual goes with --model ssvd, not with ${kind}.`);
  const stored = store === 'SQ8' ? {} : { store };
  switch (kind) {
    case 'ssvd':
      return plan(startOf(request), chooseParameters, factorize, describeChoice);
    case 'puresvd':
      return plan({ ...PURE_SVD, rank, seed, ...stored }, choosePureSvd, factorize, describeSettings);
    case 'ials':
      return plan({ ...DEFAULT_IALS, rank, seed, ...stored }, chooseIals, trainIalsModel, describeSettings);
    case 'popularity': {
      const asItIs = { ...POPULARITY, seed, ...stored };
      return plan(asItIs, () => Promise.resolve({ parameters: asItIs, selection: null }), (ratings, parameters) => Promise.resolve(trainPopularity(ratings, parameters)), () => []);
    }
    default:
      return kind satisfies never;
  }
}

const describeSettings = (parameters: ModelParameters, selection: Selection | null): string[] => describeSelection(describeParameters(parameters), selection);

const plan = <P extends ModelParameters>(
  start: P,
  choose: (ratings: Ratings, start: P, options: SelectOptions) => Promise<Choice<P>>,
  train: (ratings: Ratings, parameters: P, watch: Watch) => Promise<Trained>,
  describe: (parameters: P, selection: Selection | null) => string[],
): Plan => ({
  start,
  async choose(ratings, options) {
    const { parameters, selection } = await choose(ratings, start, options);
    return { parameters, selection, lines: options.budget > 0 ? describe(parameters, selection) : [], train: (all, watch = {}) => train(all, parameters, watch) };
  },
});
