import type { ArtifactSource } from '../../../shared/artifact/load.ts';
import { download } from './download.ts';

/**
 * A model's files from their address. On pages that are no secure context nothing can digest them but the browser, as it
 * fetches them: then a damaged file is UNREACHABLE, and nothing is told while it comes.
 */
export function webSource(manifestUrl: string): ArtifactSource {
  const address = (path: string): string => new URL(path, manifestUrl).href;
  return {
    read: (path, onBytes) => download(address(path), onBytes, path === 'manifest.json' ? { cache: 'no-cache' } : {}),
    ...(!(globalThis.crypto as Crypto | undefined)?.subtle && { readChecked: ({ path, sha256 }, onBytes) => download(address(path), onBytes, { integrity: `sha256-${base64(sha256)}` }) }),
  };
}

/** @param hex two digits a byte. */
const base64 = (hex: string): string => btoa(hex.replace(/../g, (byte) => String.fromCharCode(parseInt(byte, 16))));
