import { parseModelIndex } from '../../shared/artifact/modelIndex.ts';
import { answer, FrameRateError } from '../../shared/errors.ts';
import type { Result } from '../../shared/errors.ts';
import { readAndRenew } from '../offline/readAndRenew.ts';

/** A model that this place offers. */
export interface OfferedModel {
  readonly name: string;
  /** Absolute address. */
  readonly manifestUrl: string;
}

/** All models of this place, that which it starts with first. */
export function findModels(base: string): Promise<Result<readonly OfferedModel[]>> {
  const url = new URL('models/index.json', base).href;
  return answer(async () => {
    const index = parseModelIndex(new TextDecoder().decode(await readAndRenew(url)), url);
    const offered = index.models.map(({ name, manifest }) => ({ name, manifestUrl: new URL(manifest, url).href }));
    const first = offered.find(({ name }) => name === index.default);
    if (!first) throw new FrameRateError('NOT_FOUND', `${url} lists no model "${index.default}".`);
    return [first, ...offered.filter((model) => model !== first)];
  });
}

/**
 * The manifest to start with: its absolute address.
 * @param wanted name of the model that was chosen before; another one starts where it is not offered any more.
 */
export function chooseModel(models: Result<readonly OfferedModel[]>, wanted?: string): Result<string> {
  if (!models.ok) return models;
  const model = models.value.find(({ name }) => name === wanted) ?? models.value[0];
  return { ok: true, value: model.manifestUrl };
}
