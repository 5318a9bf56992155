import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Crew } from './crew.ts';
import { BLOCK_GRAM, BLOCK_TIMES, ROWS_AT_ONCE, WIDTH } from './layout.ts';

/**
 * A tall, thin block of vectors in a crew's memory, rows × columns, in doubles. It lies in panels of 16 columns, so
 * that products with sparse matrices work on few bytes at a time:
 *
 *     panel 0: row 0 [c0 … c15]  row 1 [c0 … c15]  …      panel 1: row 0 [c16 … c31]  …
 *
 * Rows are filled up with zeros to `height`, a multiple of four, and columns to a whole panel.
 */
export interface Block {
  readonly rows: number;
  readonly height: number;
  readonly columns: number;
  readonly panels: number;
  /** Length panels × height × 16. */
  readonly data: Float64Array<SharedArrayBuffer>;
}

const panelsOf = (columns: number): number => Math.ceil(columns / WIDTH);

export function newBlock(crew: Crew, rows: number, columns: number): Block {
  const height = Math.ceil(rows / 4) * 4;
  const panels = panelsOf(columns);
  return { rows, height, columns, panels, data: crew.doubles(panels * height * WIDTH) };
}

/** One panel's entries: row by row, 16 a row. */
export const panelOf = ({ height, data }: Block, panel: number): Float64Array<SharedArrayBuffer> =>
  data.subarray(panel * height * WIDTH, (panel + 1) * height * WIDTH);

/** The first columns of a block, in its place: what is right of them is lost. */
export function leading(block: Block, columns: number): Block {
  const panels = panelsOf(columns);
  const kept = { ...block, columns, panels, data: block.data.subarray(0, panels * block.height * WIDTH) };
  if (panels > 0) forEachRow(panelOf(kept, panels - 1), (row) => row.fill(0, columns - (panels - 1) * WIDTH));
  return kept;
}

function forEachRow(panel: Float64Array, visit: (row: Float64Array) => void): void {
  for (let at = 0; at < panel.length; at += WIDTH) visit(panel.subarray(at, at + WIDTH));
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

/** Σ f(entry) over each column. @param f gets the entry and its place in `data`. */
export function sumColumns(block: Block, f: (entry: number, place: number, column: number) => number): Float64Array {
  const { rows, height, panels, data } = block;
  const sums = new Float64Array(panels * WIDTH);
  for (let p = 0; p < panels; p++) {
    for (let place = p * height * WIDTH, end = place + rows * WIDTH; place < end; ) {
      for (let column = p * WIDTH; column < (p + 1) * WIDTH; column++, place++) sums[column]! += f(data[place]!, place, column);
    }
  }
  return sums.subarray(0, block.columns);
}

/** AᵀB where that is symmetric: columns × columns. */
export async function symmetricProduct(crew: Crew, a: Block, b: Block): Promise<Matrix> {
  const { columns, height, panels } = a;
  const width = panels * WIDTH;
  return await crew.scope(async () => {
    const out = crew.doubles(width * width);
    await crew.run(BLOCK_GRAM, (panels * (panels + 1)) / 2, a.data, b.data, height, panels, out);
    const product = Matrix.zeros(columns, columns);
    for (let i = 0; i < columns; i++) {
      for (let j = i; j < columns; j++) {
        product.set(i, j, out[i * width + j]!);
        product.set(j, i, out[i * width + j]!);
      }
    }
    return product;
  });
}

/** out = block · right (columns × columns of out). */
export async function times(crew: Crew, block: Block, right: Matrix, out: Block): Promise<void> {
  await crew.scope(async () => {
    const width = out.panels * WIDTH;
    const factors = crew.doubles(block.panels * WIDTH * width);
    for (let i = 0; i < block.columns; i++) factors.set(right.getRow(i), i * width);
    await crew.run(BLOCK_TIMES, Math.ceil(block.height / ROWS_AT_ONCE), block.data, block.height, block.panels, factors, out.data, out.panels);
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
    const gram = await symmetricProduct(crew, block, block);
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
  const { panels, height, columns, data } = block;
  const scale = sumColumns(block, (entry) => entry * entry).map((square) => 1 / Math.sqrt(square));
  for (let p = 0, place = 0; p < panels; p++) {
    const width = Math.min(WIDTH, columns - p * WIDTH);
    for (let row = 0; row < height; row++, place += WIDTH) for (let c = 0; c < width; c++) data[place + c]! *= scale[p * WIDTH + c]!;
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
