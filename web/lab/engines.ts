import { writeFactorTable, type FactorTable } from '../../shared/artifact/factorTable.ts';
import { formatBytes } from '../../shared/artifact/format.ts';
import { ExactIndex } from '../../shared/engine/exactIndex.ts';
import { openFaiss, type Faiss, type FaissIndex, type FaissWasm } from '../../shared/engine/faiss/faissIndex.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import type { RowSet } from '../../shared/engine/rowSet.ts';
import type { VectorIndex } from '../../shared/engine/vectorIndex.ts';
import type { Search } from './compare.ts';
import { listedEngines, type EngineId, type ListedEngine } from './engineList.ts';
import type { OnnxRuntime } from '../../shared/onnx/runtime.ts';
import { openOnnxSearch } from './onnxSearch.ts';

/** Where the engines' files come from: a server for the page, the disk for Node. */
export interface EngineFiles {
  readKernel(): Promise<Uint8Array<ArrayBuffer>>;
  /** Null where it was not built. */
  readFaiss(): Promise<FaissWasm>;
  openOnnx(): Promise<OnnxRuntime>;
  /** The same on WebGPU. @throws {FrameRateError} `WASM_UNAVAILABLE` where there is none. */
  openOnnxOnGpu(): Promise<OnnxRuntime>;
}

/** What all engines are asked for: the k best of these rows, the excluded ones left out. */
export interface Task {
  readonly table: FactorTable;
  /** The same in single precision, rows × rank; made when it is first asked for. */
  matrix(): Float32Array;
  readonly k: number;
  readonly excluded?: RowSet;
}

export interface OpenedEngine {
  readonly search: Search;
  /** Lets go of its memory. */
  close(): void;
}

interface Opening {
  /** Why it does not take part in this task; null where it does. */
  unfit(task: Task): string | null;
  /** @throws {FrameRateError} where this device does not run it. */
  open(task: Task, files: EngineFiles): Promise<OpenedEngine>;
}

export type Engine = ListedEngine & Opening;

/** More than this in single precision is much for a tab: the file, the runtime's copy of it, and its arranged weights. */
const MOST_FLOATS = 100_000 * 128;

const floats = ({ table }: Task): string => formatBytes(table.rows * table.rank * 4);
const tooManyFloats = (task: Task): string | null =>
  task.table.rows * task.table.rank > MOST_FLOATS ? `would hold ${floats(task)} of single precision several times` : null;

function searchOf(index: VectorIndex, { k, excluded }: Task): Search {
  return (query) => index.search(query, k, excluded).rows;
}

async function openFaissKind(files: EngineFiles, task: Task, make: (faiss: Faiss) => Promise<FaissIndex>): Promise<OpenedEngine> {
  const index = await make(await openFaiss(() => files.readFaiss()));
  return { search: searchOf(index, task), close: () => index.close() };
}

const openingOfOnnx = (load: (files: EngineFiles) => Promise<OnnxRuntime>): Opening => ({
  unfit: (task) => (task.excluded ? 'leaves no rows out' : tooManyFloats(task)),
  async open({ table, matrix, k }, files) {
    const found = await openOnnxSearch(await load(files), matrix(), table.rows, table.rank, Math.min(k, table.rows));
    return { search: found.search, close: () => void found.close() };
  },
});

/** About as many cells as Faiss advises, and an eighth of them visited: what a few per cent of the best may be lost for. */
const cellsFor = (rows: number): number => Math.max(1, Math.round(Math.sqrt(rows)));

const openings: Readonly<Record<EngineId, Opening>> = {
  kernel: {
    unfit: () => null,
    async open(task, files) {
      const index = await KernelIndex.open(task.table, await files.readKernel());
      return { search: searchOf(index, task), close: () => undefined };
    },
  },
  faiss: {
    unfit: () => null,
    open: (task, files) => openFaissKind(files, task, (faiss) => faiss.read(writeFactorTable(task.table))),
  },
  'faiss-flat': {
    unfit: tooManyFloats,
    open: (task, files) => openFaissKind(files, task, (faiss) => faiss.build('Flat', task.matrix(), task.table.rows, task.table.rank)),
  },
  'faiss-ivf': {
    unfit: (task) => (task.table.rows < 2000 ? 'is for more rows than these' : tooManyFloats(task)),
    open: (task, files) =>
      openFaissKind(files, task, async (faiss) => {
        const cells = cellsFor(task.table.rows);
        const index = await faiss.build(`IVF${cells},SQ8`, task.matrix(), task.table.rows, task.table.rank);
        index.tune({ nprobe: Math.max(1, Math.round(cells / 8)) });
        return index;
      }),
  },
  onnx: openingOfOnnx((files) => files.openOnnx()),
  'onnx-webgpu': openingOfOnnx((files) => files.openOnnxOnGpu()),
  javascript: {
    unfit: () => null,
    async open(task) {
      return { search: searchOf(new ExactIndex(task.table), task), close: () => undefined };
    },
  },
};

export const engines: readonly Engine[] = listedEngines.map((listed) => ({ ...listed, ...openings[listed.id] }));
