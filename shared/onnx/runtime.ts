/** As much of ONNX Runtime as is used here: `onnxruntime-web/wasm` has it. A dependency of whoever loads it, not of this folder. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: OnnxTensorMaker;
}

interface OnnxTensorMaker {
  new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OnnxTensor;
  new (type: 'float32', data: Float32Array, dims: readonly number[]): OnnxTensor;
}

export interface OnnxTensor {
  readonly type: string;
  readonly data: unknown;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}
