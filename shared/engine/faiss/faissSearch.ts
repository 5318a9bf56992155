import type { FactorTable } from '../../artifact/factorTable.ts';
import type { FaissSection } from '../../artifact/searchSection.ts';
import { FrameRateError } from '../../errors.ts';
import { RowSet } from '../rowSet.ts';
import { checkSearch, scoreRow, toCodeQuery } from '../scoring.ts';
import { MAX_K, type Hits, type VectorIndex } from '../vectorIndex.ts';
import { openFaiss, type FaissIndex, type FaissWasm } from './faissIndex.ts';

/**
 * Faiss proposes, the published factors decide: an index of Faiss's finds more than k rows, however roughly it stores
 * them, and the model's own rows give these their scores and their order. So a score, and the shares of the ratings in
 * it, are the same numbers as with the exact search; what this may lose are rows that were not proposed.
 *
 * A bonus is for the first rows: these are searched exactly then, and Faiss proposes from the others.
 */
export class FaissSearch implements VectorIndex {
  readonly rows: number;
  readonly rank: number;
  readonly engine: string;

  /**
   * @param kFactor how many times k rows are proposed.
   * @param head an exact index over the first rows of `factors`, as many as a bonus may cover; null: no bonus.
   */
  constructor(
    private readonly factors: FactorTable,
    private readonly proposer: FaissIndex,
    private readonly kFactor: number,
    private readonly head: VectorIndex | null,
  ) {
    this.rows = proposer.rows;
    this.rank = proposer.rank;
    this.engine = proposer.engine;
  }

  search(query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): Hits {
    checkSearch(this, query, k, excluded, bonus);
    if (!bonus) return best(this.#propose(query, k, excluded), k);
    if (!this.head || bonus.length > this.head.rows) throw new FrameRateError('BAD_QUERY', `${this.engine} adds no bonus to the scores of ${bonus.length} rows.`);
    const { rows, scores } = this.head.search(query, k, excluded?.first(this.head.rows), bonus);
    const inHead = Array.from(rows, (row, i) => ({ row, score: scores[i]! }));
    const others = RowSet.of(this.rows, Array(this.head.rows).keys());
    if (excluded) others.addAll(excluded);
    return best([...inHead, ...this.#propose(query, k, others)], k);
  }

  #propose(query: Float32Array, k: number, excluded?: RowSet): Scored[] {
    const { rows } = this.proposer.search(query, Math.min(MAX_K, Math.ceil(k * this.kFactor)), excluded);
    const codeQuery = toCodeQuery(this.factors, query);
    return Array.from(rows, (row) => ({ row, score: scoreRow(this.factors, codeQuery, row) }));
  }
}

interface Scored {
  readonly row: number;
  readonly score: number;
}

function best(found: Scored[], k: number): Hits {
  const kept = found.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k);
  return { rows: Uint32Array.from(kept, ({ row }) => row), scores: Float64Array.from(kept, ({ score }) => score) };
}

/**
 * Opens the index that a model carries.
 * @param file its `search` file.
 * @param head see FaissSearch.
 * @throws {FrameRateError} `WASM_UNAVAILABLE`, `OUT_OF_MEMORY`; `BAD_ARTIFACT` and the like where the file is not what the manifest says.
 */
export async function openFaissSearch(factors: FactorTable, section: FaissSection, file: Uint8Array, head: VectorIndex | null, readFaiss: () => Promise<FaissWasm>): Promise<FaissSearch> {
  const faiss = await openFaiss(readFaiss);
  const index = await faiss.read(file);
  if (index.rows !== factors.rows || index.rank !== factors.rank || index.description !== section.factory) {
    throw new FrameRateError(
      'BAD_ARTIFACT',
      `The search file is ${index.description} over ${index.rows} × ${index.rank}, the model ${section.factory} over ${factors.rows} × ${factors.rank}. Publish the model again.`,
    );
  }
  tune(index, section);
  return new FaissSearch(factors, index, section.kFactor, head);
}

/** Sets the knobs of an index. @throws {FrameRateError} `BAD_ARTIFACT` for one that the index does not have. */
export function tune(index: FaissIndex, { nprobe, efSearch }: FaissSection): void {
  try {
    index.tune({ ...(nprobe !== undefined && { nprobe }), ...(efSearch !== undefined && { efSearch }) });
  } catch (cause) {
    throw new FrameRateError('BAD_ARTIFACT', `The index cannot be searched as it should be. ${cause instanceof FrameRateError ? cause.message : String(cause)}`, undefined, { cause });
  }
}
