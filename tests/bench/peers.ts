import { readFile } from 'node:fs/promises';
import { formatBytes } from '../../shared/artifact/format.ts';
import type { Search } from '../../web/lab/compare.ts';
import { PackagesOnDemand } from './onDemand.ts';
import { K, type SearchSet } from './vectors.ts';

/** Libraries that search vectors in JavaScript, too. */
const libraries = new PackagesOnDemand('npm', {
  usearch: '2.25.3',
  'hnswlib-wasm': '0.8.2',
  'voy-search': '0.6.3',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
});

export interface Peer {
  readonly name: string;
  /** Why it does not take part in this set; null where it does. */
  unfit(set: SearchSet): string | null;
  open(set: SearchSet): Promise<Search>;
}

/** @returns a sentence where they could not be installed. */
export async function installPeers(say: (what: string) => void): Promise<string | null> {
  const why = await libraries.install(say);
  return why && `Other libraries took no part: they could not be installed (${why}).`;
}

const rowOf = ({ matrix, rank }: SearchSet, row: number): Float32Array => matrix.subarray(row * rank, (row + 1) * rank);
/** A graph is built in minutes where it is large. */
const tooLong = ({ rows }: SearchSet): string | null => (rows > 60_000 ? 'its graph would take minutes to build' : null);

const GRAPH = { M: 16, efConstruction: 100, efSearch: 64 };
const graphName = (name: string): string => `${name}, HNSW${GRAPH.M}, ef ${GRAPH.efSearch}`;

interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array): void;
  search(query: Float32Array, k: number, threads: number): { readonly keys: BigUint64Array };
}

interface HnswIndex {
  initIndex(most: number, m: number, efConstruction: number, seed: number): void;
  addPoint(vector: Float32Array, label: number, replace: boolean): void;
  setEfSearch(ef: number): void;
  searchKnn(query: Float32Array, k: number, filter: undefined): { readonly neighbors: number[] };
}

interface VoyModule {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  readonly Voy: new (resource: { embeddings: { id: string; title: string; url: string; embeddings: number[] }[] }) => {
    search(query: Float32Array, k: number): { neighbors: { id: string }[] };
  };
}

interface TfTensor {
  dispose(): void;
  dataSync(): Int32Array;
}

interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor2d(values: Float32Array, shape: readonly [number, number]): TfTensor;
  tidy<T>(run: () => T): T;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  reshape(tensor: TfTensor, shape: readonly number[]): TfTensor;
  topk(tensor: TfTensor, k: number): { readonly indices: TfTensor };
}

export const peers: readonly Peer[] = [
  {
    name: 'tfjs, WASM: matMul, topk',
    unfit: ({ rows }) => (rows > 100_000 ? 'takes very long' : null),
    async open({ matrix, rows, rank }) {
      const tf = libraries.require('@tensorflow/tfjs-core') as Tf;
      const backend = libraries.require('@tensorflow/tfjs-backend-wasm') as { setThreadsCount(count: number): void };
      backend.setThreadsCount(1);
      await tf.setBackend('wasm');
      await tf.ready();
      const items = tf.tensor2d(matrix, [rows, rank]);
      return (query) => tf.tidy(() => tf.topk(tf.reshape(tf.matMul(items, tf.tensor2d(query, [rank, 1])), [rows]), K).indices.dataSync());
    },
  },
  {
    name: graphName('usearch, native'),
    unfit: tooLong,
    async open(set) {
      const { Index } = libraries.require('usearch') as { Index: new (options: object) => UsearchIndex };
      const index = new Index({ metric: 'ip', dimensions: set.rank, connectivity: GRAPH.M, expansion_add: GRAPH.efConstruction, expansion_search: GRAPH.efSearch });
      index.add(BigUint64Array.from({ length: set.rows }, (_, row) => BigInt(row)), set.matrix);
      return (query) => Array.from(index.search(query, K, 1).keys, Number);
    },
  },
  {
    name: graphName('hnswlib-wasm'),
    unfit: tooLong,
    async open(set) {
      const { default: create } = await libraries.import<{ default: () => Promise<{ HierarchicalNSW: new (space: string, rank: number, file: string) => HnswIndex }> }>('hnswlib-wasm/dist/hnswlib-317962d7.js');
      // It is made for pages, and looks whether it is in one; what it does then works in Node as well.
      const page = globalThis as { window?: unknown };
      page.window = globalThis;
      const library = await create().finally(() => delete page.window);
      const index = new library.HierarchicalNSW('ip', set.rank, '');
      index.initIndex(set.rows, GRAPH.M, GRAPH.efConstruction, 1);
      for (let row = 0; row < set.rows; row++) index.addPoint(rowOf(set, row), row, false);
      index.setEfSearch(GRAPH.efSearch);
      return (query) => index.searchKnn(query, K, undefined).neighbors;
    },
  },
  {
    name: 'voy-search (by distance)',
    unfit: (set) => (set.rows > 10_000 ? `its tree takes ${formatBytes(set.rows * set.rank * 20)} of JSON to build` : null),
    async open(set) {
      const voy = await libraries.import<VoyModule>('voy-search/voy_search_bg.js');
      const { instance } = await WebAssembly.instantiate(await readFile(libraries.fileOf('voy-search/voy_search_bg.wasm')), { './voy_search_bg.js': voy as unknown as WebAssembly.ModuleImports });
      voy.__wbg_set_wasm(instance.exports);
      const embeddings = Array.from({ length: set.rows }, (_, row) => ({ id: String(row), title: '', url: '', embeddings: [...rowOf(set, row)] }));
      const index = new voy.Voy({ embeddings });
      return (query) => index.search(query, K).neighbors.map(({ id }) => Number(id));
    },
  },
];
