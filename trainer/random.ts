/**
 * A seeded source of randomness: the same seed gives the same numbers on every machine and at every run.
 * For simulation and linear algebra; never for secrets.
 *
 * The words come from xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c; period 2^128 − 1). Its 128 bits of state are filled by a 32-bit
 * SplitMix (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), with the mixer
 * `16 21f0aaad 15 735a2d97 15` of Chris Wellons' hash-prospector, so that neighbouring seeds give unrelated numbers.
 */
export class Random {
  readonly #state: Uint32Array;
  /** The second of the pair that the polar method makes, until somebody asks for it. */
  #spareNormal: number | undefined;

  /**
   * @param seed an integer; its low 32 bits count.
   * @throws {RangeError} when it is no integer.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is an integer, not ${seed}.`);
    this.#state = splitMix32(seed, 4);
  }

  /** In [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = xoshiro128(this.#state) >>> 5;
    const low = xoshiro128(this.#state) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * A whole number in [0, below), each as likely as the others.
   * @param below 1 to 2^32.
   * @throws {RangeError} when it is not.
   */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) throw new RangeError(`There is no integer from 0 up to below ${below}.`);
    // Words past the last whole multiple of `below` would make the small numbers likelier: draw again.
    const limit = 2 ** 32 - (2 ** 32 % below);
    let word: number;
    do word = xoshiro128(this.#state);
    while (word >= limit);
    return word % below;
  }

  /** From the normal distribution of mean 0 and variance 1, by Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spareNormal = y * scale;
    return x * scale;
  }

  /** Overwrites every entry with an independent `normal()`. */
  fillNormal(target: Float64Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.normal();
  }
}

/**
 * The next word of xoshiro128**, 0 to 2^32 − 1.
 * @param state length 4, not all zero; it moves on by one step.
 */
export function xoshiro128(state: Uint32Array): number {
  const word = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0;
  const shifted = state[1]! << 9;
  state[2]! ^= state[0]!;
  state[3]! ^= state[1]!;
  state[1]! ^= state[2]!;
  state[0]! ^= state[3]!;
  state[2]! ^= shifted;
  state[3] = rotateLeft(state[3]!, 11);
  return word;
}

/** `count` words that follow from `seed`. The mixer is a bijection, so no two of them are equal: never all zero. */
function splitMix32(seed: number, count: number): Uint32Array {
  let counter = seed | 0;
  return Uint32Array.from({ length: count }, () => {
    counter = (counter + 0x9e3779b9) | 0;
    let word = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  });
}

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
