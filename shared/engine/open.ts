import { firstRows, type FactorTable } from '../artifact/factorTable.ts';
import { loadModel, type ArtifactSource, type FactorKeeper, type LoadProgress, type Model } from '../artifact/load.ts';
import type { Manifest } from '../artifact/manifest.ts';
import { FrameRateError } from '../errors.ts';
import type { FaissWasm } from './faiss/faissIndex.ts';
import { ExactKeeper } from './exactKeeper.ts';
import { openExact, type KernelPlace } from './openExact.ts';
import { Recommender } from './recommender.ts';
import type { ExactSearch, VectorIndex } from './vectorIndex.ts';
import type { Encoder } from '../onnx/encoder.ts';
import type { OnnxRuntime } from '../onnx/runtime.ts';

/** The compiled parts, from wherever they are in this place; each is read only for a model that needs it. */
export interface Engines extends KernelPlace {
  /** faiss.wasm; null where it was not built. */
  readFaiss(): Promise<FaissWasm>;
  /** ONNX Runtime, for a model with an encoder. Places without it refuse such a model. */
  loadOnnx?(): Promise<OnnxRuntime>;
}

/**
 * A recommender over a verified model: on the exact search, in its fastest form here, or on the Faiss index that the
 * model carries. Either gives the same answers wherever it runs.
 * @throws {FrameRateError} `WASM_UNAVAILABLE` for a model with a Faiss index where there is no Faiss, `OUT_OF_MEMORY`, and
 *   what is wrong with the index.
 */
export async function openRecommender(model: Model, engines: Engines): Promise<Recommender> {
  return openSettled({ ...model, factors: searchesExactly(model.manifest) ? await openExact(model.factors, engines) : model.factors }, engines);
}

/**
 * The same, from where the model's files are. The factors are in the index's own memory before the rest of the model is
 * read, and nowhere else: so a model never takes twice the memory of its files.
 * @throws {FrameRateError} what is wrong with the model, too.
 */
export async function loadRecommender(source: ArtifactSource, engines: Engines, onProgress?: LoadProgress): Promise<Recommender> {
  return openSettled(await loadModel(source, onProgress, keeperFor(engines)), engines);
}

function keeperFor(engines: Engines): FactorKeeper<ExactSearch | FactorTable> {
  const exact = new ExactKeeper(engines);
  return {
    roomFor: async (manifest) => (searchesExactly(manifest) ? exact.roomFor(manifest) : null),
    keep: async (factors, manifest) => (searchesExactly(manifest) ? exact.keep(factors) : factors),
  };
}

const searchesExactly = ({ search }: Manifest): boolean => search.engine === 'exact';

/** @param model its factors are in the index already, or Faiss searches for them. */
async function openSettled(model: Model<ExactSearch | FactorTable>, engines: Engines): Promise<Recommender> {
  const { factors } = model;
  const [index, encoder] = await Promise.all(['search' in factors ? factors : openFaissIndex({ ...model, factors }, engines), openEncoder(model, engines)]);
  // Faiss and ONNX Runtime have their files in memory of their own now.
  return new Recommender({ ...model, factors: 'search' in factors ? factors.factors : factors, searchFile: null, encoderFile: null }, index, encoder);
}

async function openEncoder({ encoderFile, factors }: Model<{ readonly rank: number }>, { loadOnnx }: Engines): Promise<Encoder | null> {
  if (!encoderFile) return null;
  if (!loadOnnx) throw new FrameRateError('WASM_UNAVAILABLE', 'This model has an encoder, and there is no ONNX Runtime here to run it. Use the app, the API or the command line, or a model without one.');
  const [{ Encoder }, runtime] = await Promise.all([import('../onnx/encoder.ts'), loadRuntime(loadOnnx)]);
  return Encoder.open(encoderFile, runtime, factors.rank);
}

async function loadRuntime(loadOnnx: () => Promise<OnnxRuntime>): Promise<OnnxRuntime> {
  try {
    return await loadOnnx();
  } catch (cause) {
    throw new FrameRateError('WASM_UNAVAILABLE', `This model has an encoder, and ONNX Runtime, which runs it, could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, undefined, { cause });
  }
}

async function openFaissIndex({ factors, manifest, residual, searchFile }: Model, engines: Engines): Promise<VectorIndex> {
  if (manifest.search.engine === 'exact' || !searchFile) return openExact(factors, engines);
  const { openFaissSearch } = await import('./faiss/faissSearch.ts');
  const head = residual ? await openExact(firstRows(factors, residual.rows), engines) : null;
  return openFaissSearch(factors, manifest.search, searchFile, head, () => engines.readFaiss());
}
