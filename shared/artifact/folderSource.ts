import { FrameRateError } from '../errors.ts';
import type { ArtifactSource } from './load.ts';

/**
 * A model's folder on a disk as a source of its files.
 * @param readFile Node's, which this folder must not import.
 */
export function folderSource(folder: string, readFile: (path: string) => Promise<Uint8Array>): ArtifactSource {
  return { read: (path) => readWhole(`${folder}/${path}`, readFile, `Train the model: npx framerate train --out ${folder}`) };
}

/** The search kernel, as it was built. */
export const readKernelFile = (path: URL, readFile: (path: URL) => Promise<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> =>
  readWhole(path, readFile, 'Build the search kernel: npm run build:kernel');

async function readWhole<Path extends string | URL>(path: Path, readFile: (path: Path) => Promise<Uint8Array>, wayOut: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') throw new FrameRateError('NOT_FOUND', `There is no ${String(path)}. ${wayOut}`, undefined, { cause });
    throw new FrameRateError('UNREACHABLE', `${String(path)} cannot be read: ${String(cause)}`, undefined, { cause });
  }
}
