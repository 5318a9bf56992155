/** The engines of the lab by name, for a page that does not run them itself: engines.ts does. In the order in which they are shown. */
export const listedEngines = [
  { id: 'kernel', name: 'FrameRate kernel', how: '8-bit scan in WebAssembly, exact' },
  { id: 'faiss', name: 'Faiss, same file', how: 'Faiss in WebAssembly on the published index' },
  { id: 'faiss-flat', name: 'Faiss, Flat', how: 'Faiss in WebAssembly, single precision' },
  { id: 'faiss-ivf', name: 'Faiss, IVF', how: 'Faiss in WebAssembly, an eighth of its cells' },
  { id: 'onnx', name: 'ONNX Runtime', how: 'MatMul and TopK in WebAssembly, single precision' },
  { id: 'onnx-webgpu', name: 'ONNX Runtime, WebGPU', how: 'MatMul and TopK on the graphics processor, single precision' },
  { id: 'javascript', name: 'Plain JavaScript', how: 'brute force, what the others are held to' },
] as const;

export type EngineId = (typeof listedEngines)[number]['id'];

export interface ListedEngine {
  readonly id: EngineId;
  readonly name: string;
  /** How it works, in a few words. */
  readonly how: string;
}
