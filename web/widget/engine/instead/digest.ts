/** SHA-256 in lower-case hex, where the page is a secure context. Where it is not, source.ts lets the browser check files as it fetches them. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
