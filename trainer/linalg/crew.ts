import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { InputError } from '../inputError.ts';
import { ARGUMENTS, DONE, FAILED, HEAP, JOB, LEFT, TASKS, TURN } from './layout.ts';

/** What kernels/kernels.ts exports; the words are explained there. */
interface Kernels {
  take(most: number): number;
  wait(nanoseconds: bigint): void;
  invertBlock(matrix: number, stride: number, first: number, depth: number, scratch: number, packed: number, least: number): number;
  tridiagonalize(matrix: number, n: number, stride: number, diagonal: number, beside: number, scales: number, room: number): void;
}

export interface CrewOptions {
  /** Threads that work, the calling one among them. Default: as many as the machine has cores. */
  readonly threads?: number;
}

/** How a long piece of work is watched and given up. */
export interface Watch {
  /** Steps done of all, each of which takes about as long. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Once it is aborted, the work rejects with its reason; what it was writing is then undefined. */
  readonly signal?: AbortSignal;
}

/**
 * Of 64 kB: 4 GB, all there from the start: a page takes memory when it is first written. A memory that grew while a thread was
 * starting would leave that thread with the old size. Where a system counts what is not written yet, less must do.
 */
const PAGES = [65_536, 32_768, 16_384, 8192];
/** Tasks are short: the calling thread looks after its events about so often. */
const TURN_MS = 40;

/**
 * Threads that share one WebAssembly memory, and the kernels that work in it. The calling thread is one of them, so a
 * crew of one starts no threads. Everything is allocated in the crew's memory (at most 4 GB) and goes with it.
 */
export class Crew {
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: Kernels;
  readonly #workers: readonly Worker[];
  #end = HEAP;
  #failure: unknown = null;
  #highest = HEAP;
  #looked = performance.now();

  private constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, readonly threads: number) {
    this.#memory = memory;
    this.#kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
    const failed = { flag: FAILED / 4, waitedFor: DONE / 4 };
    this.#workers = Array.from({ length: threads - 1 }, () => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { module, memory, failed }, execArgv: [] });
      worker.on('error', (error) => (this.#failure = error));
      worker.unref();
      return worker;
    });
  }

  /** @throws {InputError} where the machine does not give the address space. */
  static async open({ threads = availableParallelism() }: CrewOptions = {}): Promise<Crew> {
    return new Crew(await compiled(), reserve(), Math.max(1, threads));
  }

  /** Opens a crew for one piece of work. */
  static async with<T>(options: CrewOptions, work: (crew: Crew) => Promise<T>): Promise<T> {
    const crew = await Crew.open(options);
    try {
      return await work(crew);
    } finally {
      await crew.close();
    }
  }

  /** Zeros, at a multiple of 64 bytes. */
  floats(length: number): Float32Array<SharedArrayBuffer> {
    const address = this.#allocate(length * 4);
    return new Float32Array(this.#buffer(), address, length);
  }

  doubles(length: number): Float64Array<SharedArrayBuffer> {
    const address = this.#allocate(length * 8);
    return new Float64Array(this.#buffer(), address, length);
  }

  words(length: number): Uint32Array<SharedArrayBuffer> {
    const address = this.#allocate(length * 4);
    return new Uint32Array(this.#buffer(), address, length);
  }

  /** Gives back, when `work` is over, what it allocated. */
  async scope<T>(work: () => Promise<T>): Promise<T> {
    const begin = this.#end;
    try {
      return await work();
    } finally {
      this.#end = begin;
    }
  }

  /** What may still be allocated. */
  get bytesLeft(): number {
    return this.#memory.buffer.byteLength - this.#end;
  }

  /** Runs a job of layout.ts, cut into so many tasks, and lets the process look after its events meanwhile. */
  async run(job: number, tasks: number, ...args: readonly (number | ArrayBufferView)[]): Promise<void> {
    const words = new Int32Array(this.#memory.buffer, 0, HEAP / 4);
    new Float64Array(this.#memory.buffer, ARGUMENTS, args.length).set(args.map((value) => (typeof value === 'number' ? value : value.byteOffset)));
    words[JOB / 4] = job;
    words[TASKS / 4] = tasks;
    Atomics.store(words, DONE / 4, 0);
    Atomics.store(words, LEFT / 4, tasks);
    Atomics.add(words, TURN / 4, 1);
    Atomics.notify(words, TURN / 4);
    let most = 1;
    while (Atomics.load(words, DONE / 4) < tasks) {
      const begun = performance.now();
      const taken = this.#kernels.take(most);
      const elapsed = performance.now() - begun;
      if (taken < most) this.#kernels.wait(BigInt(TURN_MS) * 1_000_000n);
      // The number of tasks that fill a turn, found by doubling and halving.
      else if (elapsed < TURN_MS / 2) most *= 2;
      else if (elapsed > TURN_MS) most = Math.max(1, most >> 1);
      if (performance.now() - this.#looked > TURN_MS) await this.#look();
      if (Atomics.load(words, FAILED / 4) !== 0) throw await this.#whyFailed();
    }
  }

  /** invertBlock of kernels/sweep.ts, on the calling thread. */
  invertBlock(matrix: ArrayBufferView, stride: number, first: number, depth: number, scratch: ArrayBufferView, packed: ArrayBufferView, least: number): number {
    return this.#kernels.invertBlock(matrix.byteOffset, stride, first, depth, scratch.byteOffset, packed.byteOffset, least);
  }

  /** tridiagonalize of kernels/eigen.ts, on the calling thread. */
  tridiagonalize(matrix: ArrayBufferView, n: number, stride: number, diagonal: ArrayBufferView, beside: ArrayBufferView, scales: ArrayBufferView, room: ArrayBufferView): void {
    this.#kernels.tridiagonalize(matrix.byteOffset, n, stride, diagonal.byteOffset, beside.byteOffset, scales.byteOffset, room.byteOffset);
  }

  /** Sends the threads home. The memory lives as long as somebody holds a view of it. */
  async close(): Promise<void> {
    const words = new Int32Array(this.#memory.buffer);
    Atomics.store(words, TURN / 4, -1);
    Atomics.notify(words, TURN / 4);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #look(): Promise<void> {
    await setImmediate();
    this.#looked = performance.now();
  }

  async #whyFailed(): Promise<unknown> {
    while (this.#failure === null) await setImmediate();
    return this.#failure;
  }

  #buffer(): SharedArrayBuffer {
    return this.#memory.buffer as ArrayBufferLike as SharedArrayBuffer;
  }

  #allocate(bytes: number): number {
    const begin = this.#end;
    const end = Math.ceil((begin + bytes) / 64) * 64;
    const most = this.#memory.buffer.byteLength;
    if (end > most) {
      const [wanted, there] = [end, most].map((size) => (size / 2 ** 30).toFixed(1));
      throw new InputError(`This needs ${wanted} GB in one piece, and WebAssembly has ${there} here: ask for a lower rank or for fewer items.`);
    }
    // New memory is zeros; what had another use before is not.
    if (begin < this.#highest) new Uint8Array(this.#memory.buffer, begin, Math.min(end, this.#highest) - begin).fill(0);
    this.#highest = Math.max(this.#highest, end);
    this.#end = end;
    return begin;
  }
}

function reserve(): WebAssembly.Memory {
  let cause: unknown;
  for (const pages of PAGES) {
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    } catch (error) {
      cause = error;
    }
  }
  throw new InputError('Training needs 4 GB of address space, which this process may not have: raise the limit (ulimit -v).', { cause });
}

let module: Promise<WebAssembly.Module> | undefined;

const compiled = (): Promise<WebAssembly.Module> => (module ??= compile());

async function compile(): Promise<WebAssembly.Module> {
  const path = new URL('./kernels/kernels.wasm', import.meta.url);
  try {
    return await WebAssembly.compile(await readFile(path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new InputError(`There is no ${path.pathname}. Build the kernels: npm run build:kernel`, { cause });
  }
}
