import type { FactorTable } from '../artifact/factorTable.ts';
import { FrameRateError } from '../errors.ts';
import { ExactIndex } from './exactIndex.ts';
import { KernelIndex } from './kernelIndex.ts';
import type { VectorIndex } from './vectorIndex.ts';

/**
 * The exact search over rows of factors, in its fastest form here.
 * @param engines.readKernel the bytes of kernel.wasm.
 */
export async function openExact(factors: FactorTable, engines: { readKernel(): Promise<Uint8Array<ArrayBuffer>> }): Promise<VectorIndex> {
  try {
    return await KernelIndex.open(factors, await engines.readKernel());
  } catch (error) {
    // The plain search needs nothing: it reads the factors where they are.
    if (error instanceof FrameRateError && (error.code === 'WASM_UNAVAILABLE' || error.code === 'OUT_OF_MEMORY')) return new ExactIndex(factors);
    throw error;
  }
}
