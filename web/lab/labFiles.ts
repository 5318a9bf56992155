import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import type { EngineFiles } from './engines.ts';

/** Its address where Faiss was built before the app was: then it is part of the app. */
const [faissUrl] = Object.values(import.meta.glob<string>('../../shared/engine/faiss/faiss.wasm', { query: '?url', import: 'default', eager: true }));

/** Several engines are Faiss's: they share what was fetched. */
let faiss: Promise<WebAssembly.Module> | undefined;

export const filesOfThisSite: EngineFiles = {
  readKernel: () => fetchBytes(kernelUrl.href),
  readFaiss: async () => {
    if (faissUrl === undefined) return null;
    return (faiss ??= fetchBytes(new URL(faissUrl, import.meta.url).href).then((bytes) => WebAssembly.compile(bytes)));
  },
  async openOnnx() {
    // Where its own WebAssembly lies it would guess for pages that are not bundled; here it is an asset of this site.
    const [ort, { default: wasm }] = await Promise.all([import('onnxruntime-web/wasm'), import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url')]);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };
    return ort;
  },
};
