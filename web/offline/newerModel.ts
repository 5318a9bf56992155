import { filesToLoad, parseManifest } from '../../shared/artifact/manifest.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { openShelf } from './openShelf.ts';

/** Whether a model can be opened without a network. */
export async function isKept(manifestUrl: string): Promise<boolean> {
  return (await (await openShelf())?.match(manifestUrl)) !== undefined;
}

/** A newer model at the same address. */
export interface NewerModel {
  readonly modelId: string;
  /** Bytes to download. */
  readonly bytes: number;
}

/**
 * Looks whether the network has another model than `modelId`, without touching anything. Null: no, or no answer.
 * What is newer than this app can read is none: the app has to be renewed first.
 */
export async function findNewer(manifestUrl: string, modelId: string): Promise<NewerModel | null> {
  try {
    const manifest = parseManifest(new TextDecoder().decode(await fetchBytes(manifestUrl, undefined, { cache: 'no-cache' })));
    if (manifest.modelId === modelId) return null;
    const shelf = await openShelf();
    const missing = await Promise.all(
      filesToLoad(manifest).map(async ({ path, bytes }) => ((await shelf?.match(new URL(path, manifestUrl).href)) ? 0 : bytes)),
    );
    return { modelId: manifest.modelId, bytes: missing.reduce((sum, bytes) => sum + bytes, 0) };
  } catch {
    return null;
  }
}
