import { FrameRateError } from '../shared/errors.ts';

export const unreachable = (url: string, why: string): string => `${url} could not be fetched: ${why}. Check the connection and try again.`;

/**
 * Asks for a file of this site.
 * @returns an answer that has it, or 416.
 * @throws {FrameRateError} `NOT_FOUND` (404), `UNREACHABLE` (anything else that is no answer).
 */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw new FrameRateError('UNREACHABLE', unreachable(url, 'no answer'), undefined, { cause });
  }
  if (response.status === 404) throw new FrameRateError('NOT_FOUND', `There is nothing at ${url}.`);
  if (!response.ok && response.status !== 416) throw new FrameRateError('UNREACHABLE', unreachable(url, `the server answered ${response.status}`));
  return response;
}

/** A small file, whole. @throws {FrameRateError} as `request` does. */
export async function fetchSmall(url: string, init?: RequestInit): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(url, init);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FrameRateError('UNREACHABLE', unreachable(url, 'it broke off'), undefined, { cause });
  }
}
