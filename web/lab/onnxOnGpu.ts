import { FrameRateError } from '../../shared/errors.ts';
import type { OnnxRuntime } from '../../shared/onnx/runtime.ts';

/** Whether this browser has WebGPU, and a graphics processor (or a program in its place) for it. */
export async function hasGpu(): Promise<boolean> {
  try {
    return (await navigator.gpu?.requestAdapter()) != null;
  } catch {
    return false;
  }
}

/**
 * ONNX Runtime whose sessions compute on WebGPU, from this site: 27 MB of WebAssembly, fetched when somebody asks for it.
 * @throws {FrameRateError} `WASM_UNAVAILABLE` where there is no WebGPU.
 */
export async function loadOnnxOnGpu(): Promise<OnnxRuntime> {
  if (!(await hasGpu())) throw new FrameRateError('WASM_UNAVAILABLE', 'There is no WebGPU here.');
  const [{ env, InferenceSession, Tensor }, { default: wasm }] = await Promise.all([
    import('onnxruntime-web/webgpu'),
    import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
  ]);
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };
  return { Tensor, InferenceSession: { create: (model) => InferenceSession.create(model, { executionProviders: ['webgpu'] }) } };
}
