import type { WeightedRow } from '../engine/foldIn.ts';
import { FrameRateError } from '../errors.ts';
import type { OnnxRuntime, OnnxSession, OnnxTensor } from './runtime.ts';
import type { TensorType } from './graph.ts';

/** What an encoder is given: the rated rows, each once, ascending, at least one; and w(rating) of each, see ratingWeight.ts … */
export const ENCODER_INPUTS = {
  rows: { type: 'int64', shape: ['rated'] },
  weights: { type: 'float32', shape: ['rated'] },
} as const satisfies Record<string, TensorType>;

/** … and what it answers: the person's vector, to be multiplied with every item's factors. `rank` numbers, of any shape. */
export const ENCODER_OUTPUT = 'user';

/**
 * A network that turns ratings into a person's vector, in place of the fold-in: the `encoder` file of a model, an ONNX
 * graph from wherever. One question at a time: the runtime has one state.
 */
export class Encoder {
  readonly #runtime: OnnxRuntime;
  readonly #session: OnnxSession;
  readonly #rank: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(runtime: OnnxRuntime, session: OnnxSession, rank: number) {
    this.#runtime = runtime;
    this.#session = session;
    this.#rank = rank;
  }

  /**
   * @param model the bytes of the .onnx file. @param rank of the item factors.
   * @throws {FrameRateError} `BAD_ARTIFACT` where it is no such graph.
   */
  static async open(model: Uint8Array, runtime: OnnxRuntime, rank: number): Promise<Encoder> {
    let session: OnnxSession;
    try {
      session = await runtime.InferenceSession.create(model);
    } catch (cause) {
      throw new FrameRateError('BAD_ARTIFACT', `ONNX Runtime does not read the encoder: ${reason(cause)}`, undefined, { cause });
    }
    const wanted = Object.keys(ENCODER_INPUTS);
    if (session.inputNames.toSorted().join() !== wanted.join() || !session.outputNames.includes(ENCODER_OUTPUT)) {
      throw new FrameRateError('BAD_ARTIFACT', `An encoder takes ${wanted.join(' and ')} and answers ${ENCODER_OUTPUT}; this graph takes ${session.inputNames.join(', ')} and answers ${session.outputNames.join(', ')}.`);
    }
    return new Encoder(runtime, session, rank);
  }

  /**
   * @param ratings at least one, each row once.
   * @returns length `rank`.
   * @throws {FrameRateError} `BAD_ARTIFACT` where the graph breaks, or answers something else.
   */
  encode(ratings: readonly WeightedRow[]): Promise<Float32Array> {
    const answer = this.#last.then(() => this.#run(ratings));
    this.#last = answer.catch(() => undefined); // told to whoever asked
    return answer;
  }

  /** Lets go of the runtime's memory, after what was asked. */
  close(): Promise<void> {
    return this.#last.then(() => this.#session.release());
  }

  async #run(ratings: readonly WeightedRow[]): Promise<Float32Array> {
    const { Tensor } = this.#runtime;
    const sorted = ratings.toSorted((a, b) => a.row - b.row);
    const feeds: Record<keyof typeof ENCODER_INPUTS, OnnxTensor> = {
      rows: new Tensor('int64', BigInt64Array.from(sorted, ({ row }) => BigInt(row)), [sorted.length]),
      weights: new Tensor('float32', Float32Array.from(sorted, ({ weight }) => weight), [sorted.length]),
    };
    let user: OnnxTensor | undefined;
    try {
      user = (await this.#session.run(feeds))[ENCODER_OUTPUT];
    } catch (cause) {
      throw new FrameRateError('BAD_ARTIFACT', `The encoder broke off on ${sorted.length} ratings: ${reason(cause)}`, undefined, { cause });
    }
    const data = user?.data;
    if (!(data instanceof Float32Array) || data.length !== this.#rank || !data.every(Number.isFinite)) {
      const found = data instanceof Float32Array ? `${data.length} numbers${data.every(Number.isFinite) ? '' : ', not all of them finite'}` : `something of type ${user?.type ?? 'none'}`;
      throw new FrameRateError('BAD_ARTIFACT', `The encoder answers ${found}; the model's factors take ${this.#rank} finite 32-bit floats.`);
    }
    return data.slice();
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
