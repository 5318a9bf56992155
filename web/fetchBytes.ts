import { FrameRateError } from '../shared/errors.ts';

/**
 * Fetches a whole file, counting its bytes as they come.
 * @param onBytes told how many have come so far.
 * @throws {FrameRateError} `NOT_FOUND` (404), `UNREACHABLE` (anything else that is no answer, or half of one).
 */
export async function fetchBytes(url: string, onBytes: (received: number) => void = () => undefined): Promise<Uint8Array<ArrayBuffer>> {
  const unreachable = (why: string, cause?: unknown): FrameRateError =>
    new FrameRateError('UNREACHABLE', `${url} could not be fetched: ${why}. Check the connection and try again.`, undefined, { cause });
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw unreachable('no answer', cause);
  }
  if (response.status === 404) throw new FrameRateError('NOT_FOUND', `There is nothing at ${url}.`);
  if (!response.ok || !response.body) throw unreachable(`the server answered ${response.status}`);

  const parts: Uint8Array[] = [];
  let received = 0;
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.byteLength;
      onBytes(received);
    }
  } catch (cause) {
    throw unreachable(`it broke off after ${received} bytes`, cause);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
