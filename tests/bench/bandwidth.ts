import asc from 'assemblyscript/asc';
import type { Sq8Table } from '../../shared/artifact/faissSq8.ts';
import type { Search } from '../../web/lab/compare.ts';

/** The floor: a loop that does nothing but read the codes once, 64 bytes a step. It finds nothing. */
export async function openReader({ codes }: Sq8Table): Promise<Search> {
  const source = `export function read(at: usize, end: usize): i64 {
    let a = i64x2.splat(0), b = a, c = a, d = a;
    for (; at < end; at += 64) {
      a = v128.xor(a, v128.load(at)); b = v128.xor(b, v128.load(at, 16));
      c = v128.xor(c, v128.load(at, 32)); d = v128.xor(d, v128.load(at, 48));
    }
    const all = v128.xor(v128.xor(a, b), v128.xor(c, d));
    return i64x2.extract_lane(all, 0) ^ i64x2.extract_lane(all, 1);
  }`;
  const pages = Math.ceil(codes.length / 65_536) + 1;
  const built = await asc.compileString(source, { optimizeLevel: 3, runtime: 'stub', enable: ['simd'], initialMemory: pages });
  if (!built.binary) throw new Error(String(built.stderr));
  const { instance } = await WebAssembly.instantiate(built.binary as Uint8Array<ArrayBuffer>);
  const { memory, read } = instance.exports as unknown as { memory: WebAssembly.Memory; read(at: number, end: number): bigint };
  const at = 1024;
  new Uint8Array(memory.buffer).set(codes, at);
  return () => {
    read(at, at + codes.length);
    return [];
  };
}
