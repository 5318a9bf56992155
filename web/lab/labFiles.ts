import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchFaiss } from '../faiss.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { loadOnnx } from '../onnx.ts';
import type { EngineFiles } from './engines.ts';
import { loadOnnxOnGpu } from './onnxOnGpu.ts';

/** Several engines are Faiss's: they share what was fetched. */
let faiss: Promise<WebAssembly.Module | null> | undefined;

export const filesOfThisSite: EngineFiles = {
  readKernel: () => fetchBytes(kernelUrl.href),
  readFaiss: () => (faiss ??= fetchFaiss().then((bytes) => bytes && WebAssembly.compile(bytes))),
  openOnnx: loadOnnx,
  openOnnxOnGpu: loadOnnxOnGpu,
};
