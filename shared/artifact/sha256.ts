/** The first 64 primes: from them FIPS 180-4 takes its constants (4.2.2, 5.3.3). */
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
/** The first 32 bits of a fraction. Doubles hold 49 of these and more, so what is rounded in the last ones does not reach them. */
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0;
const ROUNDS = primes.map((prime) => fraction(Math.cbrt(prime)));
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const BLOCK_BYTES = 64;

/**
 * SHA-256, for where the browser has none (digest.ts). By hand, because a library's weighs a tenth of the web widget.
 * Source: FIPS 180-4, section 6.2.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.from(START);
  const whole = bytes.byteLength - (bytes.byteLength % BLOCK_BYTES);
  digestBlocks(state, bytes.subarray(0, whole));
  // A one, zeros, and the length in bits fill the last block, or the last two.
  const rest = bytes.subarray(whole);
  const last = new Uint8Array(rest.byteLength + 9 > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES);
  last.set(rest);
  last[rest.byteLength] = 0x80;
  const end = new DataView(last.buffer);
  end.setUint32(last.byteLength - 8, Math.floor(bytes.byteLength / 2 ** 29));
  end.setUint32(last.byteLength - 4, bytes.byteLength << 3);
  digestBlocks(state, last);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((value, i) => digest.setInt32(i * 4, value));
  return new Uint8Array(digest.buffer);
}

/** Takes whole blocks into the state, where they lie: a file may be large. */
function digestBlocks(state: Int32Array, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Int32Array(64);
  let [h0, h1, h2, h3, h4, h5, h6, h7] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let block = 0; block < bytes.byteLength; block += BLOCK_BYTES) {
    let [a, b, c, d, e, f, g, h] = [h0, h1, h2, h3, h4, h5, h6, h7];
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = view.getInt32(block + i * 4);
      } else {
        const early = words[i - 15]!;
        const late = words[i - 2]!;
        words[i] = words[i - 16]! + words[i - 7]! + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
      }
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i]! + words[i]!) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
    h5 = (h5 + f) | 0;
    h6 = (h6 + g) | 0;
    h7 = (h7 + h) | 0;
  }
  state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
}

const turn = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));
