import type { OnnxRuntime } from './runtime.ts';

/** ONNX Runtime in Node, on one thread; where it is asked for, since it is 14 MB of WebAssembly. */
export async function loadOnnx(): Promise<OnnxRuntime> {
  const runtime = await import('onnxruntime-web/wasm');
  runtime.env.wasm.numThreads = 1;
  return runtime;
}
