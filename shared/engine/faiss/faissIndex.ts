import { FrameRateError, type ErrorCode } from '../../errors.ts';
import type { RowSet } from '../rowSet.ts';
import { checkSearch } from '../scoring.ts';
import type { Hits, VectorIndex } from '../vectorIndex.ts';

/** faiss.wasm, as bytes or compiled; null where it was not built. */
export type FaissWasm = BufferSource | WebAssembly.Module | null;

/** How an index trades time for recall. What an index is read with is what it was written with. */
export interface FaissTuning {
  /** IVF: cells that a search visits, from 1. More find more, and take longer. */
  readonly nprobe?: number;
  /** HNSW: rows that a search keeps in view, from 1. More find more, and take longer. */
  readonly efSearch?: number;
  /** RFlat, Refine: how many times k candidates are scored anew, from 1. */
  readonly kFactor?: number;
}

/**
 * Faiss itself, compiled to WebAssembly: `npm run build:faiss`.
 * @param load called once, now: nothing else of Faiss is loaded before.
 * @throws {FrameRateError} `WASM_UNAVAILABLE` where it was not built, and where WebAssembly, its SIMD or its exceptions are missing.
 */
export async function openFaiss(load: () => Promise<FaissWasm>): Promise<Faiss> {
  const wasm = await load();
  if (!wasm) throw new FrameRateError('WASM_UNAVAILABLE', 'Faiss for WebAssembly was not built: npm run build:faiss');
  try {
    return new Faiss(wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm));
  } catch (cause) {
    throw new FrameRateError('WASM_UNAVAILABLE', 'This device does not run Faiss (WebAssembly with SIMD and exceptions).', undefined, { cause });
  }
}

export class Faiss {
  readonly #module: WebAssembly.Module;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /**
   * Trains an index over inner products and adds every row to it.
   * @param factory Faiss's notation: `Flat`, `SQ8`, `SQ6`, `SQ4`, `SQfp16`, `PQ16`, `PQ32x4`; each also in cells, `IVF256,…`;
   *   `HNSW32`, `HNSW32,SQ8`; and all of these refined: `…,RFlat`, `…,Refine(SQ8)`.
   * @param matrix rows × rank, row-major, all finite.
   * @throws {FrameRateError} `BAD_QUERY` another notation, a matrix that is none or too small to train on;
   *   `OUT_OF_MEMORY`.
   */
  async build(factory: string, matrix: Float32Array, rows: number, rank: number): Promise<FaissIndex> {
    if (!Number.isInteger(rows) || rows < 0 || !Number.isInteger(rank) || rank < 1 || rank > 65_536 || matrix.length !== rows * rank) {
      throw new FrameRateError('BAD_QUERY', `A matrix of ${rows} × ${rank} is not ${matrix.length} numbers.`);
    }
    if (!matrix.every(Number.isFinite)) throw new FrameRateError('BAD_QUERY', 'The matrix holds a value that is no number.');
    const host = await Host.open(this.#module);
    host.writeText(factory);
    host.copyMatrix(matrix);
    host.run('BAD_QUERY', (faiss) => faiss.build(rows, rank));
    return new FaissIndex(host);
  }

  /**
   * Reads what `faiss.write_index` wrote: any index that `build` makes.
   * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` (another type or metric), `TRUNCATED`, `BAD_ARTIFACT`;
   *   `OUT_OF_MEMORY`.
   */
  async read(bytes: Uint8Array): Promise<FaissIndex> {
    const host = await Host.open(this.#module);
    host.source = bytes;
    host.run('BAD_ARTIFACT', (faiss) => faiss.read(bytes.length));
    host.source = NOTHING;
    return new FaissIndex(host);
  }
}

/**
 * An index of Faiss's, as fast and as exact as its type. Scores are those of what it stores, in single precision.
 * Like every VectorIndex it finds k rows where k are left: it looks at all rows where its cells or graph hold too few.
 */
export class FaissIndex implements VectorIndex {
  readonly rows: number;
  readonly rank: number;
  readonly engine: string;
  /** Faiss's notation: `IVF256,SQ8`. */
  readonly description: string;
  readonly #host: Host;

  /** Made by Faiss.build and Faiss.read. */
  constructor(host: Host) {
    this.#host = host;
    this.rows = host.ask('BAD_ARTIFACT', (faiss) => faiss.rows());
    this.rank = host.ask('BAD_ARTIFACT', (faiss) => faiss.rank());
    host.run('BAD_ARTIFACT', (faiss) => faiss.describe());
    this.description = host.readText();
    this.engine = `Faiss ${this.description} (WebAssembly)`;
  }

  /** @throws {FrameRateError} as every VectorIndex, and `BAD_QUERY` for any bonus; `NOT_READY` after `close`. */
  search(query: Float32Array, k: number, excluded?: RowSet, bonus?: Float64Array): Hits {
    checkSearch(this, query, k, excluded);
    if (bonus) throw new FrameRateError('BAD_QUERY', `${this.engine} cannot add a bonus to scores: the exact indexes can.`);
    const host = this.#host;
    host.setQuestion(query, excluded);
    host.run('BAD_QUERY', (faiss) => faiss.search(k, excluded ? 1 : 0));
    return host.copyHits();
  }

  /** @throws {FrameRateError} `BAD_QUERY` where the index has no such knob, or the value is out of range. */
  tune({ nprobe, efSearch, kFactor }: FaissTuning): void {
    const host = this.#host;
    const most = Math.max(1, this.rows);
    if (nprobe !== undefined) host.run('BAD_QUERY', (faiss) => faiss.setNprobe(checked('nprobe', nprobe, most, true)));
    if (efSearch !== undefined) host.run('BAD_QUERY', (faiss) => faiss.setEfSearch(checked('efSearch', efSearch, most, true)));
    if (kFactor !== undefined) host.run('BAD_QUERY', (faiss) => faiss.setKFactor(checked('kFactor', kFactor, most, false)));
  }

  /** The bytes that `faiss.write_index` writes for it, tuning included. */
  write(): Uint8Array<ArrayBuffer> {
    return this.#host.collect((faiss) => faiss.write());
  }

  /** Lets go of its memory. */
  close(): void {
    this.#host.close();
  }
}

function checked(knob: keyof FaissTuning, value: number, most: number, whole: boolean): number {
  if (value >= 1 && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new FrameRateError('BAD_QUERY', `${knob} is ${value}; it goes from 1 to ${most}.`, `/${knob}`);
}

/** What api.cpp exports; the words are explained there. Addresses are below 2 GB. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  text(): number;
  textBytes(): number;
  rows(): number;
  rank(): number;
  query(): number;
  excluded(): number;
  foundRows(): number;
  foundScores(): number;
  foundCount(): number;
  matrix(values: number): number;
  build(rows: number, rank: number): number;
  read(bytes: number): number;
  write(): number;
  describe(): number;
  search(k: number, filtered: number): number;
  setNprobe(nprobe: number): number;
  setEfSearch(efSearch: number): number;
  setKFactor(kFactor: number): number;
}

/** As `Code` in failure.h counts. */
const CODES: readonly (ErrorCode | null)[] = [
  null,
  'TRUNCATED',
  'BAD_MAGIC',
  'UNSUPPORTED_VERSION',
  'BAD_ARTIFACT',
  'BAD_QUERY',
  'OUT_OF_MEMORY',
];

const NOTHING = new Uint8Array(0);

/** One instance of the module, which holds one index. The one place that sees its memory: all goes in and comes out as a copy. */
class Host {
  /** What `pull` takes from. */
  source = NOTHING as Uint8Array;
  #sourceAt = 0;
  #sink = NOTHING;
  #sinkAt = 0;
  #faiss: Exports | null = null;

  static async open(module: WebAssembly.Module): Promise<Host> {
    const host = new Host();
    try {
      const instance = await WebAssembly.instantiate(module, host.#imports());
      host.#faiss = instance.exports as unknown as Exports;
    } catch (cause) {
      throw new FrameRateError('OUT_OF_MEMORY', 'There is not enough memory for Faiss here.', undefined, { cause });
    }
    host.#faiss._initialize();
    return host;
  }

  /** Runs what answers with one of CODES. */
  run(broken: ErrorCode, call: (faiss: Exports) => number): void {
    const code = CODES[this.ask(broken, call)];
    if (code) throw new FrameRateError(code, this.readText());
  }

  /** @param broken what it means when the module itself breaks (a bug, or bytes that no check foresaw): the index is gone then. */
  ask(broken: ErrorCode, call: (faiss: Exports) => number): number {
    const faiss = this.#open();
    try {
      return call(faiss);
    } catch (cause) {
      if (cause instanceof FrameRateError) throw cause;
      this.close();
      throw new FrameRateError(broken, 'Faiss stopped at a fault of its own. Open the index again.', undefined, { cause });
    }
  }

  writeText(text: string): void {
    const faiss = this.#open();
    const target = new Uint8Array(faiss.memory.buffer, faiss.text(), faiss.textBytes());
    const { read, written } = new TextEncoder().encodeInto(text, target.subarray(0, -1));
    if (read !== text.length || text.includes('\0')) throw new FrameRateError('BAD_QUERY', 'This is no description of an index: it is too long, or no text.');
    target[written] = 0;
  }

  readText(): string {
    const faiss = this.#open();
    const bytes = new Uint8Array(faiss.memory.buffer, faiss.text(), faiss.textBytes());
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  copyMatrix(matrix: Float32Array): void {
    const at = this.ask('BAD_QUERY', (faiss) => faiss.matrix(matrix.length));
    if (at === 0 && matrix.length > 0) throw new FrameRateError('OUT_OF_MEMORY', this.readText());
    new Float32Array(this.#open().memory.buffer, at, matrix.length).set(matrix);
  }

  setQuestion(query: Float32Array, excluded: RowSet | undefined): void {
    const faiss = this.#open();
    new Float32Array(faiss.memory.buffer, faiss.query(), query.length).set(query);
    if (excluded) new Uint32Array(faiss.memory.buffer, faiss.excluded(), excluded.words.length).set(excluded.words);
  }

  copyHits(): Hits {
    const faiss = this.#open();
    const count = faiss.foundCount();
    return {
      rows: new Uint32Array(faiss.memory.buffer, faiss.foundRows(), count).slice(),
      scores: Float64Array.from(new Float32Array(faiss.memory.buffer, faiss.foundScores(), count)),
    };
  }

  /** What `call` pushes: once to count it, once to keep it. */
  collect(call: (faiss: Exports) => number): Uint8Array<ArrayBuffer> {
    this.#sink = NOTHING;
    for (let pass = 0; pass < 2; pass++) {
      if (pass === 1) this.#sink = new Uint8Array(this.#sinkAt);
      this.#sinkAt = 0;
      this.run('BAD_ARTIFACT', call);
    }
    const bytes = this.#sink;
    this.#sink = NOTHING;
    return bytes;
  }

  close(): void {
    this.#faiss = null;
  }

  #open(): Exports {
    if (!this.#faiss) throw new FrameRateError('NOT_READY', 'This index was closed. Open it again.');
    return this.#faiss;
  }

  #imports(): WebAssembly.Imports {
    return {
      host: {
        pull: (to: number, bytes: number) => {
          const target = new Uint8Array(this.#open().memory.buffer, to, bytes);
          target.set(this.source.subarray(this.#sourceAt, this.#sourceAt + bytes));
          this.#sourceAt += bytes;
        },
        push: (from: number, bytes: number) => {
          if (this.#sink.length > 0) this.#sink.set(new Uint8Array(this.#open().memory.buffer, from, bytes), this.#sinkAt);
          this.#sinkAt += bytes;
        },
      },
      env: { emscripten_notify_memory_growth: () => undefined },
      // There are no files, and what Faiss prints is for nobody. Its clock only feeds its statistics.
      wasi_snapshot_preview1: {
        clock_time_get: () => WASI_NOT_SUPPORTED,
        fd_close: () => WASI_NOT_SUPPORTED,
        fd_read: () => WASI_NOT_SUPPORTED,
        fd_seek: () => WASI_NOT_SUPPORTED,
        fd_write: () => WASI_NOT_SUPPORTED,
        proc_exit: () => {
          throw new Error('Faiss ended itself.');
        },
      },
    };
  }
}

const WASI_NOT_SUPPORTED = 58;
