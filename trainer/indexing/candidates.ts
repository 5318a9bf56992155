import type { FaissSection } from '../../shared/artifact/searchSection.ts';

/** An index that is built once, and the settings of its knobs that are measured. */
export interface Candidate {
  readonly factory: string;
  readonly settings: readonly Omit<FaissSection, 'engine' | 'factory'>[];
}

/** Beyond so many rows a graph takes minutes to build, and its edges more bytes than the rows. */
const MOST_ROWS_OF_A_GRAPH = 1_000_000;
/** A product quantiser learns 256 centres of each part. */
const FEWEST_ROWS_OF_PQ = 2_000;
const FEWEST_ROWS_OF_CELLS = 500;

const powerOfTwo = (value: number): number => 2 ** Math.round(Math.log2(value));

/** What is worth measuring on a catalogue of so many rows: all the types that Faiss has for inner products, each where it makes sense. */
export function candidatesFor(rows: number, rank: number): Candidate[] {
  const candidates: Candidate[] = [{ factory: 'Flat', settings: [{ kFactor: 1 }] }, { factory: 'SQ8', settings: [{ kFactor: 1 }] }];
  if (rows >= FEWEST_ROWS_OF_CELLS) {
    // Two to four times the root of the rows is what Faiss's guidelines advise.
    const cells = powerOfTwo(2 * Math.sqrt(rows));
    const probes = [1, 2, 4, 8, 16, 32, 64, 128].filter((nprobe) => nprobe <= cells / 2);
    for (const code of ['Flat', 'SQ8']) candidates.push({ factory: `IVF${cells},${code}`, settings: probes.map((nprobe) => ({ nprobe, kFactor: 2 })) });
  }
  if (rows <= MOST_ROWS_OF_A_GRAPH) {
    for (const factory of ['HNSW16,SQ8', 'HNSW32,SQ8']) candidates.push({ factory, settings: [16, 64, 256].map((efSearch) => ({ efSearch, kFactor: 2 })) });
  }
  const parts = [rank / 4, rank / 2].filter((count) => Number.isInteger(count) && count >= 2);
  if (rows >= FEWEST_ROWS_OF_PQ) {
    for (const count of parts) candidates.push({ factory: `PQ${count}`, settings: [4, 20].map((kFactor) => ({ kFactor })) });
  }
  return candidates;
}
