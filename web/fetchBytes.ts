import { FrameRateError } from '../shared/errors.ts';

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

/**
 * Fetches a whole file, counting its bytes as they come.
 * @param onBytes told how many have come so far.
 * @param options.start what is there of it already: only the rest is asked for, and all of it where the server cannot do that.
 * @throws {FrameRateError} `NOT_FOUND` (404), `UNREACHABLE` (anything else that is no answer); BrokenOff (half of one).
 */
export async function fetchBytes(
  url: string,
  onBytes: (received: number) => void = () => undefined,
  options: { readonly start?: Uint8Array<ArrayBuffer>; readonly cache?: RequestCache } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const start = options.start ?? new Uint8Array();
  const unreachable = (why: string): string => `${url} could not be fetched: ${why}. Check the connection and try again.`;
  let response: Response;
  try {
    response = await fetch(url, {
      ...(options.cache && { cache: options.cache }),
      ...(start.byteLength > 0 && { headers: { range: `bytes=${start.byteLength}-` } }),
    });
  } catch (cause) {
    throw new FrameRateError('UNREACHABLE', unreachable('no answer'), undefined, { cause });
  }
  if (response.status === 416) return fetchBytes(url, onBytes, { ...options, start: new Uint8Array() });
  if (response.status === 404) throw new FrameRateError('NOT_FOUND', `There is nothing at ${url}.`);
  if (!response.ok || !response.body) throw new FrameRateError('UNREACHABLE', unreachable(`the server answered ${response.status}`));

  const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${start.byteLength}-`);
  const parts: Uint8Array[] = goesOn ? [start] : [];
  let received = goesOn ? start.byteLength : 0;
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.byteLength;
      onBytes(received);
    }
  } catch (cause) {
    throw new BrokenOff(unreachable(`it broke off after ${received} bytes`), joined(parts, received), { cause });
  }
  return joined(parts, received);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
