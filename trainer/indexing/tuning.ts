import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Model } from '../../shared/artifact/load.ts';
import { fileOf } from '../../shared/artifact/manifest.ts';
import { parseSearchText, searchText, type SearchSection } from '../../shared/artifact/searchSection.ts';
import type { Faiss } from '../../shared/engine/faiss/faissIndex.ts';
import { FaissSearch, tune as setKnobs } from '../../shared/engine/faiss/faissSearch.ts';
import { openExact } from '../../shared/engine/openExact.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { engines } from '../openModel.ts';
import type { Progress } from '../progress.ts';
import { decodeRows } from './buildSearch.ts';
import { candidatesFor } from './candidates.ts';
import { answersOf, measure, type Measured } from './measure.ts';
import { imaginePeople } from './people.ts';

/** One way to search a model, measured. */
export interface TunedSearch extends Measured {
  /** As `--apply` takes it: "exact", "IVF256,SQ8,nprobe=32,kFactor=2". */
  readonly search: string;
  /** Of all that is searched: the factors, and the index beside them. */
  readonly bytes: number;
  /** 0 for the exact search: nothing is built. */
  readonly buildSeconds: number;
  /** No other finds more in less time. */
  readonly best: boolean;
}

/** tuning.json: what was measured on one model, on one machine. */
export interface Tuning {
  readonly format: 'framerate-tuning';
  /** SHA-256 of the factors: the measurements are about these. */
  readonly factors: string;
  readonly items: number;
  readonly rank: number;
  readonly k: number;
  readonly queries: number;
  readonly machine: string;
  readonly measured: readonly TunedSearch[];
}

export const TUNING_FILE = 'tuning.json';
const K = 10;

/** Measures what a model can be searched with, on one thread, in turn. */
export async function tune(model: Model, faiss: Faiss, queries: number, progress: Progress): Promise<Tuning> {
  const { factors, manifest } = model;
  const exact = await openExact(factors, engines);
  progress.update(`Imagining ${queries} people`);
  const questions = imaginePeople(model, exact, queries);
  const truth = answersOf(exact, questions, K);
  const indexFile = fileOf(manifest, 'index');
  const measured: Omit<TunedSearch, 'best'>[] = [{ search: 'exact', ...measure(exact, questions, truth, K), bytes: indexFile.bytes, buildSeconds: 0 }];

  const matrix = decodeRows(factors);
  for (const { factory, settings } of candidatesFor(factors.rows, factors.rank)) {
    progress.update(`Building ${factory}`);
    const begun = performance.now();
    try {
      const index = await faiss.build(factory, matrix, factors.rows, factors.rank);
      const buildSeconds = (performance.now() - begun) / 1000;
      const bytes = indexFile.bytes + index.write().byteLength;
      for (const setting of settings) {
        const section = { engine: 'faiss', factory, ...setting } as const;
        progress.update(`Measuring ${searchText(section)}`);
        setKnobs(index, section);
        measured.push({ search: searchText(section), ...measure(new FaissSearch(factors, index, section.kFactor, null), questions, truth, K), bytes, buildSeconds });
      }
      index.close();
      progress.say(`Measured ${factory}, built in ${buildSeconds.toFixed(1)} s`);
    } catch (error) {
      if (!(error instanceof FrameRateError) || error.code !== 'OUT_OF_MEMORY') throw error;
      progress.say(`Left out ${factory}: ${error.message}`);
    }
  }
  return {
    format: 'framerate-tuning',
    factors: indexFile.sha256,
    items: factors.rows,
    rank: factors.rank,
    k: K,
    queries,
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`,
    measured: measured.map((one) => ({ ...one, best: isBest(one, measured) })),
  };
}

/** Whether no other is both as good and as fast, and better in one of them: the frontier. */
export const isBest = (one: Measured, all: readonly Measured[]): boolean =>
  !all.some(
    (other) =>
      other.recall >= one.recall && other.medianMicros <= one.medianMicros && (other.recall > one.recall || other.medianMicros < one.medianMicros),
  );

/** @returns what was measured beside a model; null where nothing was, or of other factors. */
export async function readTuning(folder: string, factorsDigest: string): Promise<Tuning | null> {
  try {
    const tuning = JSON.parse(await readFile(join(folder, TUNING_FILE), 'utf8')) as Tuning;
    return tuning.format === 'framerate-tuning' && tuning.factors === factorsDigest ? tuning : null;
  } catch {
    return null;
  }
}

/** Up to so many items every row is looked at: some milliseconds a question, nothing is lost, and nothing more is downloaded. */
export const MOST_ITEMS_EXACT = 2_000_000;
/** An index that finds less than this of the ten best is not proposed. */
const ENOUGH_RECALL = 0.95;

/** What a catalogue is searched with when nobody says, and why: a sentence. */
export function chooseSearch(items: number, tuning: Tuning | null): { search: SearchSection; why: string } {
  const count = items.toLocaleString('en');
  if (items <= MOST_ITEMS_EXACT) return { search: { engine: 'exact' }, why: `Searched exactly, over all ${count} items: that pays up to ${MOST_ITEMS_EXACT.toLocaleString('en')}` };
  const [fastest] = (tuning?.measured ?? []).filter(({ search, recall }) => search !== 'exact' && recall >= ENOUGH_RECALL).sort((a, b) => a.medianMicros - b.medianMicros);
  if (fastest) return { search: parseSearchText(fastest.search), why: `${count} items: ${fastest.search} was the fastest that found ${ENOUGH_RECALL * 100} %` };
  // As many cells as Faiss's guidelines advise, one in sixteen of them visited.
  const cells = 2 ** Math.round(Math.log2(4 * Math.sqrt(items)));
  return { search: parseSearchText(`IVF${cells},SQ8,nprobe=${cells >> 4}`), why: `${count} items are many to look at each: cells (measure others with framerate index --tune)` };
}
