import { FrameRateError } from '../errors.ts';

/** models/index.json: what is published in one place, and what a page starts with. */
export interface ModelIndex {
  readonly models: readonly { readonly name: string; /** From models/. */ readonly manifest: string }[];
  /** Name of one of them. */
  readonly default: string;
}

/** @param names of the folders. @param first one of them. */
export const modelIndex = (names: readonly string[], first: string): ModelIndex => ({
  default: first,
  models: names.map((name) => ({ name, manifest: `${encodeURIComponent(name)}/manifest.json` })),
});

/**
 * @param url where it came from, for messages.
 * @throws {FrameRateError} `BAD_MANIFEST`: not a list of models.
 */
export function parseModelIndex(json: string, url: string): ModelIndex {
  try {
    const index: unknown = JSON.parse(json);
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
