import { writeCatalog } from '../../shared/artifact/writeCatalog.ts';
import { sha256Hex } from '../../shared/artifact/digest.ts';
import { writeFactorTable, type FactorTable } from '../../shared/artifact/factorTable.ts';
import { quantizeSq8 } from '../../shared/artifact/faissSq8.ts';
import { writeFoldInTable } from '../../shared/artifact/foldInFile.ts';
import type { ArtifactSource } from '../../shared/artifact/load.ts';
import { formatManifest, type ArtifactFile, type FileRole } from '../../shared/artifact/manifest.ts';
import { writeMapTable } from '../../shared/artifact/mapFile.ts';
import { writeOnboardingList } from '../../shared/artifact/onboardingFile.ts';
import { EXACT } from '../../shared/artifact/searchSection.ts';
import { quantizeMeans, writeStarsTable, type StarsTable } from '../../shared/artifact/starsFile.ts';
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
  readonly store?: (matrix: Float64Array, rows: number, rank: number) => FactorTable;
}

/**
 * The files of a whole, valid model over random factors, as they would lie in its folder.
 * @param extras with an onboarding list (every third row, from the last on), stars and a map.
 */
export async function tinyModel({ items = tinyItems(40), rank = 6, seed = 1, extras = false, store = quantizeSq8 }: Tiny = {}): Promise<Files> {
  const rows = items.length;
  const random = new Random(seed);
  const factors = new Float64Array(rows * rank);
  random.fillNormal(factors);
  const popularity = Float32Array.from({ length: rows }, (_, row) => 50 / (row + 1));
  const prior = new Float64Array(rank);
  random.fillNormal(prior);
  const contents: Partial<Record<FileRole, Uint8Array<ArrayBuffer>>> = {
    index: writeFactorTable(store(factors, rows, rank)),
    foldIn: writeFoldInTable({
      rows,
      rank,
      noise: Float32Array.from({ length: rank }, (_, d) => ((d + 1) / rank) ** 2),
      prior: Float32Array.from(prior),
      popularity,
      encoderScale: popularity.map((p) => p ** -0.6),
    }),
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
    model: { kind: 'ssvd', rank, itemExponent: 0.3, userExponent: 0.25, softThreshold: 0.6, priorWeight: 2, shrinkage: 100, shrinkageEnd: 25, seed },
    ratingScale: { min: 0.5, max: 5 },
    search: EXACT,
    counts: { users: 9, items: rows, ratings: 99 },
    dataset: { name: 'tiny', digest: 'none', licence: null, attribution: null, url: null },
    files: listed,
  });
  files.set('manifest.json', new TextEncoder().encode(manifest));
  return files;
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
