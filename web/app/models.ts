import { answer, FrameRateError } from '../../shared/errors.ts';
import type { Result } from '../../shared/errors.ts';
import { fetchBytes } from '../fetchBytes.ts';

/** models/index.json: what is published here, and what a page starts with. */
interface ModelIndex {
  readonly models: readonly { readonly name: string; /** From models/. */ readonly manifest: string }[];
  readonly default: string;
}

/** Finds the manifest of the model that this place starts with: its absolute address. */
export function findDefaultModel(base: string): Promise<Result<string>> {
  const url = new URL('models/index.json', base).href;
  return answer(async () => {
    const index = readIndex(new TextDecoder().decode(await fetchBytes(url)), url);
    const model = index.models.find(({ name }) => name === index.default);
    if (!model) throw new FrameRateError('NOT_FOUND', `${url} lists no model "${index.default}".`);
    return new URL(model.manifest, url).href;
  });
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
