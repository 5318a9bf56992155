import { FrameRateError } from '../shared/errors.ts';
import { request, unreachable } from './request.ts';

/** A download that broke off, with what came of it. */
export class BrokenOff extends FrameRateError {
  constructor(
    message: string,
    readonly bytes: Uint8Array<ArrayBuffer>,
    options: ErrorOptions,
  ) {
    super('UNREACHABLE', message, undefined, options);
  }
}

/** What is known of a file before it comes: then its bytes are put in place as they come, and are never there twice. */
export interface Expected {
  readonly length?: number;
  /** Memory of that length to put it into. */
  readonly room?: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Fetches a whole file, counting its bytes as they come.
 * @param onBytes told how many have come so far.
 * @param options.start what is there of it already: only the rest is asked for, and all of it where the server cannot do that.
 * @throws {FrameRateError} `NOT_FOUND` (404), `UNREACHABLE` (anything else that is no answer), `OUT_OF_MEMORY`; BrokenOff (half of one).
 */
export async function fetchBytes(
  url: string,
  onBytes: (received: number) => void = () => undefined,
  options: { readonly start?: Uint8Array<ArrayBuffer>; readonly cache?: RequestCache } & Expected = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const start = options.start ?? new Uint8Array();
  const response = await request(url, {
    ...(options.cache && { cache: options.cache }),
    ...(start.byteLength > 0 && { headers: { range: `bytes=${start.byteLength}-` } }),
  });
  if (response.status === 416) return fetchBytes(url, onBytes, { ...options, start: new Uint8Array() });
  if (!response.body) throw new FrameRateError('UNREACHABLE', unreachable(url, `the server answered ${response.status}`));

  const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${start.byteLength}-`);
  const filling = new Filling(options);
  if (goesOn) filling.add(start);
  try {
    await pour(response.body, filling, onBytes);
  } catch (cause) {
    if (cause instanceof FrameRateError) throw cause;
    throw new BrokenOff(unreachable(url, `it broke off after ${filling.length} bytes`), filling.bytes(), { cause });
  }
  return filling.bytes();
}

/** All bytes of a stream. @throws {FrameRateError} `OUT_OF_MEMORY`; whatever breaks the stream. */
export async function readAll(body: ReadableStream<Uint8Array>, expected: Expected = {}): Promise<Uint8Array<ArrayBuffer>> {
  const filling = new Filling(expected);
  await pour(body, filling);
  return filling.bytes();
}

/** Not by a reader of bytes into a given buffer (BYOB), which would leave no garbage: Chromium 156 stops half way, now and then, in a body from its cache. */
async function pour(body: ReadableStream<Uint8Array>, filling: Filling, onBytes?: (received: number) => void): Promise<void> {
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    filling.add(value);
    onBytes?.(filling.length);
  }
}

/** Bytes that come one after the other, in one buffer from the start where their number is known. */
class Filling {
  length = 0;
  #buffer: Uint8Array<ArrayBuffer>;

  constructor({ length = 0, room = allocate(length) }: Expected) {
    this.#buffer = room;
  }

  add(part: Uint8Array): void {
    const wanted = this.length + part.byteLength;
    if (wanted > this.#buffer.byteLength) {
      // Twice as much, so that a long file is copied few times.
      const larger = allocate(Math.max(wanted, 2 * this.#buffer.byteLength));
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.length);
    this.length = wanted;
  }

  /** All of them, and nothing else in the buffer. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.length === this.#buffer.byteLength ? this.#buffer : this.#buffer.slice(0, this.length);
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new FrameRateError('OUT_OF_MEMORY', `There is not enough memory for ${Math.ceil(bytes / 1e6)} MB here. Close other tabs, then try again.`, undefined, { cause });
  }
}
