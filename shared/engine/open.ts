import { firstRows } from '../artifact/factorTable.ts';
import type { Model } from '../artifact/load.ts';
import { FrameRateError } from '../errors.ts';
import type { FaissWasm } from './faiss/faissIndex.ts';
import { openExact } from './openExact.ts';
import { Recommender } from './recommender.ts';
import type { VectorIndex } from './vectorIndex.ts';
import type { Encoder } from '../onnx/encoder.ts';
import type { OnnxRuntime } from '../onnx/runtime.ts';

/** The compiled parts, from wherever they are in this place; each is read only for a model that needs it. */
export interface Engines {
  /** The bytes of kernel.wasm. */
  readKernel(): Promise<Uint8Array<ArrayBuffer>>;
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
  const [index, encoder] = await Promise.all([openIndex(model, engines), openEncoder(model, engines)]);
  // Faiss and ONNX Runtime have their files in memory of their own now.
  return new Recommender({ ...model, searchFile: null, encoderFile: null }, index, encoder);
}

async function openEncoder({ encoderFile, factors }: Model, { loadOnnx }: Engines): Promise<Encoder | null> {
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

async function openIndex({ factors, manifest, residual, searchFile }: Model, engines: Engines): Promise<VectorIndex> {
  if (manifest.search.engine === 'exact' || !searchFile) return openExact(factors, engines);
  const { openFaissSearch } = await import('./faiss/faissSearch.ts');
  const head = residual ? await openExact(firstRows(factors, residual.rows), engines) : null;
  return openFaissSearch(factors, manifest.search, searchFile, head, () => engines.readFaiss());
}
