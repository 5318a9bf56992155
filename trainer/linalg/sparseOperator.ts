import type { Csr } from '../ratings/sparse.ts';
import { panelOf, type Block } from './block.ts';
import type { Crew } from './crew.ts';
import { SPARSE_TIMES, WIDTH } from './layout.ts';
import { cut, share, shareTransposed, TASKS, type Side } from './sharedCsr.ts';

/** A sparse matrix A by rows and by columns, for products with blocks. */
export class SparseOperator {
  readonly rows: number;
  readonly cols: number;
  readonly #byRow: Side;
  readonly #byColumn: Side;
  /** A times one panel. */
  readonly #product: Float64Array<SharedArrayBuffer>;

  constructor(
    private readonly crew: Crew,
    matrix: Csr,
  ) {
    this.rows = matrix.rows;
    this.cols = matrix.cols;
    this.#byRow = cut(crew, share(crew, matrix));
    this.#byColumn = cut(crew, shareTransposed(crew, matrix));
    this.#product = crew.doubles(Math.max(matrix.rows, matrix.cols) * WIDTH);
  }

  /**
   * out = AᵀA · source, the product A · source never being stored for more than one panel.
   * @param turned Aᵀ in the place of A.
   */
  async gramTimes(source: Block, out: Block, turned = false): Promise<void> {
    const [first, second] = turned ? [this.#byColumn, this.#byRow] : [this.#byRow, this.#byColumn];
    for (let p = 0; p < source.panels; p++) {
      await this.#times(first, panelOf(source, p), this.#product);
      await this.#times(second, this.#product, panelOf(out, p));
    }
  }

  /** out = Aᵀ · source. */
  async transposedTimes(source: Block, out: Block): Promise<void> {
    for (let p = 0; p < source.panels; p++) await this.#times(this.#byColumn, panelOf(source, p), panelOf(out, p));
  }

  async #times({ matrix, cuts }: Side, source: Float64Array, out: Float64Array): Promise<void> {
    await this.crew.run(SPARSE_TIMES, TASKS, matrix.offsets, matrix.indices, matrix.values, cuts, source, out);
  }
}
