import type { Csr } from '../ratings/sparse.ts';
import { panelOf, type Block } from './block.ts';
import type { Crew } from './crew.ts';
import { ROWS_AT_ONCE, SPARSE_GRAM, SPARSE_TIMES, SUM_PARTS, WIDTH } from './layout.ts';
import { cut, share, shareTransposed, type Side } from './sharedCsr.ts';

/** Tasks of a product with the Gram matrix, at most. Each has sums of its own, which others add up. */
const MOST_PARTS = 64;
/** So many entries at least for each sum, so that adding up is little of the work. */
const ENTRIES_A_SUM = 16;

/** A sparse matrix S by its rows, for products with blocks. */
export class SparseOperator {
  readonly rows: number;
  readonly cols: number;
  readonly #side: Side;
  readonly #gram: Side;
  /** Of each task of a Gram product: a panel. */
  readonly #parts: Float64Array<SharedArrayBuffer>;

  /** @param turned S is the transpose of the matrix. */
  constructor(
    private readonly crew: Crew,
    matrix: Csr,
    turned = false,
  ) {
    const shared = turned ? shareTransposed(crew, matrix) : share(crew, matrix);
    this.rows = shared.rows;
    this.cols = shared.cols;
    this.#side = cut(crew, shared);
    const parts = Math.floor(shared.indices.length / (ENTRIES_A_SUM * shared.cols));
    this.#gram = cut(crew, shared, Math.max(1, Math.min(parts, MOST_PARTS)));
    this.#parts = crew.doubles(this.#gram.tasks * shared.cols * WIDTH);
  }

  /** out = SᵀS · source. */
  async gramTimes(source: Block, out: Block): Promise<void> {
    const { matrix, cuts, tasks } = this.#gram;
    const bytes = this.cols * WIDTH * 8;
    for (let p = 0; p < source.panels; p++) {
      await this.crew.run(SPARSE_GRAM, tasks, matrix.offsets, matrix.indices, matrix.values, cuts, panelOf(source, p), this.#parts, bytes);
      await this.crew.run(SUM_PARTS, Math.ceil(this.cols / ROWS_AT_ONCE), this.#parts, tasks, bytes, panelOf(out, p));
    }
  }

  /** out = S · source. */
  async times(source: Block, out: Block): Promise<void> {
    const { matrix, cuts, tasks } = this.#side;
    for (let p = 0; p < source.panels; p++) await this.crew.run(SPARSE_TIMES, tasks, matrix.offsets, matrix.indices, matrix.values, cuts, panelOf(source, p), panelOf(out, p));
  }
}
