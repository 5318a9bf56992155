import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { readCatalog } from '../shared/artifact/catalog.ts';
import { writeCatalog } from '../shared/artifact/writeCatalog.ts';
import { sha256Hex } from '../shared/artifact/digest.ts';
import { readFactorTable, writeFactorTable } from '../shared/artifact/factorTable.ts';
import { readFoldInTable, writeFoldInTable } from '../shared/artifact/foldInFile.ts';
import { formatManifest, parseManifest, ROLES, type ArtifactFile, type FileRole, type Manifest, type OptionalRole, type Selection } from '../shared/artifact/manifest.ts';
import { modelIndex } from '../shared/artifact/modelIndex.ts';
import { readResidualTable, writeResidualTable } from '../shared/artifact/residualFile.ts';
import { EXACT, type SearchSection } from '../shared/artifact/searchSection.ts';
import { FrameRateError } from '../shared/errors.ts';
import { isTemporary, writeAtomically } from './atomicFile.ts';
import type { Trained } from './factorize.ts';
import type { Ratings } from './ratings/ratings.ts';

const EXTENSION: Record<FileRole, string> = {
  index: 'faiss',
  foldIn: 'bin',
  catalog: 'bin',
  search: 'faiss',
  residual: 'bin',
  onboarding: 'bin',
  stars: 'bin',
  map: 'bin',
  encoder: 'onnx',
  users: 'bin',
};

/** What a model may have besides what it must: the bytes of the files by their role. */
export type Extras = Partial<Record<OptionalRole, Uint8Array<ArrayBuffer>>>;

/**
 * Publishes a model into `folder`: files named by their digest first, the manifest last, so that a reader finds the
 * old model or the new one and never a mixture. The files of the model before stay for readers in the middle of it.
 *
 * @param folder models/<name>; made where it is missing.
 * @param recipe see Manifest.
 * @param extras as their writers made them.
 * @param selection how the parameters were chosen, if they were.
 */
export async function publish(folder: string, ratings: Ratings, factors: Trained, recipe: string, extras: Extras = {}, selection: Selection | null = null): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  const before = await readManifest(folder).catch(() => null);
  const contents = new Map<FileRole, Uint8Array<ArrayBuffer>>();
  // What no reader would take must not replace a model that works.
  const add = (role: FileRole, content: Uint8Array<ArrayBuffer>, read: (content: Uint8Array) => unknown): void => {
    read(content);
    contents.set(role, content);
  };
  add('index', writeFactorTable(factors.index), readFactorTable);
  add('foldIn', writeFoldInTable(factors.foldIn), readFoldInTable);
  add('catalog', writeCatalog(Array.from(factors.itemOfRow, (item) => ratings.items[item]!)), readCatalog);
  if (factors.residual) add('residual', writeResidualTable(factors.residual), readResidualTable);
  const files: ArtifactFile[] = [];
  const all: Partial<Record<FileRole, Uint8Array<ArrayBuffer>>> = { ...Object.fromEntries(contents), ...extras };
  for (const role of ROLES) if (all[role]) files.push(await writeNamedByDigest(folder, role, all[role]));

  const { name, digest, licence, attribution, url } = ratings.dataset;
  return writeManifest(folder, before, {
    name: basename(resolve(folder)),
    recipe,
    model: factors.parameters,
    ...(selection && { selection }),
    ratingScale: ratings.scale,
    search: EXACT,
    counts: { users: ratings.userIds.length, items: factors.itemOfRow.length, ratings: ratings.rating.length },
    dataset: { name, digest, licence, attribution, url },
    files,
  });
}

/** What a published model gets besides what it has: null takes a file away. */
export interface Addition {
  readonly files: Partial<Record<OptionalRole, Uint8Array<ArrayBuffer> | null>>;
  readonly search?: SearchSection;
}

/** Publishes a model anew with other optional files, and the rest as it is. As `publish`: one or the other, never a mixture. */
export async function republish(folder: string, { files: changes, search }: Addition): Promise<Manifest> {
  const before = await readManifest(folder);
  const files = before.files.filter(({ role }) => !(role in changes));
  for (const [role, content] of Object.entries(changes) as [OptionalRole, Uint8Array<ArrayBuffer> | null][]) {
    if (content) files.push(await writeNamedByDigest(folder, role, content));
  }
  return writeManifest(folder, before, { ...before, name: basename(resolve(folder)), files, search: search ?? before.search });
}

/**
 * Puts a model that was published elsewhere into a folder, as `publish` does.
 * @param read gives a file by its path.
 * @throws {FrameRateError} `BAD_DIGEST` where a file is not what the manifest says: the model before stays.
 */
export async function install(folder: string, manifest: Manifest, read: (path: string) => Promise<Uint8Array<ArrayBuffer>>): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  const before = await readManifest(folder).catch(() => null);
  const files: ArtifactFile[] = [];
  for (const { role, path, sha256 } of manifest.files) {
    const content = await read(path);
    if ((await sha256Hex(content)) !== sha256) throw new FrameRateError('BAD_DIGEST', `${path} is not the file that its manifest names. Publish the model again.`);
    files.push(await writeNamedByDigest(folder, role, content));
  }
  return writeManifest(folder, before, { ...manifest, name: basename(resolve(folder)), files });
}

type Facts = Omit<Manifest, 'format' | 'schemaVersion' | 'modelId'>;

async function writeManifest(folder: string, before: Manifest | null, facts: Facts): Promise<Manifest> {
  // Read as every reader does: what none would take must not replace a model, and the fields get one order.
  const draft = parseManifest(formatManifest({ ...facts, modelId: '0'.repeat(16) }));
  const { model, ratingScale, search, files } = draft;
  const identity = JSON.stringify([model, ratingScale, files.map((file) => file.sha256), ...(search.engine === 'exact' ? [] : [search])]);
  const manifest = { ...draft, modelId: (await sha256Hex(new TextEncoder().encode(identity))).slice(0, 16) };
  await writeAtomically(join(folder, 'manifest.json'), formatManifest(manifest));
  await removeOthers(folder, [manifest, ...(before ? [before] : [])]);
  await listModels(dirname(resolve(folder)), manifest.name);
  return manifest;
}

/** @throws {FrameRateError} `NOT_FOUND` without one, or what parseManifest finds. */
export async function readManifest(folder: string): Promise<Manifest> {
  let json: string;
  try {
    json = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch (cause) {
    throw new FrameRateError('NOT_FOUND', `There is no model in ${folder}. Train one: npx framerate train --out ${folder}`, undefined, { cause });
  }
  return parseManifest(json);
}

async function writeNamedByDigest(folder: string, role: FileRole, content: Uint8Array<ArrayBuffer>): Promise<ArtifactFile> {
  const sha256 = await sha256Hex(content);
  const path = `${role}-${sha256.slice(0, 12)}.${EXTENSION[role]}`;
  await writeAtomically(join(folder, path), content);
  if (role !== 'users') await writeCompressed(join(folder, path), content);
  return { role, path, bytes: content.byteLength, sha256 };
}

/** Larger files are packed less tightly: the best that brotli can do takes a second a megabyte. */
const BEST_BELOW_BYTES = 4e6;
/** A smaller gain is not worth a second copy. */
const WORTH = 0.95;

/** The same bytes beside it, compressed once for all who download it: `.br`, as web servers look for it. */
async function writeCompressed(path: string, content: Uint8Array): Promise<void> {
  const quality = content.byteLength < BEST_BELOW_BYTES ? constants.BROTLI_MAX_QUALITY : 5;
  const packed = await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength } });
  if (packed.byteLength < WORTH * content.byteLength) await writeAtomically(`${path}.br`, packed);
}

async function removeOthers(folder: string, manifests: readonly Manifest[]): Promise<void> {
  const kept = new Set(manifests.flatMap((manifest) => manifest.files.map((file) => file.path)));
  const ours = new RegExp(`^(${ROLES.join('|')})-[0-9a-f]{12}\\.(${[...new Set(Object.values(EXTENSION))].join('|')})(\\.br)?$`);
  for (const name of await readdir(folder)) {
    if (isTemporary(name) || (ours.test(name) && !kept.has(name.replace(/\.br$/, '')))) await rm(join(folder, name), { force: true });
  }
}

/** models/index.json: what a static host has to offer, and which one an app takes when nobody chooses. */
async function listModels(root: string, newest: string): Promise<void> {
  const models: string[] = [];
  for (const name of (await readdir(root)).sort()) {
    if (await stat(join(root, name, 'manifest.json')).catch(() => null)) models.push(name);
  }
  await writeAtomically(join(root, 'index.json'), `${JSON.stringify(modelIndex(models, newest), null, 2)}\n`);
}
