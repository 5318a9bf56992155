import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { loadOnnx } from '../onnx.ts';
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
  openOnnx: loadOnnx,
};
