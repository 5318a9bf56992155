import type { Sq8Table } from '../artifact/faissSq8.ts';
import type { FactorRows, FactorTable, HeldCodes, WideTable } from '../artifact/factorTable.ts';
import { FrameRateError } from '../errors.ts';
import { NearCodes } from './nearCodes.ts';
import type { RowSet } from './rowSet.ts';
import { checkSearch, scoreRow, toCodeQuery } from './scoring.ts';
import type { ExactSearch, Hits } from './vectorIndex.ts';

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
  readonly order: WebAssembly.Global<'i32'>;
  readonly candidates: WebAssembly.Global<'i32'>;
  readonly scanned: WebAssembly.Global<'i32'>;
  arrange(): void;
  reserve(rows: number, rank: number): number;
  reserveBonus(bonuses: number): number;
  search(base: number, k: number, filtered: number, bonuses: number, near: number, blur: number): number;
}

/** A question, as the kernel takes it. */
interface Asked {
  readonly base: number;
  readonly weights: Float64Array;
  /** Where codes are only near the factors: how far off they can make a score, and the score. */
  readonly blur?: number;
}

/** Rows that the kernel arranges among themselves. */
const CHUNK = 256;

/** The WASM kernel as an index. The one file that sees its memory: everything goes in and comes out as a copy. */
export class KernelIndex implements ExactSearch {
  readonly rows: number;
  readonly rank: number;
  readonly engine = 'WebAssembly SIMD';
  readonly #kernel: Kernel;
  readonly #fold: (query: Float32Array) => Asked;

  /** Made by `open`, or by KernelRoom. */
  constructor(
    readonly factors: FactorRows,
    kernel: Kernel,
    fold: (query: Float32Array) => Asked,
  ) {
    this.rows = factors.rows;
    this.rank = factors.rank;
    this.#kernel = kernel;
    this.#fold = fold;
  }

  /**
   * @param table its codes are copied, once, and come back as `factors`: the table is not needed any more. A wider one is
   *   copied as codes near it, and asked for the scores of what they find.
   * @param wasm kernel.wasm.
   * @throws {FrameRateError} `WASM_UNAVAILABLE` where WebAssembly or its SIMD is missing or forbidden; `OUT_OF_MEMORY`.
   */
  static async open(table: FactorTable, wasm: BufferSource | WebAssembly.Module): Promise<KernelIndex> {
    return (await KernelRoom.reserve(table, wasm)).open(table);
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

/** A kernel with memory for so many rows. They come once. */
export class KernelRoom {
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #bytes: number;

  private constructor(kernel: Kernel, host: Host, bytes: number) {
    this.#kernel = kernel;
    this.#host = host;
    this.#bytes = bytes;
  }

  /** @throws {FrameRateError} as KernelIndex.open. */
  static async reserve({ rows, rank }: { readonly rows: number; readonly rank: number }, wasm: BufferSource | WebAssembly.Module): Promise<KernelRoom> {
    const host: Host = { score: () => NaN }; // nobody asks for it
    const kernel = await instantiate(wasm, host);
    if (rows * rank > 0xffff_ffff || !kernel.reserve(rows, rank)) {
      throw new FrameRateError('OUT_OF_MEMORY', `There is not enough memory for an index of ${rows} × ${rank} here.`);
    }
    return new KernelRoom(kernel, host, rows * rank);
  }

  /**
   * Memory for a file that ends with the codes, which come to lie where they are searched. What is before them in the file is
   * for a while where the kernel will work: it takes 26 bytes a dimension there, a file 8.
   * @param start where the codes begin in the file.
   */
  forFile(start: number): Uint8Array<ArrayBuffer> {
    const { memory, codes } = this.#kernel;
    return new Uint8Array(memory.buffer as ArrayBuffer, address(codes) - start, start + this.#bytes);
  }

  /** @param table as large as was said; its codes in the memory of `forFile`, or anywhere. Once. */
  open(table: FactorTable): KernelIndex {
    const kernel = this.#kernel;
    if ('codes' in table) {
      fillCodes(kernel, table);
      const held = new CodesInKernel(kernel, table);
      return new KernelIndex(held, kernel, (query) => toCodeQuery(held, query));
    }
    const near = fillNearCodes(kernel, table);
    return new KernelIndex(table, kernel, (query) => {
      const exact = toCodeQuery(table, query);
      this.#host.score = (row) => scoreRow(table, exact, row);
      return { base: 0, ...near.fold(query) };
    });
  }
}

/** Whom kernel/kernel.ts asks. */
interface Host {
  /** The score of a row that is wider than its codes. */
  score(row: number): number;
}

async function instantiate(wasm: BufferSource | WebAssembly.Module, host: Host): Promise<Kernel> {
  try {
    const module = wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm);
    const instance = await WebAssembly.instantiate(module, { host: { score: (row: number) => host.score(row) } });
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
  // Where they are the same bytes already, this does nothing.
  target.set(codes);
  if (stride !== rank) {
    for (let row = rows - 1; row >= 0; row--) {
      target.copyWithin(row * stride, row * rank, (row + 1) * rank);
      target.fill(0, row * stride + rank, (row + 1) * stride);
    }
  }
  arrange(kernel, min, Float64Array.from(range, (span) => span / 255));
}

/** The codes that a kernel scans, for whoever needs single rows: the table that they came in is not kept. */
class CodesInKernel implements HeldCodes {
  readonly rows: number;
  readonly rank: number;
  readonly min: Float32Array;
  readonly range: Float32Array;
  readonly #kernel: Kernel;
  #bytes: Uint8Array;

  constructor(kernel: Kernel, { rows, rank, min, range }: Sq8Table) {
    this.rows = rows;
    this.rank = rank;
    this.min = min;
    this.range = range;
    this.#kernel = kernel;
    this.#bytes = new Uint8Array(kernel.memory.buffer);
  }

  get bytes(): Uint8Array {
    const { buffer } = this.#kernel.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer); // it has grown
    return this.#bytes;
  }

  startOf(row: number): number {
    const { bytes } = this;
    const first = row - (row % CHUNK);
    const order = address(this.#kernel.order) + first;
    let place = 0;
    while (bytes[order + place] !== row - first) place++;
    return address(this.#kernel.codes) + (first + place) * this.#kernel.stride.value;
  }
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
