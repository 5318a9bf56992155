/** Next number in [0, 1). */
export type Random = () => number;

/** FNV-1a, over code points. */
export function hash(text: string): number {
  let h = 2166136261;
  for (const sign of text) h = Math.imul(h ^ sign.codePointAt(0)!, 16777619);
  return h >>> 0;
}

/** mulberry32: small, and the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
