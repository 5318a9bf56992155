/** Everything that can go wrong and that somebody outside can do something about. Doors map from the code. */
export type ErrorCode =
  | 'TRUNCATED' // an artifact ends before its header says
  | 'BAD_MAGIC' // not the kind of file that was asked for
  | 'UNSUPPORTED_VERSION' // ours, of a release that this one cannot read
  | 'BAD_DIGEST' // the bytes are not the ones that were published
  | 'BAD_ARTIFACT' // ours and whole, but it contradicts itself or its manifest
  | 'BAD_MANIFEST' // manifest.json is not one
  | 'NOT_FOUND' // a model, an item or an address that does not exist
  | 'UNREACHABLE' // the network or the disk did not answer
  | 'NOT_READY' // no model is loaded (yet)
  | 'RATING_OUT_OF_RANGE'
  | 'BAD_QUERY'
  | 'OUT_OF_MEMORY' // this device has too little of it left for the model
  | 'WASM_UNAVAILABLE'; // no WebAssembly (with what is needed of it) here, or a part of it that was not built

/** An error with a code that crosses thread and network boundaries, and a sentence for a person. */
export class FrameRateError extends Error {
  override readonly name = 'FrameRateError';

  /**
   * @param message what is, then what to do.
   * @param pointer where in the input, as a JSON pointer ("/ratings/3/rating"), when it is the input's fault.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly pointer?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What crosses a boundary instead of an exception: structured clone and JSON keep it whole. */
export interface ErrorAnswer {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pointer?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorAnswer };

/** Runs `work` and turns a FrameRateError into an answer. Anything else is a bug and stays an exception. */
export async function answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof FrameRateError)) throw error;
    const { code, message, pointer } = error;
    return { ok: false, error: pointer === undefined ? { code, message } : { code, message, pointer } };
  }
}
