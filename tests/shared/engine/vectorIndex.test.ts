import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { quantizeSq8 } from '../../../shared/artifact/faissSq8.ts';
import { ExactIndex } from '../../../shared/engine/exactIndex.ts';
import { KernelIndex } from '../../../shared/engine/kernelIndex.ts';
import { RowSet } from '../../../shared/engine/rowSet.ts';
import { Random } from '../../../trainer/random.ts';
import { ask, describeVectorIndex, expectBest, tableOf } from '../../contracts/vectorIndex.ts';

const wasm = readKernel();
const module = new WebAssembly.Module(wasm);

describeVectorIndex('ExactIndex', async (table) => new ExactIndex(table));
describeVectorIndex('KernelIndex', (table) => KernelIndex.open(table, module));

describe('KernelIndex', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test('asks its host for the scores of wider rows alone', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'host', name: 'score', kind: 'function' }]);
  });

  test('opens the file itself, too', async () => {
    const index = await KernelIndex.open(tableOf([[1], [2]]), wasm);
    expect(index.engine).toBe('WebAssembly SIMD');
    expect([...index.search(Float32Array.of(1), 1).rows]).toEqual([1]);
  });

  test.each([
    { rows: 50_000, rank: 64 },
    { rows: 3_000, rank: 128 },
    { rows: 0, rank: 1 },
  ])('$rows × $rank take less than 1 MB besides the codes, with a bonus for 20,000', async ({ rows, rank }) => {
    const instantiate = vi.spyOn(WebAssembly, 'instantiate');
    const zeros = { rows, rank, min: new Float32Array(rank), range: new Float32Array(rank), codes: new Uint8Array(rows * rank) };
    const index = await KernelIndex.open(zeros, module);
    index.search(new Float32Array(rank), 1000, new RowSet(rows), new Float64Array(Math.min(rows, 20_000)));
    const { exports } = (await instantiate.mock.results[0]!.value) as unknown as WebAssembly.Instance;
    expect((exports['memory'] as WebAssembly.Memory).buffer.byteLength - rows * rank).toBeLessThan(1e6);
  });

  test('codes of wider rows take a quarter, or half, of these', async () => {
    const instantiate = vi.spyOn(WebAssembly, 'instantiate');
    await KernelIndex.open({ rows: 50_000, rank: 64, values: new Float32Array(50_000 * 64) }, module);
    const { exports } = (await instantiate.mock.results[0]!.value) as unknown as WebAssembly.Instance;
    expect((exports['memory'] as WebAssembly.Memory).buffer.byteLength - 50_000 * 64).toBeLessThan(1e6);
  });

  test('rows that are too short to be among the best are passed over', async () => {
    const random = new Random(1);
    const matrix = (norm: (row: number) => number) => Float64Array.from({ length: 20_000 * 16 }, (_, i) => norm(i >> 4) * random.normal());
    const query = Float32Array.from({ length: 16 }, () => random.normal());
    const seen = async (norm: (row: number) => number, bonus?: Float64Array): Promise<number> => {
      const table = quantizeSq8(matrix(norm), 20_000, 16);
      const index = await KernelIndex.open(table, module);
      expectBest(index, table, query, 10, undefined, bonus);
      return index.scanned;
    };
    expect(await seen((row) => 1 / Math.sqrt(1 + row))).toBeLessThan(1000);
    expect(await seen((row) => 0.001 ** ((row * 7919) % 20_000 / 20_000))).toBeLessThan(4000); // in no order
    expect(await seen((row) => 1 / Math.sqrt(1 + row), Float64Array.of(0, 0.5, 0, -3))).toBeLessThan(1000);
    expect(await seen(() => 1)).toBeGreaterThan(10_000);
  });

  test('near ties by the thousand are all looked at', async () => {
    const near = { store: '8-bit codes', scale: 1, ranges: 'alike', query: 'normal', excluded: 'none', bonus: 'none', bonusLength: 'nothing' } as const;
    for (const codes of ['one step apart', 'all equal', 'few rows'] as const) {
      const { table, query } = ask({ ...near, codes, seed: 7, rows: 20_000, rank: 64, k: 10 });
      const index = await KernelIndex.open(table, module);
      for (const k of [1, 10, 1000]) expectBest(index, table, query, k);
    }
  });

  describe('says what is missing', () => {
    const unavailable = expect.objectContaining({ code: 'WASM_UNAVAILABLE' });
    const noMemory = expect.objectContaining({ code: 'OUT_OF_MEMORY' });
    const table = tableOf([[1]]);

    test('without WebAssembly', async () => {
      vi.stubGlobal('WebAssembly', undefined);
      await expect(KernelIndex.open(table, wasm)).rejects.toEqual(unavailable);
    });
    test('without SIMD, or for a file that is no kernel, and keeps the cause', async () => {
      await expect(KernelIndex.open(table, Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', cause: { name: 'CompileError' } });
    });
    test('where a policy forbids it', async () => {
      const cause = new WebAssembly.CompileError("violates the Content Security Policy directive: 'unsafe-eval'");
      vi.spyOn(WebAssembly, 'instantiate').mockRejectedValue(cause);
      await expect(KernelIndex.open(table, wasm)).rejects.toMatchObject({ code: 'WASM_UNAVAILABLE', cause });
    });
    test('where the codes cannot be addressed', async () => {
      await expect(KernelIndex.open({ ...table, rows: 70_000_000, rank: 64 }, module)).rejects.toEqual(noMemory);
    });
    test('where a bonus has no room, and goes on without one', async () => {
      const { exports } = new WebAssembly.Instance(module, { host: { score: () => NaN } });
      vi.spyOn(WebAssembly, 'instantiate').mockResolvedValue({ exports: { ...exports, reserveBonus: () => 0 } } as never);
      const index = await KernelIndex.open(table, module);
      expect(() => index.search(Float32Array.of(1), 1, undefined, Float64Array.of(1))).toThrow(noMemory);
      expect(index.search(Float32Array.of(1), 1).rows.length).toBe(1);
    });
    test('where memory does not grow', async () => {
      vi.spyOn(WebAssembly, 'instantiate').mockResolvedValue({ exports: { reserve: () => 0 } } as never);
      await expect(KernelIndex.open(table, module)).rejects.toEqual(noMemory);
    });
  });
});

function readKernel(): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(new URL('../../../shared/engine/kernel/kernel.wasm', import.meta.url));
  } catch (cause) {
    throw new Error('kernel.wasm is not built: run "npm run build:kernel".', { cause });
  }
}
