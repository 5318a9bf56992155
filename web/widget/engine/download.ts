import { FrameRateError } from '../../../shared/errors.ts';

/**
 * Fetches a whole file. The app's fetchBytes also goes on where a download broke off, and knows where its bytes belong.
 * @param onBytes told how many have come so far.
 * @throws {FrameRateError} `NOT_FOUND` (404), `UNREACHABLE` (anything else that is no answer, or half of one), `OUT_OF_MEMORY`.
 */
export async function download(url: string, onBytes: (received: number) => void = () => undefined, init: RequestInit = {}): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url, init);
    if (response.status === 404) throw new FrameRateError('NOT_FOUND', `There is nothing at ${url}.`);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    let received = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, out) {
        onBytes((received += part.byteLength));
        out.enqueue(part);
      },
    });
    return new Uint8Array(await new Response(response.body.pipeThrough(counted)).arrayBuffer());
  } catch (cause) {
    if (cause instanceof FrameRateError) throw cause;
    if (cause instanceof RangeError) throw new FrameRateError('OUT_OF_MEMORY', `There is not enough memory for ${url} here.`, undefined, { cause });
    throw new FrameRateError('UNREACHABLE', `${url} could not be fetched (${(cause as Error).message}). Check the connection and try again.`, undefined, { cause });
  }
}
