import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Crew } from './crew.ts';
import { BLOCK_PRODUCT, BLOCK_TIMES, PANELS_OF_PRODUCT, ROWS_AT_ONCE, WIDTH } from './layout.ts';

/**
 * A tall, thin block of vectors in a crew's memory, rows × columns, in doubles. It lies in panels of 8 columns, so
 * that products with sparse matrices work on few bytes at a time:
 *
 *     panel 0: row 0 [c0 … c7]  row 1 [c0 … c7]  …      panel 1: row 0 [c8 … c15]  …
 *
 * Rows are filled up with zeros to `height`, a multiple of four, and columns to a whole panel.
 */
export interface Block {
  readonly rows: number;
  readonly height: number;
  readonly columns: number;
  readonly panels: number;
  /** Length panels × height × 8. */
  readonly data: Float64Array<SharedArrayBuffer>;
}

const panelsOf = (columns: number): number => Math.ceil(columns / WIDTH);

export function newBlock(crew: Crew, rows: number, columns: number): Block {
  const height = Math.ceil(rows / 4) * 4;
  const panels = panelsOf(columns);
  return { rows, height, columns, panels, data: crew.doubles(panels * height * WIDTH) };
}

/** One panel's entries: row by row, 8 a row. */
export const panelOf = ({ height, data }: Block, panel: number): Float64Array<SharedArrayBuffer> =>
  data.subarray(panel * height * WIDTH, (panel + 1) * height * WIDTH);

/** Some columns of a block, in its place. @param first of a panel. */
export function columnsOf(block: Block, first: number, columns: number): Block {
  const begin = first / WIDTH;
  const panels = panelsOf(columns);
  const size = block.height * WIDTH;
  return { ...block, columns, panels, data: block.data.subarray(begin * size, (begin + panels) * size) };
}

/** As rows × columns, row by row. */
export function toRowMajor(block: Block): Float64Array {
  const { rows, columns, panels } = block;
  const entries = new Float64Array(rows * columns);
  for (let p = 0; p < panels; p++) {
    const panel = panelOf(block, p);
    const width = Math.min(WIDTH, columns - p * WIDTH);
    for (let row = 0; row < rows; row++) entries.set(panel.subarray(row * WIDTH, row * WIDTH + width), row * columns + p * WIDTH);
  }
  return entries;
}

/** Overwrites a column with what `next` gives. */
export function fillColumn({ rows, height, data }: Block, column: number, next: () => number): void {
  let place = Math.floor(column / WIDTH) * height * WIDTH + (column % WIDTH);
  for (let row = 0; row < rows; row++, place += WIDTH) data[place] = next();
}

/** AᵀB, columns of A × columns of B. */
export async function product(crew: Crew, a: Block, b: Block): Promise<Matrix> {
  const width = b.panels * WIDTH;
  return await crew.scope(async () => {
    const out = crew.doubles(a.panels * WIDTH * width);
    await crew.run(BLOCK_PRODUCT, Math.ceil(a.panels / PANELS_OF_PRODUCT), a.data, a.panels, b.data, b.panels, a.height, out);
    return new Matrix(Array.from({ length: a.columns }, (_, i) => out.slice(i * width, i * width + b.columns)));
  });
}

/** out = β · out + block · right (columns × columns of out). */
export async function times(crew: Crew, block: Block, right: Matrix, out: Block, beta = 0): Promise<void> {
  await crew.scope(async () => {
    const depth = block.panels * WIDTH;
    const factors = crew.doubles(depth * out.panels * WIDTH);
    for (let i = 0; i < block.columns; i++) right.getRow(i).forEach((value, c) => (factors[(Math.floor(c / WIDTH) * depth + i) * WIDTH + (c % WIDTH)] = value));
    await crew.run(BLOCK_TIMES, Math.ceil(block.height / ROWS_AT_ONCE), block.data, block.height, block.panels, factors, out.data, out.panels, beta);
  });
}

/**
 * Makes the columns orthonormal without changing what they span: by the Cholesky factor of the Gram matrix, twice
 * ("CholeskyQR2", Yamamoto et al. 2015). Where the columns depend on each other so much that there is no factor, a
 * shift of the diagonal brings them near enough first (Fukaya et al. 2020, "Shifted Cholesky QR").
 *
 * @param spare as large as the block.
 * @returns the one of the two that holds the result, then the other.
 */
export async function orthonormalize(crew: Crew, block: Block, spare: Block): Promise<[Block, Block]> {
  scaleColumns(block);
  for (let clean = 0; clean < 2; ) {
    const gram = await product(crew, block, block);
    let cholesky = new CholeskyDecomposition(gram);
    if (cholesky.isPositiveDefinite()) clean++;
    else {
      const { rows, columns } = block;
      const shift = 11 * (rows * columns + columns * (columns + 1)) * Number.EPSILON * gram.trace();
      cholesky = new CholeskyDecomposition(Matrix.add(gram, Matrix.eye(columns).mul(shift)));
    }
    await times(crew, block, invertUpper(cholesky.lowerTriangularMatrix.transpose()), spare);
    [block, spare] = [spare, block];
  }
  return [block, spare];
}

function scaleColumns(block: Block): void {
  for (let column = 0; column < block.columns; column++) {
    const panel = panelOf(block, Math.floor(column / WIDTH));
    let squares = 0;
    for (let place = column % WIDTH; place < panel.length; place += WIDTH) squares += panel[place]! ** 2;
    const factor = 1 / Math.sqrt(squares);
    for (let place = column % WIDTH; place < panel.length; place += WIDTH) panel[place]! *= factor;
  }
}

function invertUpper(upper: Matrix): Matrix {
  const n = upper.rows;
  const inverse = Matrix.zeros(n, n);
  for (let column = 0; column < n; column++) {
    for (let row = column; row >= 0; row--) {
      let sum = row === column ? 1 : 0;
      for (let k = row + 1; k <= column; k++) sum -= upper.get(row, k) * inverse.get(k, column);
      inverse.set(row, column, sum / upper.get(row, row));
    }
  }
  return inverse;
}
