import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { columnsOf, fillColumn, newBlock, orthonormalize, product, times, toRowMajor, type Block } from '../../../trainer/linalg/block.ts';
import { Crew } from '../../../trainer/linalg/crew.ts';
import { WIDTH } from '../../../trainer/linalg/layout.ts';
import { SparseOperator } from '../../../trainer/linalg/sparseOperator.ts';
import { Random } from '../../../trainer/random.ts';
import { ratingsLike, sparse } from './matrices.ts';

function fill(block: Block, matrix: Matrix): Block {
  for (let c = 0; c < block.columns; c++) {
    let row = 0;
    fillColumn(block, c, () => matrix.get(row++, c));
  }
  return block;
}

const toMatrix = (block: Block): Matrix => Matrix.from1DArray(block.rows, block.columns, toRowMajor(block));

function normal(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  return new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal())));
}

const distance = (a: Matrix, b: Matrix): number => Matrix.sub(a, b).abs().max();

// Around the sizes of panels, of fours of rows and of the rows and panels of a task.
describe.each([[1, 1], [3, 2], [5, 16], [127, 17], [128, 33], [130, 48], [300, 15], [260, 150]])('a block of %i × %i', (rows, columns) => {
  test('has the products that ml-matrix finds', async () => {
    await Crew.with({ threads: 2 }, async (crew) => {
      const [a, b] = [normal(rows, columns, 1), normal(columns, 20, 2)];
      const block = fill(newBlock(crew, rows, columns), a);
      expect(distance(toMatrix(block), a)).toBe(0);
      const out = newBlock(crew, rows, 20);
      await times(crew, block, b, out);
      expect(distance(toMatrix(out), a.mmul(b))).toBeLessThan(1e-12);
      await times(crew, block, b, out, -3);
      expect(distance(toMatrix(out), a.mmul(b).mul(-2))).toBeLessThan(1e-12);
      expect(distance(await product(crew, block, out), a.transpose().mmul(a).mmul(b).mul(-2))).toBeLessThan(1e-10);
      // Zeros beyond its edges stay zeros: later products count on it.
      for (let place = 0; place < out.data.length; place++) {
        const [row, column] = [Math.floor(place / WIDTH) % out.height, Math.floor(place / WIDTH / out.height) * WIDTH + (place % WIDTH)];
        if (row >= rows || column >= 20) expect(out.data[place]).toBe(0);
      }
    });
  });

  test('is as sparse products want it', async () => {
    await Crew.with({ threads: 2 }, async (crew) => {
      const dense = ratingsLike(41, rows, 3);
      const [a, x] = [new Matrix(dense), normal(rows, columns, 4)];
      const operator = new SparseOperator(crew, sparse(dense));
      const [source, out] = [fill(newBlock(crew, rows, columns), x), newBlock(crew, rows, columns)];
      await operator.gramTimes(source, out);
      expect(distance(toMatrix(out), a.transpose().mmul(a).mmul(x))).toBeLessThan(1e-8);

      const z = normal(41, columns, 6);
      const left = fill(newBlock(crew, 41, columns), z);
      const turned = new SparseOperator(crew, sparse(dense), true);
      await turned.times(left, out);
      expect(distance(toMatrix(out), a.transpose().mmul(z))).toBeLessThan(1e-9);
      await turned.gramTimes(left, left);
      expect(distance(toMatrix(left), a.mmul(a.transpose()).mmul(z))).toBeLessThan(1e-8);
    });
  });
});

test('columns of a block are a block in its place', async () => {
  await Crew.with({ threads: 1 }, async (crew) => {
    const matrix = normal(9, 40, 7);
    const block = fill(newBlock(crew, 9, 40), matrix);
    for (const [first, columns] of [[0, 40], [0, 16], [16, 24], [24, 3], [32, 8], [0, 32]] as const) {
      expect(distance(toMatrix(columnsOf(block, first, columns)), matrix.subMatrix(0, 8, first, first + columns - 1))).toBe(0);
    }
  });
});

test.each([1, 1e-5, 1e-9, 1e-13])('orthonormalize makes columns orthonormal that differ by %d', async (difference) => {
  await Crew.with({ threads: 1 }, async (crew) => {
    const matrix = normal(300, 12, 2);
    for (let row = 0; row < 300; row++) for (let c = 1; c < 12; c++) matrix.set(row, c, matrix.get(row, 0) + difference * matrix.get(row, c));
    const [block] = await orthonormalize(crew, fill(newBlock(crew, 300, 12), matrix), newBlock(crew, 300, 12));
    expect(distance(await product(crew, block, block), Matrix.eye(12))).toBeLessThan(1e-9);
  });
});
