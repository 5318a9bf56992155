import { collectTests, startTests, type Task, type VitestRunner } from '@vitest/runner';
import { expose } from 'comlink';
import { ExactIndex } from '../../shared/engine/exactIndex.ts';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { KernelIndex } from '../../shared/engine/kernelIndex.ts';
import { describeFaissIndexes } from '../contracts/faissIndex.ts';
import { describeVectorIndex } from '../contracts/vectorIndex.ts';

/** What became of one test. */
export interface Outcome {
  readonly name: string;
  /** Null where it passed; else what went wrong, with its stack. */
  readonly failure: string | null;
}

export interface ContractRun {
  /** The tests' names, in order. */
  list(): Promise<readonly string[]>;
  /** Runs them all, each once; in the order of `list`. */
  run(): Promise<readonly Outcome[]>;
}

/** Nothing where faiss.wasm was not built. */
const [faissUrl] = Object.values(import.meta.glob<string>('../../shared/engine/faiss/faiss.wasm', { query: '?url', import: 'default', eager: true }));
const bytesOf = async (url: string): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();

/** The contracts, told to the runner that `npm test` has in Node. */
function describeAll(): void {
  describeVectorIndex('ExactIndex', async (table) => new ExactIndex(table));
  const kernel = bytesOf(kernelUrl.href).then((bytes) => WebAssembly.compile(bytes));
  describeVectorIndex('KernelIndex', async (table) => KernelIndex.open(table, await kernel));
  if (faissUrl) describeFaissIndexes(() => bytesOf(faissUrl));
}

const runner: VitestRunner = {
  importFile: (_, source) => {
    if (source === 'collect') describeAll();
  },
  config: {
    root: '/',
    setupFiles: [],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { shuffle: false, concurrent: false, seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: true,
  },
};

/** The tests of a suite, however deep. */
function testsOf(tasks: readonly Task[], path: readonly string[] = []): { name: string; task: Task }[] {
  return tasks.flatMap((task) => {
    const names = [...path, task.name];
    return task.type === 'suite' ? testsOf(task.tasks, names) : [{ name: names.join(' > '), task }];
  });
}

const run: ContractRun = {
  async list() {
    const [file] = await collectTests(['/contracts'], runner);
    return testsOf(file!.tasks).map(({ name }) => name);
  },
  async run() {
    const [file] = await startTests(['/contracts'], runner);
    return testsOf(file!.tasks).map(({ name, task }) => ({ name, failure: failureOf(task) }));
  },
};

/** A test that did not run has failed, too: with what kept its suite from running. */
function failureOf(task: Task): string | null {
  if (task.result?.state === 'pass') return null;
  const errors = task.result?.errors ?? task.suite?.result?.errors ?? task.file.result?.errors ?? [];
  return errors.map(({ message, stack }) => `${message}\n${stack ?? ''}`).join('\n') || `it did not run: ${task.result?.state ?? task.mode}`;
}

expose(run);
