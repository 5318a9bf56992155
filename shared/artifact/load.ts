import { FrameRateError } from '../errors.ts';
import { readCatalog, type Catalog } from './catalog.ts';
import { sha256Hex } from './digest.ts';
import { readFaissSq8, type Sq8Table } from './faissSq8.ts';
import { readFoldInTable, type FoldInTable } from './foldInFile.ts';
import { fileOf, parseManifest, REQUIRED_ROLES, type ArtifactFile, type Manifest, type RequiredRole } from './manifest.ts';

/** A whole, verified model. */
export interface Model {
  readonly manifest: Manifest;
  readonly factors: Sq8Table;
  readonly foldIn: FoldInTable;
  readonly catalog: Catalog;
}

/** Where a model's files come from: a folder, a server, a cache. */
export interface ArtifactSource {
  /** @param path relative to the manifest's folder. @throws {FrameRateError} `NOT_FOUND` or `UNREACHABLE`. */
  read(path: string, onBytes?: (received: number) => void): Promise<Uint8Array<ArrayBuffer>>;
}

export type LoadProgress = (receivedBytes: number, totalBytes: number) => void;

/**
 * Reads and verifies a model: versions, lengths, digests, and that the files belong together. All or nothing.
 * @throws {FrameRateError} whatever is wrong first.
 */
export async function loadModel(source: ArtifactSource, onProgress?: LoadProgress): Promise<Model> {
  const manifest = parseManifest(new TextDecoder().decode(await source.read('manifest.json')));
  const total = REQUIRED_ROLES.reduce((sum, role) => sum + fileOf(manifest, role).bytes, 0);
  const received = new Map<RequiredRole, number>();
  const fetchFile = async (role: RequiredRole): Promise<Uint8Array<ArrayBuffer>> => {
    const file = fileOf(manifest, role);
    return readVerified(source, file, (bytes) => {
      received.set(role, bytes);
      onProgress?.([...received.values()].reduce((sum, part) => sum + part, 0), total);
    });
  };
  const [index, foldInBytes, catalogBytes] = await Promise.all([fetchFile('index'), fetchFile('foldIn'), fetchFile('catalog')]);

  const factors = readFaissSq8(index);
  const foldIn = readFoldInTable(foldInBytes);
  const catalog = readCatalog(catalogBytes);
  const { rank } = manifest.model;
  const rows = manifest.counts.items;
  const sizes = [
    ['index', factors.rows, factors.rank],
    ['fold-in file', foldIn.rows, foldIn.rank],
    ['catalogue', catalog.items.length, rank],
  ] as const;
  for (const [name, foundRows, foundRank] of sizes) {
    if (foundRows !== rows || foundRank !== rank) {
      throw new FrameRateError('BAD_ARTIFACT', `The ${name} is ${foundRows} × ${foundRank}, the manifest says ${rows} × ${rank}. Publish the model again.`);
    }
  }
  return { manifest, factors, foldIn, catalog };
}

async function readVerified(source: ArtifactSource, file: ArtifactFile, onBytes: (received: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(file.path, onBytes);
  onBytes(bytes.byteLength);
  if (bytes.byteLength < file.bytes) {
    throw new FrameRateError('TRUNCATED', `${file.path} has ${bytes.byteLength} of ${file.bytes} bytes. Fetch or publish it again.`);
  }
  if ((await sha256Hex(bytes)) !== file.sha256) {
    throw new FrameRateError('BAD_DIGEST', `${file.path} is not the file that was published: its SHA-256 differs. Fetch or publish it again.`);
  }
  return bytes;
}
