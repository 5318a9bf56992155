/*
 * The innermost product, in 32-bit floats. Operands are packed in panels of 8 rows: entry k of row r is at
 * panel + 32 k + 4 r. Four rows times eight keep their 32 sums in 8 registers; eight times eight would spill.
 */

/** C[4 × 8] += A · Bᵀ. @param a half a panel: its first row is at a. @param b a panel. @param stride of C, in bytes. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function add4x8(c: usize, stride: usize, a: usize, b: usize, depth: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  let t2 = f32x4.splat(0);
  let t3 = f32x4.splat(0);
  for (const end = a + (depth << 5); a < end; a += 32, b += 32) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(a0, low));
    t0 = f32x4.add(t0, f32x4.mul(a0, high));
    const a1 = v128.load32_splat(a, 4);
    s1 = f32x4.add(s1, f32x4.mul(a1, low));
    t1 = f32x4.add(t1, f32x4.mul(a1, high));
    const a2 = v128.load32_splat(a, 8);
    s2 = f32x4.add(s2, f32x4.mul(a2, low));
    t2 = f32x4.add(t2, f32x4.mul(a2, high));
    const a3 = v128.load32_splat(a, 12);
    s3 = f32x4.add(s3, f32x4.mul(a3, low));
    t3 = f32x4.add(t3, f32x4.mul(a3, high));
  }
  v128.store(c, f32x4.add(v128.load(c), s0));
  v128.store(c, f32x4.add(v128.load(c, 16), t0), 16);
  c += stride;
  v128.store(c, f32x4.add(v128.load(c), s1));
  v128.store(c, f32x4.add(v128.load(c, 16), t1), 16);
  c += stride;
  v128.store(c, f32x4.add(v128.load(c), s2));
  v128.store(c, f32x4.add(v128.load(c, 16), t2), 16);
  c += stride;
  v128.store(c, f32x4.add(v128.load(c), s3));
  v128.store(c, f32x4.add(v128.load(c, 16), t3), 16);
}

/** C[8 × 8] += A · Bᵀ of two panels. @param stride of C, in bytes. */
export function addPanels(c: usize, stride: usize, a: usize, b: usize, depth: usize): void {
  add4x8(c, stride, a, b, depth);
  add4x8(c + 4 * stride, stride, a + 16, b, depth);
}
