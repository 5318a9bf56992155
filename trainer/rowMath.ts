import { Matrix } from 'ml-matrix';

/** a · b[from …], as long as a is. */
export function dot(a: Float64Array, b: Float64Array, from = 0): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[from + i]!;
  return sum;
}

/** target += factor · source[from …], as long as the target is. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array, from = 0): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[from + i]!;
}

/** AᵀA of a matrix with few columns. @param data rows × columns, row-major. */
export function gramOf(data: Float64Array, columns: number): Matrix {
  const sums = Array.from({ length: columns }, () => new Float64Array(columns));
  for (let start = 0; start < data.length; start += columns) {
    for (let c = 0; c < columns; c++) addScaled(sums[c]!, data[start + c]!, data, start);
  }
  return new Matrix(sums.map((row) => Array.from(row)));
}
