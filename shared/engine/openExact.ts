import type { FactorTable } from '../artifact/factorTable.ts';
import { FrameRateError } from '../errors.ts';
import { ExactIndex } from './exactIndex.ts';
import { KernelIndex } from './kernelIndex.ts';
import type { ExactSearch } from './vectorIndex.ts';

/** Where the kernel comes from. */
export interface KernelPlace {
  /** The bytes of kernel.wasm. */
  readKernel(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The exact search over rows of factors, in its fastest form here. */
export async function openExact(factors: FactorTable, place: KernelPlace): Promise<ExactSearch> {
  // The plain search needs nothing: it reads the factors where they are.
  return (await whereItRuns(async () => KernelIndex.open(factors, await place.readKernel()))) ?? new ExactIndex(factors);
}

/** @returns what `open` does; null where there is no WebAssembly with SIMD, or too little memory for it. */
export async function whereItRuns<T>(open: () => Promise<T>): Promise<T | null> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof FrameRateError && (error.code === 'WASM_UNAVAILABLE' || error.code === 'OUT_OF_MEMORY')) return null;
    throw error;
  }
}
