import { size } from './arguments';
import { TILE } from '../layout';

/**
 * One task's rows of G = Xᵀ D X, below the diagonal and on it: row i gathers d_u · x_ui · (x_uj, j ≤ i) over the users u
 * of item i, in doubles. X comes by rows (users) and by columns (items), D as the factor of each user.
 *
 * Arguments: matrix (f32), rows of G, stride; by users: offsets, indices, values (f32); by items: offsets, indices,
 * values; d (f64); room for one row of doubles a task. Sizes in entries.
 */
export function gramRows(task: usize): void {
  const matrix = size(0);
  const rows = size(1);
  const stride = size(2) << 2;
  const userOffsets = size(3);
  const userIndices = size(4);
  const userValues = size(5);
  const itemOffsets = size(6);
  const itemIndices = size(7);
  const itemValues = size(8);
  const d = size(9);
  const sums = size(10) + task * (rows << 3);
  // The long rows at the end are the expensive ones; rows that lie apart even tasks out.
  const tasks = (rows + TILE - 1) / TILE;
  for (let i = task; i < rows; i += tasks) {
    memory.fill(sums, 0, (i + 1) << 3);
    for (let entry = load<u32>(itemOffsets + (i << 2)), end = load<u32>(itemOffsets + (i << 2), 4); entry < end; entry++) {
      const user = <usize>load<u32>(itemIndices + (<usize>entry << 2));
      const weight = <f64>load<f32>(itemValues + (<usize>entry << 2)) * load<f64>(d + (user << 3));
      const begin = <usize>load<u32>(userOffsets + (user << 2)) << 2;
      let value = userValues + begin;
      for (let at = userIndices + begin; ; at += 4, value += 4) {
        const j = <usize>load<u32>(at);
        const sum = sums + (j << 3);
        store<f64>(sum, load<f64>(sum) + weight * <f64>load<f32>(value));
        if (j == i) break; // item i is one of the user's, and the others come in order
      }
    }
    const row = matrix + i * stride;
    for (let j: usize = 0; j <= i; j++) store<f32>(row + (j << 2), <f32>load<f64>(sums + (j << 3)));
  }
}
