import type { OnnxRuntime } from '../shared/onnx/runtime.ts';

/** ONNX Runtime in a page or its worker, from this site: a chunk and 14 MB of WebAssembly, fetched when it is first needed. */
export async function loadOnnx(): Promise<OnnxRuntime> {
  // Where its own WebAssembly lies it would guess for pages that are not bundled; here it is an asset of this site.
  const [runtime, { default: wasm }] = await Promise.all([import('onnxruntime-web/wasm'), import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url')]);
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };
  return runtime;
}
