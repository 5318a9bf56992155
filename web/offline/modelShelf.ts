import { checkFile, type ArtifactSource } from '../../shared/artifact/load.ts';
import { filesToLoad, parseManifest, type ArtifactFile, type Manifest } from '../../shared/artifact/manifest.ts';
import { BrokenOff, fetchBytes, type Expected } from '../fetchBytes.ts';
import { openShelf } from './openShelf.ts';
import { put, readKept } from './shelf.ts';

/** Begun files are kept beside whole ones, under the same address with this. */
const PART = '?part';

/**
 * A model's files from the shelf, and from the network what is not there. Files are put there once their digest is right,
 * under names that follow from it; the manifest last of all, when the model was found good. So what a manifest on the
 * shelf names is whole, and the model before stays until then.
 */
export class ShelfSource implements ArtifactSource {
  readonly #url: string;
  readonly #fresh: boolean;
  readonly #shelf = openShelf();
  #manifest: { readonly bytes: Uint8Array<ArrayBuffer>; readonly parsed: Manifest } | null = null;

  /** @param fresh the newest manifest that the network has, whatever is on the shelf. */
  constructor(manifestUrl: string, fresh: boolean) {
    this.#url = manifestUrl;
    this.#fresh = fresh;
  }

  async read(path: string, onBytes?: (received: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    const shelf = await this.#shelf;
    if (path === 'manifest.json') {
      const kept = this.#fresh ? null : await readKept(shelf, this.#url);
      const bytes = kept ?? (await fetchBytes(this.#url, onBytes, { cache: 'no-cache' }));
      this.#manifest = { bytes, parsed: parseManifest(new TextDecoder().decode(bytes)) };
      return bytes;
    }
    return fetchBytes(this.#address(path), onBytes);
  }

  async readChecked(file: ArtifactFile, onBytes?: (received: number) => void, room?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const shelf = await this.#shelf;
    const url = this.#address(file.path);
    const expected = { length: file.bytes, room };
    return (await readWhole(shelf, url, file, expected)) ?? fetchKept(shelf, url, file, expected, onBytes);
  }

  /** The model is good: from now on it is the one on the shelf, and what only the one before needed goes. */
  async keep(): Promise<void> {
    const shelf = await this.#shelf;
    if (!shelf || !this.#manifest) return;
    const { bytes, parsed } = this.#manifest;
    const needed = await Promise.all(filesToLoad(parsed).map(({ path }) => shelf.match(this.#address(path))));
    if (!needed.every(Boolean) || !(await put(shelf, this.#url, bytes))) return;
    const folder = new URL('.', this.#url).href;
    const named = new Set([this.#url, ...parsed.files.map(({ path }) => this.#address(path))]);
    for (const { url } of await shelf.keys()) if (url.startsWith(folder) && !named.has(url)) await shelf.delete(url);
  }

  #address(path: string): string {
    return new URL(path, this.#url).href;
  }
}

/** @returns null where the file is not on the shelf, or went bad there. */
async function readWhole(shelf: Cache | null, url: string, file: ArtifactFile, expected: Expected): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const kept = await readKept(shelf, url, expected);
    return kept && (await checkFile(kept, file));
  } catch {
    return null;
  }
}

async function fetchKept(
  shelf: Cache | null,
  url: string,
  file: ArtifactFile,
  expected: Expected,
  onBytes?: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = await readKept(shelf, url + PART);
  let fetched: Uint8Array<ArrayBuffer>;
  try {
    fetched = await fetchBytes(url, onBytes, { ...expected, ...(start && { start }) });
  } catch (error) {
    if (error instanceof BrokenOff && error.bytes.byteLength > 0) await put(shelf, url + PART, error.bytes);
    throw error;
  }
  await shelf?.delete(url + PART);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await checkFile(fetched, file);
  } catch (error) {
    // What was begun may have been of other bytes, or from before a server compressed it.
    if (start) return fetchKept(shelf, url, file, expected, onBytes);
    throw error;
  }
  await put(shelf, url, bytes);
  return bytes;
}
