// Math.log and Math.exp may differ in their last bits from one JavaScript engine to the next; sums and products may not.
// What an order depends on is therefore computed with these.

const bits = new DataView(new ArrayBuffer(8));
const SQRT_2 = 1.4142135623730951;
const SUBNORMAL_SCALE = 2 ** 54;

/** Natural logarithm to about one part in 10¹⁵, the same bits everywhere. @param x above 0, finite. */
export function ln(x: number): number {
  if (x < 2 ** -1022) return ln(x * SUBNORMAL_SCALE) - 54 * Math.LN2;
  // x = m · 2^e with m from √½ to √2
  bits.setFloat64(0, x);
  let exponent = (bits.getUint16(0) >>> 4) - 1023;
  bits.setUint16(0, (bits.getUint16(0) & 0xf) | 0x3ff0);
  let m = bits.getFloat64(0);
  if (m > SQRT_2) {
    m /= 2;
    exponent++;
  }
  // ln m = 2 artanh t = 2 (t + t³/3 + t⁵/5 …)
  const t = (m - 1) / (m + 1);
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * t * t + 1 / n;
  return exponent * Math.LN2 + 2 * t * sum;
}

/** e^x to about one part in 10¹⁵, the same bits everywhere. @param x from −700 to 700. */
export function exp(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2;
  let sum = 1;
  for (let n = 16; n >= 1; n--) sum = 1 + (sum * rest) / n;
  bits.setFloat64(0, 1);
  bits.setUint16(0, (1023 + halvings) << 4);
  return sum * bits.getFloat64(0);
}
