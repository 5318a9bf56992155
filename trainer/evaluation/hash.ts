/** murmur3's 32-bit finaliser (Appleby 2011): every bit of the input moves half of the output's. */
export function fmix32(value: number): number {
  let h = value >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a, 32 bits, of the UTF-8 bytes (Fowler, Noll & Vo). */
export function fnv1a32(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** An id as 32 bits: integers are themselves (modulo 2³²), text is hashed. */
export const idBits = (id: string | number): number => (typeof id === 'number' ? Number(BigInt.asUintN(32, BigInt(id))) : fnv1a32(id));
