import type { ModelParameters, Selection } from '../../shared/artifact/manifest.ts';

export const MODEL_NAMES: Record<ModelParameters['kind'], string> = { ssvd: 'scaled SVD', puresvd: 'PureSVD', popularity: 'popularity', ials: 'iALS' };

/** The parameters that tell one model of a kind from another. */
export function describeParameters(model: ModelParameters): string {
  const { rank, residual } = model;
  const own = (): string[] => {
    switch (model.kind) {
      case 'ssvd':
        return [`a ${model.itemExponent}, b ${model.userExponent}, τ ${model.softThreshold}`];
      case 'ials':
        return [`α0 ${model.unobservedWeight}, λ ${model.regularization}, ν ${model.frequencyExponent}, ${model.epochs} epochs`];
      case 'puresvd':
      case 'popularity':
        return [];
      default:
        return model satisfies never;
    }
  };
  return [`rank ${rank}`, ...own(), ...(residual ? [`residual ${residual.perItem}`] : [])].join(', ');
}

/** How it makes a person of ratings, and what models of its kind do without: a label and a text. */
export function describeFoldIn(model: ModelParameters): [label: string, text: string] {
  switch (model.kind) {
    case 'ssvd':
      return ['few ratings', `shrinkage ${model.shrinkage} until ${model.shrinkageEnd} ratings, prior ${model.priorWeight}`];
    case 'puresvd':
      return ['fold-in', 'a weighted sum of rows; without shrinkage, prior and residual'];
    case 'popularity':
      return ['fold-in', 'none: everybody gets the same; without reasons, map and titles to ask first'];
    case 'ials':
      return ['fold-in', 'a ridge regression on the rated rows; without shrinkage, prior, residual and ONNX export'];
    default:
      return model satisfies never;
  }
}

/** What choosing found, for the terminal. @param chosen the parameters in words. */
export function describeSelection(chosen: string, selection: Selection | null): string[] {
  if (!selection) return ['Too few people rated enough to choose parameters on: they stay as they are.'];
  const { people, splits, unseenFold, compared, before, after, standardError } = selection;
  return [
    `Chose ${chosen} of ${compared} settings, on ${people.toLocaleString('en')} people kept aside${splits > 1 ? ` in ${splits} splits` : ''}${unseenFold === null ? '' : ', none of whom the evaluation asks'}`,
    `Their NDCG@10: ${after.toFixed(4)} ± ${standardError.toFixed(4)}; with the settings that it began with ${before.toFixed(4)}`,
  ];
}
