import { FrameRateError } from '../errors.ts';
import { readCatalog, type Catalog } from './catalog.ts';
import { sha256Hex } from './digest.ts';
import { readFaissSq8, type Sq8Table } from './faissSq8.ts';
import { readFoldInTable, type FoldInTable } from './foldInFile.ts';
import { fileOf, optionalFileOf, parseManifest, REQUIRED_ROLES, type ArtifactFile, type FileRole, type Manifest } from './manifest.ts';
import { readResidualTable, type ResidualTable } from './residualFile.ts';

/** A whole, verified model. */
export interface Model {
  readonly manifest: Manifest;
  readonly factors: Sq8Table;
  readonly foldIn: FoldInTable;
  readonly catalog: Catalog;
  /** Of models that have one. */
  readonly residual?: ResidualTable;
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
  const residualFile = optionalFileOf(manifest, 'residual');
  const wanted = [...REQUIRED_ROLES.map((role) => fileOf(manifest, role)), ...(residualFile ? [residualFile] : [])];
  const total = wanted.reduce((sum, file) => sum + file.bytes, 0);
  const received = new Map<FileRole, number>();
  const fetchFile = (file: ArtifactFile): Promise<Uint8Array<ArrayBuffer>> =>
    readVerified(source, file, (bytes) => {
      received.set(file.role, bytes);
      onProgress?.([...received.values()].reduce((sum, part) => sum + part, 0), total);
    });
  const [index, foldInBytes, catalogBytes, residualBytes] = await Promise.all([
    fetchFile(fileOf(manifest, 'index')),
    fetchFile(fileOf(manifest, 'foldIn')),
    fetchFile(fileOf(manifest, 'catalog')),
    residualFile && fetchFile(residualFile),
  ]);

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
  if (!residualBytes) return { manifest, factors, foldIn, catalog };
  const residual = readResidualTable(residualBytes);
  if (residual.rows > rows) throw new FrameRateError('BAD_ARTIFACT', `The residual covers ${residual.rows} items, the model has ${rows}. Publish the model again.`);
  return { manifest, factors, foldIn, catalog, residual };
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
