import type { Sq8Table } from '../artifact/faissSq8.ts';
import type { FactorTable, WideTable } from '../artifact/factorTable.ts';
import { FrameRateError } from '../errors.ts';
import { NearCodes } from './nearCodes.ts';
import type { RowSet } from './rowSet.ts';
import { checkSearch, scoreRow, toCodeQuery } from './scoring.ts';
import type { Hits, VectorIndex } from './vectorIndex.ts';

/** What kernel/kernel.ts exports; the words are explained there. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly stride: WebAssembly.Global<'i32'>;
  readonly codes: WebAssembly.Global<'i32'>;
  readonly weights: WebAssembly.Global<'i32'>;
  readonly excluded: WebAssembly.Global<'i32'>;
  readonly zeros: WebAssembly.Global<'i32'>;
  readonly steps: WebAssembly.Global<'i32'>;
  readonly bonus: WebAssembly.Global<'i32'>;
  readonly candidates: WebAssembly.Global<'i32'>;
  readonly scanned: WebAssembly.Global<'i32'>;
  arrange(): void;
  reserve(rows: number, rank: number): number;
  reserveBonus(bonuses: number): number;
  search(base: number, k: number, filtered: number, bonuses: number, near: number, blur: number): number;
}

/** What kernel/kernel.ts asks its host for. */
type Score = (row: number) => number;

/** A question, as the kernel takes it. */
interface Asked {
  readonly base: number;
  readonly weights: Float64Array;
  /** Where codes are only near the factors: how far off they can make a score, and the score. */
  readonly blur?: number;
}

const noScore: Score = () => NaN; // nobody asks for it

/** The WASM kernel as an index. The one file that sees its memory: everything goes in and comes out as a copy. */
export class KernelIndex implements VectorIndex {
  readonly rows: number;
  readonly rank: number;
  readonly engine = 'WebAssembly SIMD';
  readonly #kernel: Kernel;
  readonly #fold: (query: Float32Array) => Asked;

  private constructor({ rows, rank }: FactorTable, kernel: Kernel, fold: (query: Float32Array) => Asked) {
    this.rows = rows;
    this.rank = rank;
    this.#kernel = kernel;
    this.#fold = fold;
  }

  /**
   * @param table its codes are copied, once. A wider one is copied as codes near it, and asked for the scores of what they find.
   * @param wasm kernel.wasm.
   * @throws {FrameRateError} `WASM_UNAVAILABLE` where WebAssembly or its SIMD is missing or forbidden; `OUT_OF_MEMORY`.
   */
  static async open(table: FactorTable, wasm: BufferSource | WebAssembly.Module): Promise<KernelIndex> {
    let score = noScore;
    const kernel = await instantiate(wasm, (row) => score(row));
    if (table.rows * table.rank > 0xffff_ffff || !kernel.reserve(table.rows, table.rank)) {
      throw new FrameRateError('OUT_OF_MEMORY', `There is not enough memory for an index of ${table.rows} × ${table.rank} here.`);
    }
    if ('codes' in table) {
      fillCodes(kernel, table);
      const ranges = { ...table, codes: new Uint8Array(0) }; // the caller may let go of the codes
      return new KernelIndex(table, kernel, (query) => toCodeQuery(ranges, query));
    }
    const near = fillNearCodes(kernel, table);
    return new KernelIndex(table, kernel, (query) => {
      const exact = toCodeQuery(table, query);
      score = (row) => scoreRow(table, exact, row);
      return { base: 0, ...near.fold(query) };
    });
  }

  /** How many rows the last search had to look at: others were too short to be among the best. */
  get scanned(): number {
    return Math.min(this.rows, this.#kernel.scanned.value);
  }

  /** @throws {FrameRateError} as every VectorIndex; `OUT_OF_MEMORY` where that for the bonuses is short. */
  search(query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): Hits {
    checkSearch(this, query, k, excluded, bonus);
    const { base, weights, blur } = this.#fold(query);
    if (bonus && !this.#kernel.reserveBonus(bonus.length)) {
      throw new FrameRateError('OUT_OF_MEMORY', `There is not enough memory for a bonus of ${bonus.length} rows here.`);
    }
    const { buffer } = this.#kernel.memory; // reserveBonus may have made it another
    new Float64Array(buffer, address(this.#kernel.weights), this.rank).set(weights);
    if (excluded) new Uint32Array(buffer, address(this.#kernel.excluded), excluded.words.length).set(excluded.words);
    if (bonus) new Float64Array(buffer, address(this.#kernel.bonus), bonus.length).set(bonus);
    const count = this.#kernel.search(base, k, excluded ? 1 : 0, bonus?.length ?? 0, blur === undefined ? 0 : 1, blur ?? 0);

    // A candidate is a row (4 bytes), a sum (4) and a score (8).
    const at = address(this.#kernel.candidates);
    const foundRows = new Uint32Array(buffer, at, count * 4);
    const foundScores = new Float64Array(buffer, at, count * 2);
    const rows = new Uint32Array(count);
    const scores = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      rows[i] = foundRows[i * 4]!;
      scores[i] = foundScores[i * 2 + 1]!;
    }
    return { rows, scores };
  }
}

async function instantiate(wasm: BufferSource | WebAssembly.Module, score: Score): Promise<Kernel> {
  try {
    const module = wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm);
    const instance = await WebAssembly.instantiate(module, { host: { score } });
    return instance.exports as unknown as Kernel;
  } catch (cause) {
    // No WebAssembly at all, an engine without SIMD, a policy that forbids it: what helps is the same.
    throw new FrameRateError('WASM_UNAVAILABLE', 'This device does not run the fast search (WebAssembly SIMD).', undefined, { cause });
  }
}

function codesOf(kernel: Kernel, rows: number): { target: Uint8Array; stride: number } {
  const stride: number = kernel.stride.value;
  return { target: new Uint8Array(kernel.memory.buffer, address(kernel.codes), rows * stride), stride };
}

function fillNearCodes(kernel: Kernel, table: WideTable): NearCodes {
  const { target, stride } = codesOf(kernel, table.rows);
  const near = new NearCodes(table, target, stride);
  arrange(kernel, near.start, near.step);
  return near;
}

function fillCodes(kernel: Kernel, { rows, rank, codes, min, range }: Sq8Table): void {
  const { target, stride } = codesOf(kernel, rows);
  if (stride === rank) {
    target.set(codes);
  } else {
    for (let row = 0; row < rows; row++) target.set(codes.subarray(row * rank, (row + 1) * rank), row * stride);
  }
  arrange(kernel, min, Float64Array.from(range, (span) => span / 255));
}

/** Code c of dimension d stands for start[d] + (c + ½) · step[d]. */
function arrange(kernel: Kernel, start: ArrayLike<number>, step: Float64Array): void {
  const largest = step.reduce((most, value) => Math.max(most, value), 0) || 1;
  const { buffer } = kernel.memory;
  const zeros = new Float64Array(buffer, address(kernel.zeros), step.length);
  const steps = new Float64Array(buffer, address(kernel.steps), step.length);
  for (let d = 0; d < step.length; d++) {
    zeros[d] = step[d]! === 0 ? 0 : Math.min(255, Math.max(0, -start[d]! / step[d]! - 0.5));
    steps[d] = step[d]! / largest;
  }
  kernel.arrange();
}

/** An address above 2 GB comes out of WebAssembly as a negative number. */
function address(global: WebAssembly.Global<'i32'>): number {
  return global.value >>> 0;
}
