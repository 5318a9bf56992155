import { FrameRateError } from '../errors.ts';
import { readCatalog, type Catalog } from './catalog.ts';
import { sha256Hex } from './digest.ts';
import { readFactorTable, type FactorTable } from './factorTable.ts';
import { readFoldInTable, type FoldInTable } from './foldInFile.ts';
import type { MapTable } from './mapFile.ts';
import { filesToLoad, optionalFileOf, parseManifest, type ArtifactFile, type FileRole, type Manifest } from './manifest.ts';
import { readOnboardingList, type OnboardingList } from './onboardingFile.ts';
import { readResidualTable, type ResidualTable } from './residualFile.ts';
import { readStarsTable, type StarsTable } from './starsFile.ts';

/** A whole, verified model. */
export interface Model {
  readonly manifest: Manifest;
  readonly factors: FactorTable;
  readonly foldIn: FoldInTable;
  readonly catalog: Catalog;
  /** These are null where the model was published without. */
  readonly residual: ResidualTable | null;
  readonly onboarding: OnboardingList | null;
  readonly stars: StarsTable | null;
  /** The Faiss index that manifest.search is about, until it was opened. */
  readonly searchFile: Uint8Array | null;
  /** An ONNX graph that stands in for the fold-in, until it was opened. */
  readonly encoderFile: Uint8Array | null;
}

/** Where a model's files come from: a folder, a server, a cache. */
export interface ArtifactSource {
  /** @param path relative to the manifest's folder. @throws {FrameRateError} `NOT_FOUND` or `UNREACHABLE`. */
  read(path: string, onBytes?: (received: number) => void): Promise<Uint8Array<ArrayBuffer>>;
  /** Called when the whole model was read and is good: a cache may keep it then. */
  keep?(): Promise<void>;
}

/** Files from here on are read one after another: a browser makes a copy of a file to digest it, and another to keep it. */
const LARGE_BYTES = 4e6;

export type LoadProgress = (receivedBytes: number, totalBytes: number) => void;

/**
 * Reads and verifies a model: versions, lengths, digests, and that the files belong together. All or nothing.
 * @throws {FrameRateError} whatever is wrong first.
 */
export async function loadModel(source: ArtifactSource, onProgress?: LoadProgress): Promise<Model> {
  const manifest = parseManifest(new TextDecoder().decode(await source.read('manifest.json')));
  const wanted = filesToLoad(manifest);
  const total = wanted.reduce((sum, file) => sum + file.bytes, 0);
  const received = new Map<FileRole, number>();
  const contents = new Map<FileRole, Uint8Array<ArrayBuffer>>();
  const fetchFile = async (file: ArtifactFile): Promise<void> => {
    const onBytes = (bytes: number): void => {
      received.set(file.role, bytes);
      onProgress?.([...received.values()].reduce((sum, part) => sum + part, 0), total);
    };
    contents.set(file.role, await readVerified(source, file, onBytes));
  };
  await Promise.all([
    ...wanted.filter(({ bytes }) => bytes < LARGE_BYTES).map(fetchFile),
    wanted.filter(({ bytes }) => bytes >= LARGE_BYTES).reduce((before, file) => before.then(() => fetchFile(file)), Promise.resolve()),
  ]);

  const factors = readFactorTable(contents.get('index')!);
  const foldIn = readFoldInTable(contents.get('foldIn')!);
  const catalog = readCatalog(contents.get('catalog')!);
  const { rank } = manifest.model;
  const rows = manifest.counts.items;
  const sizes = [
    ['index', factors.rows, factors.rank],
    ['fold-in file', foldIn.rows, foldIn.rank],
    ['catalogue', catalog.size, rank],
  ] as const;
  for (const [name, foundRows, foundRank] of sizes) {
    if (foundRows !== rows || foundRank !== rank) {
      throw new FrameRateError('BAD_ARTIFACT', `The ${name} is ${foundRows} × ${foundRank}, the manifest says ${rows} × ${rank}. Publish the model again.`);
    }
  }
  const read = <T>(role: FileRole, reader: (bytes: Uint8Array) => T): T | null => {
    const bytes = contents.get(role);
    return bytes ? reader(bytes) : null;
  };
  const onboarding = read('onboarding', readOnboardingList);
  const stars = read('stars', readStarsTable);
  if (onboarding) checkRows(manifest, 'onboarding file', onboarding.rows);
  if (stars) checkRows(manifest, 'stars file', stars.rows);
  const residual = read('residual', readResidualTable);
  if (residual && residual.rows > rows) throw new FrameRateError('BAD_ARTIFACT', `The residual covers ${residual.rows} items, the model has ${rows}. Publish the model again.`);
  return { manifest, factors, foldIn, catalog, residual, onboarding, stars, searchFile: contents.get('search') ?? null, encoderFile: contents.get('encoder') ?? null };
}

/**
 * Reads and verifies a model's map, which no answer needs.
 * @throws {FrameRateError} `NOT_FOUND` where the model was published without one, or what is wrong with it.
 */
export async function loadMap(source: ArtifactSource, manifest: Manifest): Promise<MapTable> {
  const file = optionalFileOf(manifest, 'map');
  if (!file) throw new FrameRateError('NOT_FOUND', `The model ${manifest.name} has no map. Train it without --no-map.`);
  const [{ readMapTable }, bytes] = await Promise.all([import('./mapFile.ts'), readVerified(source, file)]);
  const map = readMapTable(bytes);
  checkRows(manifest, 'map file', map.rows);
  return map;
}

function checkRows({ counts }: Manifest, name: string, rows: number): void {
  if (rows !== counts.items) throw new FrameRateError('BAD_ARTIFACT', `The ${name} is for ${rows} items, the manifest says ${counts.items}. Publish the model again.`);
}

/**
 * Reads one file of a model.
 * @throws {FrameRateError} `TRUNCATED`, `BAD_DIGEST`, or what the source throws.
 */
export async function readVerified(source: ArtifactSource, file: ArtifactFile, onBytes?: (received: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(file.path, onBytes);
  onBytes?.(bytes.byteLength);
  if (bytes.byteLength < file.bytes) {
    throw new FrameRateError('TRUNCATED', `${file.path} has ${bytes.byteLength} of ${file.bytes} bytes. Fetch or publish it again.`);
  }
  if ((await sha256Hex(bytes)) !== file.sha256) {
    throw new FrameRateError('BAD_DIGEST', `${file.path} is not the file that was published: its SHA-256 differs. Fetch or publish it again.`);
  }
  return bytes;
}
