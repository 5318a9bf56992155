import { writeCatalog } from '../../shared/artifact/writeCatalog.ts';
import { sha256Hex } from '../../shared/artifact/digest.ts';
import { writeFactorTable, type FactorTable } from '../../shared/artifact/factorTable.ts';
import { quantizeSq8 } from '../../shared/artifact/faissSq8.ts';
import { writeFoldInTable, type FoldInTable, type SumTable } from '../../shared/artifact/foldInFile.ts';
import type { ArtifactSource, Model } from '../../shared/artifact/load.ts';
import { formatManifest, type ArtifactFile, type FileRole, type Manifest, type ModelKind, type ModelParameters, type SvdParameters } from '../../shared/artifact/manifest.ts';
import { writeMapTable } from '../../shared/artifact/mapFile.ts';
import { writeOnboardingList } from '../../shared/artifact/onboardingFile.ts';
import { EXACT } from '../../shared/artifact/searchSection.ts';
import { quantizeMeans, writeStarsTable, type StarsTable } from '../../shared/artifact/starsFile.ts';
import { decodeRow } from '../../shared/engine/scoring.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { itemId, itemRow } from '../../shared/ids.ts';
import type { CatalogItem } from '../../shared/query.ts';
import { Random } from '../../trainer/random.ts';

export type Files = Map<string, Uint8Array<ArrayBuffer>>;

export const tinyItems = (count: number): CatalogItem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: itemId(10 * i + 7),
    title: `Film ${i}`,
    year: i % 5 === 0 ? null : 1950 + i,
    genres: ['Drama', 'War', 'Sci-Fi'].slice(0, i % 4),
    imdbId: i % 3 === 0 ? null : `tt${String(i * 991).padStart(7, '0')}`,
    tmdbId: i % 2 === 0 ? null : i,
  }));

export const tinyStars = (rows: number): StarsTable => ({ rows, offsetRidge: 6, tasteRidge: 4, ...quantizeMeans(Array.from({ length: rows }, (_, row) => 2 + ((row * 7) % 20) / 10)) });

interface Tiny {
  readonly items?: CatalogItem[];
  readonly rank?: number;
  readonly seed?: number;
  readonly extras?: boolean;
  /** Default: ssvd. */
  readonly kind?: ModelKind;
  readonly store?: (matrix: Float64Array, rows: number, rank: number) => FactorTable;
}

/**
 * The files of a whole, valid model over random factors, as they would lie in its folder.
 * @param extras with an onboarding list (every third row, from the last on), stars and a map.
 */
export async function tinyModel({ items = tinyItems(40), rank = 6, seed = 1, extras = false, kind = 'ssvd', store = quantizeSq8 }: Tiny = {}): Promise<Files> {
  const rows = items.length;
  const random = new Random(seed);
  const factors = new Float64Array(rows * rank);
  random.fillNormal(factors);
  const popularity = Float32Array.from({ length: rows }, (_, row) => 50 / (row + 1));
  const prior = new Float64Array(rank);
  random.fillNormal(prior);
  const table = store(factors, rows, rank);
  const contents: Partial<Record<FileRole, Uint8Array<ArrayBuffer>>> = {
    index: writeFactorTable(table),
    foldIn: writeFoldInTable(tinyFoldIn(kind, table, Float32Array.from(prior), popularity)),
    catalog: writeCatalog(items),
    ...(extras && {
      onboarding: writeOnboardingList({ rows, asked: items.map((_, row) => itemRow(row)).filter((row) => row % 3 === 0).reverse() }),
      stars: writeStarsTable(tinyStars(rows)),
      map: writeMapTable({ rows, x: new Float32Array(rows).map((_, row) => row / rows), y: new Float32Array(rows), regions: [{ label: 'Drama', x: 0, y: 0, items: rows }] }),
    }),
  };
  const files: Files = new Map();
  const listed: ArtifactFile[] = [];
  for (const role of Object.keys(contents) as FileRole[]) {
    const bytes = contents[role]!;
    const sha256 = await sha256Hex(bytes);
    listed.push({ role, path: `${role}.bin`, bytes: bytes.byteLength, sha256 });
    files.set(`${role}.bin`, bytes);
  }
  const manifest = formatManifest({
    name: 'tiny',
    modelId: '0123456789abcdef',
    recipe: '0'.repeat(64),
    model: tinyParameters(kind, rank, seed),
    ratingScale: { min: 0.5, max: 5 },
    search: EXACT,
    counts: { users: 9, items: rows, ratings: 99 },
    dataset: { name: 'tiny', digest: 'none', licence: null, attribution: null, url: null },
    files: listed,
  });
  files.set('manifest.json', new TextEncoder().encode(manifest));
  return files;
}

function tinyParameters(kind: ModelKind, rank: number, seed: number): ModelParameters {
  if (kind === 'ials') return { kind, rank, unobservedWeight: 0.1, regularization: 0.02, frequencyExponent: 0.75, epochs: 3, seed };
  const scaled = { rank, itemExponent: 0.3, userExponent: 0.25, softThreshold: 0.6, priorWeight: 2, shrinkage: 100, shrinkageEnd: 25, seed };
  return { kind, ...scaled, ...(kind === 'puresvd' && { priorWeight: 0, shrinkage: 0 }) };
}

function tinyFoldIn(kind: ModelKind, table: FactorTable, prior: Float32Array, popularity: Float32Array): FoldInTable {
  const { rows, rank } = table;
  if (kind === 'ials') {
    const vectors = Array.from({ length: rows }, (_, row) => {
      const vector = new Float64Array(rank);
      decodeRow(table, row, vector);
      return vector;
    });
    const entries = Array.from({ length: rank }, (_, i) => Array.from({ length: i + 1 }, (_unused, j) => 0.1 * vectors.reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0)));
    return { rows, rank, gram: Float32Array.from(entries.flat()), prior, popularity };
  }
  const scale = { ssvd: (p: number) => p ** -0.6, puresvd: () => 1, popularity: () => 0 }[kind];
  return { rows, rank, noise: Float32Array.from({ length: rank }, (_, d) => ((d + 1) / rank) ** 2), prior, popularity, encoderScale: popularity.map(scale) };
}

/** A model whose people are weighted sums. */
export type SumModel = Model & { readonly foldIn: SumTable; readonly manifest: Manifest & { readonly model: SvdParameters } };

export function asSum(model: Model): SumModel {
  const isSum = (some: Model): some is SumModel => some.manifest.model.kind !== 'ials' && !('gram' in some.foldIn);
  if (!isSum(model)) throw new Error(`A person of kind ${model.manifest.model.kind} is no sum.`);
  return model;
}

export function memorySource(files: Files): ArtifactSource {
  return {
    read: (path, onBytes) => {
      const bytes = files.get(path);
      if (!bytes) return Promise.reject(new FrameRateError('NOT_FOUND', `There is no ${path}.`));
      onBytes?.(bytes.byteLength);
      return Promise.resolve(bytes);
    },
  };
}
