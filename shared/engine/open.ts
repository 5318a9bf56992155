import type { Model } from '../artifact/load.ts';
import { FrameRateError } from '../errors.ts';
import { ExactIndex } from './exactIndex.ts';
import { KernelIndex } from './kernelIndex.ts';
import { Recommender } from './recommender.ts';
import type { VectorIndex } from './vectorIndex.ts';

/**
 * A recommender over a verified model, on the fastest engine that this place has. All engines give the same answers.
 * @param kernel the bytes of kernel.wasm.
 */
export async function openRecommender(model: Model, kernel: Uint8Array<ArrayBuffer>): Promise<Recommender> {
  return new Recommender(model, await openIndex(model, kernel));
}

async function openIndex(model: Model, kernel: Uint8Array<ArrayBuffer>): Promise<VectorIndex> {
  try {
    return await KernelIndex.open(model.factors, kernel);
  } catch (error) {
    if (error instanceof FrameRateError && error.code === 'WASM_UNAVAILABLE') return new ExactIndex(model.factors);
    throw error;
  }
}
