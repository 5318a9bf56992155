import { sha256Hex } from '../../shared/artifact/digest.ts';
import { readFactorTable, type FactorTable } from '../../shared/artifact/factorTable.ts';
import { fileOf, parseManifest } from '../../shared/artifact/manifest.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { ExactIndex } from '../../shared/engine/exactIndex.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { clockStepMs, compare, contestant, type Comparison, type Contestant } from './compare.ts';
import type { EngineId } from './engineList.ts';
import { engines, type Engine, type EngineFiles, type OpenedEngine, type Task } from './engines.ts';
import { decodeTable, makeQueries, makeTable } from './synthetic.ts';

/** What is searched. */
export type LabSet =
  | { readonly kind: 'model'; readonly manifestUrl: string }
  /** Made up; fewer rows where memory is short. */
  | { readonly kind: 'synthetic'; readonly rows: number; readonly rank: number };

export interface LabPlan {
  readonly sets: readonly LabSet[];
  /** By their ids; the first that runs is what the others are compared with. */
  readonly engines: readonly EngineId[];
}

export interface LabProgress {
  /** Which of the sets. */
  readonly set: number;
  /** What is being done: making the set, opening an engine (by name), asking. */
  readonly doing: 'making' | 'opening' | 'asking';
  readonly engine?: string;
  /** 0 to 1, of all sets. */
  readonly share: number;
}

export interface LabLine extends Comparison {
  readonly id: string;
  readonly how: string;
}

export interface LabReport {
  readonly set: LabSet;
  readonly rows: number;
  readonly rank: number;
  /** In the order of the plan. */
  readonly lines: readonly LabLine[];
  /** Engines that took no part, and why. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
}

export const LAB_K = 10;
const EFFORT = { rounds: 10, warmUp: 3, roundMs: 50 };
/** Share of a set's progress: making it, opening its engines; the rest is asking. */
const MADE = 0.15;
const OPENED = 0.5;

/** Runs the engines over each set, all of them in turn over the same queries. */
export async function runLab(plan: LabPlan, files: EngineFiles, onProgress: (progress: LabProgress) => void): Promise<LabReport[]> {
  const reports: LabReport[] = [];
  const clock = clockStepMs();
  for (const [i, set] of plan.sets.entries()) {
    const tell = (doing: LabProgress['doing'], share: number, engine?: string): void =>
      onProgress({ set: i, doing, share: (i + share) / plan.sets.length, ...(engine !== undefined && { engine }) });
    tell('making', 0);
    const table = await openSet(set);
    const task = taskOf(table);
    const queries = makeQueries(table, table.rows > 200_000 ? 12 : 40, i + 1);
    const exact = new ExactIndex(table);
    const truth = queries.map((query) => exact.search(query, LAB_K).rows);
    tell('making', MADE);

    const chosen = engines.filter(({ id }) => plan.engines.includes(id));
    const missing: { name: string; why: string }[] = [];
    const opened: { engine: Engine; opened: OpenedEngine; contestant: Contestant }[] = [];
    for (const [j, engine] of chosen.entries()) {
      tell('opening', MADE + ((OPENED - MADE) * j) / chosen.length, engine.name);
      const unfit = engine.unfit(task);
      if (unfit !== null) {
        missing.push({ name: engine.name, why: unfit });
        continue;
      }
      try {
        const open = await engine.open(task, files);
        opened.push({ engine, opened: open, contestant: contestant(engine.name, open.search, clock) });
      } catch (error) {
        missing.push({ name: engine.name, why: error instanceof Error ? error.message : String(error) });
      }
    }
    const lines = await compare(
      opened.map(({ contestant }) => contestant),
      queries,
      truth,
      EFFORT,
      (done, total) => tell('asking', OPENED + ((1 - OPENED) * done) / total),
    );
    reports.push({ set, rows: table.rows, rank: table.rank, missing, lines: lines.map((line, j) => ({ ...line, id: opened[j]!.engine.id, how: opened[j]!.engine.how })) });
    for (const { opened: open } of opened) open.close();
  }
  return reports;
}

function taskOf(table: FactorTable): Task {
  let matrix: Float32Array | undefined;
  return { table, k: LAB_K, matrix: () => (matrix ??= decodeTable(table)) };
}

async function openSet(set: LabSet): Promise<FactorTable> {
  switch (set.kind) {
    case 'model':
      return readIndex(set.manifestUrl);
    case 'synthetic':
      return makeWhatFits(set.rows, set.rank);
  }
}

/** @throws {FrameRateError} as loading the model does; `UNSUPPORTED_VERSION` where its index is of a type that only Faiss reads. */
async function readIndex(manifestUrl: string): Promise<FactorTable> {
  const manifest = parseManifest(new TextDecoder().decode(await fetchBytes(manifestUrl)));
  const { path, sha256 } = fileOf(manifest, 'index');
  const bytes = await fetchBytes(new URL(path, manifestUrl).href);
  if ((await sha256Hex(bytes)) !== sha256) throw new FrameRateError('BAD_DIGEST', `${path} is not the file that was published: its SHA-256 differs. Fetch or publish it again.`);
  return readFactorTable(bytes);
}

/** Half of it, and half of that, where memory is short. */
function makeWhatFits(rows: number, rank: number): FactorTable {
  for (let fitting = rows; ; fitting = Math.ceil(fitting / 2)) {
    try {
      return makeTable(fitting, rank, 1);
    } catch (error) {
      if (!(error instanceof RangeError) || fitting < 1000) throw error;
    }
  }
}
