import { answer, FrameRateError } from '../../shared/errors.ts';
import type { Result } from '../../shared/errors.ts';

/** models/index.json: what is published here, and what a page starts with. */
interface ModelIndex {
  readonly models: readonly { readonly name: string; /** From models/. */ readonly manifest: string }[];
  readonly default: string;
}

/** Finds the manifest of the model that this place starts with: its absolute address. */
export function findDefaultModel(base: string): Promise<Result<string>> {
  const url = new URL('models/index.json', base).href;
  return answer(async () => {
    const index = readIndex(await fetchText(url), url);
    const model = index.models.find(({ name }) => name === index.default);
    if (!model) throw new FrameRateError('NOT_FOUND', `${url} lists no model "${index.default}".`);
    return new URL(model.manifest, url).href;
  });
}

async function fetchText(url: string): Promise<string> {
  let status: number;
  try {
    const response = await fetch(url);
    if (response.ok) return await response.text();
    status = response.status;
  } catch (cause) {
    throw new FrameRateError('UNREACHABLE', `${url} did not answer.`, undefined, { cause });
  }
  if (status === 404) throw new FrameRateError('NOT_FOUND', `There is nothing at ${url}. Train or publish a model first.`);
  throw new FrameRateError('UNREACHABLE', `${url} answered ${status}.`);
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
