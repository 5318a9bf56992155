import type { Csr } from '../ratings/sparse.ts';
import type { Crew } from './crew.ts';
import { GRAM_ROWS, TILE } from './layout.ts';
import { share, shareTransposed } from './sharedCsr.ts';
import { newSymmetric, type Symmetric } from './symmetric.ts';

/**
 * The lower triangle (j ≤ i) of G = Xᵀ D X over the first `columns` columns of X, summed in doubles, kept in 32 bits.
 * @param x users × items, items ascending in each row.
 * @param columns of X that count: items come most rated first, so these are the most rated. Default: all.
 * @param d the factor of each user, length x.rows. Default: ones.
 */
export async function gram(crew: Crew, x: Csr, { columns = x.cols, d }: { columns?: number; d?: Float64Array } = {}): Promise<Symmetric> {
  const result = newSymmetric(crew, columns);
  await crew.scope(async () => {
    const users = share(crew, x);
    const items = shareTransposed(crew, x);
    const factors = crew.doubles(x.rows);
    if (d) factors.set(d);
    else factors.fill(1);
    const tasks = Math.ceil(columns / TILE);
    const sums = crew.doubles(tasks * columns);
    await crew.run(GRAM_ROWS, tasks, result.data, columns, result.stride, users.offsets, users.indices, users.values, items.offsets, items.indices, items.values, factors, sums);
  });
  return result;
}
