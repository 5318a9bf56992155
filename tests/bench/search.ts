import { compare, contestant, type Comparison, type Contestant } from '../../web/lab/compare.ts';
import { engines, type OpenedEngine, type Task } from '../../web/lab/engines.ts';
import type { RowSet } from '../../shared/engine/rowSet.ts';
import { besideKernel, type Bench, type Table } from './bench.ts';
import { openReader } from './bandwidth.ts';
import { filesOnDisk } from './enginesOnDisk.ts';
import { NO_FAISS, openNativeFaiss } from './nativeFaiss.ts';
import { installPeers, peers } from './peers.ts';
import { K, makeSet, type SearchSet } from './vectors.ts';

/** Rows × rank. The third is MovieLens 32M's. */
const SIZES: readonly (readonly [number, number])[] = [[10_000, 64], [60_000, 64], [87_585, 64], [100_000, 64], [1_000_000, 64], [60_000, 128]];
const QUICK_SIZES: typeof SIZES = [[10_000, 64], [60_000, 64]];

export const FLOOR = 'reading the codes once';
export const COLUMNS = ['rows', 'rank', 'engine', 'median µs', 'p99 µs', '× kernel', 'recall@10'];

export const search: Bench = {
  name: 'search',
  question: 'How long does one search take, beside other engines and beside reading the memory?',
  async run({ quick, say }) {
    const absences: string[] = [];
    const notes: string[] = ['In Node, one thread each, queries in turn, round by round. Recall against exact single precision.'];
    const failed = await installPeers(say);
    if (failed !== null) notes.push(failed);
    const faiss = await openNativeFaiss();
    notes.push(faiss ? `Native: ${faiss.version}.` : NO_FAISS);
    const lines: (string | number | null)[][] = [];
    try {
      for (const [rows, rank] of quick ? QUICK_SIZES : SIZES) {
        say(`${rows.toLocaleString('en')} × ${rank}`);
        const set = makeSet(rows, rank, rows > 200_000 ? 40 : 100);
        const { contestants, absent, close } = await openEngines(set);
        contestants.push({ ...contestant(FLOOR, await openReader(set.table), 0) });
        if (faiss) contestants.push(...(await faiss.contestants(set)));
        for (const peer of failed === null ? peers : []) {
          const unfit = peer.unfit(set);
          if (unfit !== null) absent.push(`${peer.name} (${unfit})`);
          else await add(contestants, absent, peer.name, () => peer.open(set));
        }
        const found = await compare(contestants, set.queries, set.truth, { rounds: quick ? 5 : 15, warmUp: 3, roundMs: quick ? 60 : 120 });
        close();
        lines.push(...toLines(set, found));
        if (absent.length > 0) absences.push(`Not at ${rows.toLocaleString('en')} × ${rank}: ${absent.join('; ')}.`);
      }
    } finally {
      faiss?.close();
    }
    return [{ title: `Search, k = ${K}`, columns: COLUMNS, lines, notes, absences } satisfies Table];
  },
  summary: (tables) => tables.map((table) => besideKernel(table, ['Faiss native, Flat', 'Faiss native, SQ8', 'Faiss WASM, Flat', 'Faiss WASM, SQ8', 'ONNX Runtime', 'Plain JavaScript', FLOOR])),
};

/** The engines of the lab over a set. @param only their ids; all by default. */
export async function openEngines(set: SearchSet, excluded?: RowSet, only?: readonly string[]): Promise<{ contestants: Contestant[]; absent: string[]; close(): void }> {
  const task: Task = { table: set.table, matrix: () => set.matrix, k: K, ...(excluded && { excluded }) };
  const contestants: Contestant[] = [];
  const absent: string[] = [];
  const opened: OpenedEngine[] = [];
  for (const engine of engines.filter(({ id }) => only?.includes(id) ?? true)) {
    const unfit = engine.unfit(task);
    if (unfit !== null) absent.push(`${engine.name} (${unfit})`);
    else
      await add(contestants, absent, nameOf(engine.name), async () => {
        const open = await engine.open(task, filesOnDisk);
        opened.push(open);
        return open.search;
      });
  }
  return { contestants, absent, close: () => opened.forEach((open) => open.close()) };
}

/** Beside native Faiss; and the file is of SQ8 here. */
const nameOf = (name: string): string => name.replace('Faiss', 'Faiss WASM').replace('same file', 'SQ8');

/** One that does not open is named, and the others go on. */
async function add(contestants: Contestant[], absent: string[], name: string, open: () => Promise<Parameters<typeof contestant>[1]>): Promise<void> {
  try {
    contestants.push(contestant(name, await open(), 0));
  } catch (error) {
    absent.push(`${name} (${error instanceof Error ? error.message : String(error)})`);
  }
}

export const toLines = ({ rows, rank }: SearchSet, found: readonly Comparison[]): (string | number | null)[][] =>
  found.map(({ name, medianMicros, p99Micros, timesFirst, recall }) => [rows, rank, name, medianMicros, p99Micros, timesFirst, name === FLOOR ? null : recall]);
