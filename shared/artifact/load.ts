import { FrameRateError } from '../errors.ts';
import { readCatalog, type Catalog } from './catalog.ts';
import { sha256Hex } from './digest.ts';
import { readFactorTable, type FactorTable } from './factorTable.ts';
import { readFoldInTable, type FoldInTable } from './foldInFile.ts';
import type { MapTable } from './mapFile.ts';
import { fileOf, filesToLoad, optionalFileOf, parseManifest, type ArtifactFile, type FileRole, type Manifest } from './manifest.ts';
import { readOnboardingList, type OnboardingList } from './onboardingFile.ts';
import { readResidualTable, type ResidualTable } from './residualFile.ts';
import { readStarsTable, type StarsTable } from './starsFile.ts';

/** A whole, verified model. @typeParam F what keeps its factors. */
export interface Model<F = FactorTable> {
  readonly manifest: Manifest;
  readonly factors: F;
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

type Bytes = Uint8Array<ArrayBuffer>;
type OnBytes = (received: number) => void;

/** Where a model's files come from: a folder, a server, a cache. */
export interface ArtifactSource {
  /**
   * @param path relative to the manifest's folder.
   * @param room as long as the file: a source that can writes it there, and answers with that.
   * @throws {FrameRateError} `NOT_FOUND` or `UNREACHABLE`.
   */
  read(path: string, onBytes?: OnBytes, room?: Bytes): Promise<Bytes>;
  /**
   * The same for a source that must know itself whether a file is good: its length and digest were checked when it answers.
   * @throws {FrameRateError} as `read`, and `TRUNCATED` or `BAD_DIGEST`.
   */
  readChecked?(file: ArtifactFile, onBytes?: OnBytes, room?: Bytes): Promise<Bytes>;
  /** Called when the whole model was read and is good: a cache may keep it then. */
  keep?(): Promise<void>;
}

/** Files from here on are read one after another, the factors first: a browser makes a copy of a file to digest it. */
const LARGE_BYTES = 4e6;

export type LoadProgress = (receivedBytes: number, totalBytes: number) => void;

/** Who keeps the factors of a model, from before its other large files are read. */
export interface FactorKeeper<F> {
  /** Where the file of the factors is to be read to; null: anywhere. It may not be what the manifest says. */
  roomFor(manifest: Manifest): Promise<Bytes | null>;
  /** @param factors what was read, good and as the manifest says; in the room, if there was one and the source could. */
  keep(factors: FactorTable, manifest: Manifest): Promise<F>;
}

/**
 * Reads and verifies a model: versions, lengths, digests, and that the files belong together. All or nothing.
 * @throws {FrameRateError} whatever is wrong first.
 */
export function loadModel(source: ArtifactSource, onProgress?: LoadProgress): Promise<Model>;
export function loadModel<F>(source: ArtifactSource, onProgress: LoadProgress | undefined, keeper: FactorKeeper<F>): Promise<Model<F>>;
export async function loadModel<F>(source: ArtifactSource, onProgress?: LoadProgress, keeper?: FactorKeeper<F>): Promise<Model<F | FactorTable>> {
  const manifest = parseManifest(new TextDecoder().decode(await source.read('manifest.json')));
  const wanted = filesToLoad(manifest);
  const total = wanted.reduce((sum, file) => sum + file.bytes, 0);
  const received = new Map<FileRole, number>();
  const fetchFile = (file: ArtifactFile, room?: Bytes | null): Promise<Bytes> => {
    const onBytes = (bytes: number): void => {
      received.set(file.role, bytes);
      onProgress?.([...received.values()].reduce((sum, part) => sum + part, 0), total);
    };
    return readVerified(source, file, onBytes, room ?? undefined);
  };
  const fetchFactors = async (): Promise<F | FactorTable> => {
    const factors = readFactorTable(await fetchFile(fileOf(manifest, 'index'), await keeper?.roomFor(manifest)));
    checkShape(manifest, 'index', factors.rows, factors.rank);
    return keeper ? keeper.keep(factors, manifest) : factors;
  };
  const contents = new Map<FileRole, Bytes>();
  const fetchOther = async (file: ArtifactFile): Promise<void> => void contents.set(file.role, await fetchFile(file));
  const others = wanted.filter(({ role }) => role !== 'index');
  const fetchLargeOnes = async (): Promise<F | FactorTable> => {
    const factors = await fetchFactors();
    for (const file of others) if (file.bytes >= LARGE_BYTES) await fetchOther(file);
    return factors;
  };
  const [factors] = await Promise.all([fetchLargeOnes(), ...others.filter(({ bytes }) => bytes < LARGE_BYTES).map(fetchOther)]);

  const foldIn = readFoldInTable(contents.get('foldIn')!);
  const catalog = readCatalog(contents.get('catalog')!);
  const { rank } = manifest.model;
  const rows = manifest.counts.items;
  checkShape(manifest, 'fold-in file', foldIn.rows, foldIn.rank);
  checkShape(manifest, 'catalogue', catalog.size, rank);
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

function checkShape({ counts, model }: Manifest, name: string, rows: number, rank: number): void {
  if (rows === counts.items && rank === model.rank) return;
  throw new FrameRateError('BAD_ARTIFACT', `The ${name} is ${rows} × ${rank}, the manifest says ${counts.items} × ${model.rank}. Publish the model again.`);
}

function checkRows({ counts }: Manifest, name: string, rows: number): void {
  if (rows !== counts.items) throw new FrameRateError('BAD_ARTIFACT', `The ${name} is for ${rows} items, the manifest says ${counts.items}. Publish the model again.`);
}

/**
 * Reads one file of a model.
 * @throws {FrameRateError} `TRUNCATED`, `BAD_DIGEST`, or what the source throws.
 */
export async function readVerified(source: ArtifactSource, file: ArtifactFile, onBytes?: OnBytes, room?: Bytes): Promise<Bytes> {
  const bytes = await (source.readChecked ? source.readChecked(file, onBytes, room) : source.read(file.path, onBytes, room));
  onBytes?.(bytes.byteLength);
  return source.readChecked ? bytes : checkFile(bytes, file);
}

/** @returns the bytes, which are the file. @throws {FrameRateError} `TRUNCATED`, `BAD_DIGEST`. */
export async function checkFile(bytes: Bytes, file: ArtifactFile): Promise<Bytes> {
  if (bytes.byteLength < file.bytes) {
    throw new FrameRateError('TRUNCATED', `${file.path} has ${bytes.byteLength} of ${file.bytes} bytes. Fetch or publish it again.`);
  }
  // The browser's digest copies what it is given: beside the codes, which are in memory by then, a large file has no room for that.
  const sparing = file.role !== 'index' && file.bytes >= LARGE_BYTES;
  if ((await sha256Hex(bytes, { sparing })) !== file.sha256) {
    throw new FrameRateError('BAD_DIGEST', `${file.path} is not the file that was published: its SHA-256 differs. Fetch or publish it again.`);
  }
  return bytes;
}
