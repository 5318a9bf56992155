import { loadSha256 } from './sha256Fallback.ts';

/**
 * SHA-256 in lower-case hex. Native where the page is a secure context, else in JavaScript: a LAN address has no `crypto.subtle`.
 * @param options.sparing in JavaScript anyway: it takes a second for 100 MB, but no second copy of the bytes.
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>, { sparing = false } = {}): Promise<string> {
  const subtle = sparing ? undefined : (globalThis.crypto?.subtle as SubtleCrypto | undefined);
  const digest = subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : (await loadSha256()).sha256(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
