import type { IalsParameters } from '../../shared/artifact/manifest.ts';
import { newBlock, product, fillColumn, toRowMajor, type Block } from '../linalg/block.ts';
import { Crew, type CrewOptions, type Watch } from '../linalg/crew.ts';
import { ALS_ROWS, GATHERED, WIDTH } from '../linalg/layout.ts';
import { cut, share, shareTransposed, TASKS, type Side } from '../linalg/sharedCsr.ts';
import { Random } from '../random.ts';
import type { Csr } from '../ratings/sparse.ts';

/**
 * Implicit alternating least squares as Rendle et al. 2021 ("Revisiting the Performance of iALS on Item Recommendation
 * Benchmarks") tune it. With x the vectors of users and y those of items it minimises
 *
 *     Σ v_ui (x_u·y_i − 1)² over the entries  +  α0 Σ (x_u·y_i)² over all pairs
 *     + λ Σ (n_u + α0 · items)^ν |x_u|²  +  λ Σ (n_i + α0 · users)^ν |y_i|²
 *
 * n being the sum of the values v in a row or a column: a rating counts once, and more where its value is above one.
 * Who was not there is folded in by the engine's ridgeRule.ts.
 */
export type IalsSettings = Pick<IalsParameters, 'rank' | 'unobservedWeight' | 'regularization' | 'frequencyExponent' | 'epochs' | 'seed'>;

/** Standard deviation of a vector's length at the start. */
const START = 0.1;

export interface IalsFactors {
  readonly rank: number;
  /** Users × rank, by rows; likewise items. */
  readonly users: Float64Array;
  readonly items: Float64Array;
}

/** @param x users × items; its values weigh and are above zero. The same bits for a seed, whatever the number of threads. */
export async function trainIals(x: Csr, parameters: IalsSettings, { onProgress, signal, ...options }: CrewOptions & Watch = {}): Promise<IalsFactors> {
  const { rank, epochs, seed } = parameters;
  return await Crew.with(options, async (crew) => {
    const users = { block: newBlock(crew, x.rows, rank), side: cut(crew, share(crew, x)) };
    const items = { block: newBlock(crew, x.cols, rank), side: cut(crew, shareTransposed(crew, x)) };
    const random = new Random(seed);
    for (let column = 0; column < rank; column++) fillColumn(items.block, column, () => (START / Math.sqrt(rank)) * random.normal());
    const [userRidges, itemRidges] = [shareRidges(crew, users.side, x.cols, parameters), shareRidges(crew, items.side, x.rows, parameters)];
    for (let epoch = 0; epoch < epochs; epoch++) {
      signal?.throwIfAborted();
      await solveRows(crew, users.side, items.block, users.block, userRidges, parameters);
      signal?.throwIfAborted();
      await solveRows(crew, items.side, users.block, items.block, itemRidges, parameters);
      onProgress?.(epoch + 1, epochs);
    }
    return { rank, users: toRowMajor(users.block), items: toRowMajor(items.block) };
  });
}

/** λ (n + α0 · others)^ν of each row, n being the sum of its values. @param others how many columns there are. */
function shareRidges(crew: Crew, { matrix: { rows, offsets, values } }: Side, others: number, { unobservedWeight, regularization, frequencyExponent }: IalsSettings): Float64Array {
  const ridges = crew.doubles(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) sum += values[entry]!;
    ridges[row] = regularization * (sum + unobservedWeight * others) ** frequencyExponent;
  }
  return ridges;
}

/** Solves for all rows of `out`, the others' `factors` being as they are. */
async function solveRows(crew: Crew, { matrix, cuts }: Side, factors: Block, out: Block, ridges: Float64Array, { unobservedWeight }: IalsSettings): Promise<void> {
  const width = factors.panels * WIDTH;
  const all = await product(crew, factors, factors);
  await crew.scope(async () => {
    const gram = crew.doubles(width * width);
    for (let i = 0; i < all.rows; i++) gram.set(all.getRow(i).map((value) => unobservedWeight * value), i * width);
    const roomLength = (width + GATHERED + 1) * width;
    const room = crew.doubles(TASKS * roomLength);
    const { offsets, indices, values } = matrix;
    await crew.run(ALS_ROWS, TASKS, offsets, indices, values, cuts, factors.data, factors.height, out.data, out.height, out.panels, gram, ridges, room, roomLength * 8);
  });
}
