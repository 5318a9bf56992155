import { answer, FrameRateError } from '../../shared/errors.ts';
import type { Result } from '../../shared/errors.ts';
import { readAndRenew } from '../offline/modelShelf.ts';

/** models/index.json: what is published here, and what a page starts with. */
interface ModelIndex {
  readonly models: readonly { readonly name: string; /** From models/. */ readonly manifest: string }[];
  readonly default: string;
}

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
    const index = readIndex(new TextDecoder().decode(await readAndRenew(url)), url);
    const offered = index.models.map(({ name, manifest }) => ({ name, manifestUrl: new URL(manifest, url).href }));
    const first = offered.find(({ name }) => name === index.default);
    if (!first) throw new FrameRateError('NOT_FOUND', `${url} lists no model "${index.default}".`);
    return [first, ...offered.filter((model) => model !== first)];
  });
}

/**
 * Finds the manifest to start with: its absolute address.
 * @param wanted name of the model that was chosen before; another one starts where it is not offered any more.
 */
export async function findModel(base: string, wanted?: string): Promise<Result<string>> {
  const models = await findModels(base);
  if (!models.ok) return models;
  const model = models.value.find(({ name }) => name === wanted) ?? models.value[0];
  return { ok: true, value: model.manifestUrl };
}

function readIndex(text: string, url: string): ModelIndex {
  try {
    const index: unknown = JSON.parse(text);
    if (isModelIndex(index)) return index;
  } catch {
    // not JSON: said below
  }
  throw new FrameRateError('BAD_MANIFEST', `${url} is not a list of models.`);
}

function isModelIndex(value: unknown): value is ModelIndex {
  const { models, default: first } = (value ?? {}) as Partial<Record<keyof ModelIndex, unknown>>;
  const isEntry = (entry: unknown) => {
    const { name, manifest } = (entry ?? {}) as Record<string, unknown>;
    return typeof name === 'string' && typeof manifest === 'string';
  };
  return typeof first === 'string' && Array.isArray(models) && models.every(isEntry);
}
