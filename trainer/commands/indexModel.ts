import { join } from 'node:path';
import { formatBytes } from '../../shared/artifact/format.ts';
import type { SearchSection } from '../../shared/artifact/searchSection.ts';
import { openFaiss } from '../../shared/engine/faiss/faissIndex.ts';
import { writeAtomically } from '../atomicFile.ts';
import { applyIndex } from '../indexing/applyIndex.ts';
import { plot } from '../indexing/plot.ts';
import { tune, TUNING_FILE, type Tuning } from '../indexing/tuning.ts';
import { InputError } from '../inputError.ts';
import { engines, openModel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { textTable } from '../textTable.ts';

export interface IndexOptions {
  readonly model: string;
  readonly apply?: SearchSection;
  readonly tune?: true;
  readonly queries: number;
  readonly out?: string;
}

export async function indexModel({ model: folder, apply, tune: measures, queries, out }: IndexOptions): Promise<void> {
  if (!apply && !measures) throw new InputError('Say what to do: --tune measures what the model can be searched with, --apply publishes it with one of them.');
  const progress = new Progress();
  if (measures) {
    const faiss = await openFaiss(() => engines.readFaiss());
    const tuning = await tune(await openModel(folder), faiss, queries, progress);
    const file = out ?? join(folder, TUNING_FILE);
    await writeFile(file, tuning);
    print(tuning);
    progress.say(`Written to ${file}`);
  }
  if (apply) await applyIndex(folder, apply, progress);
}

async function writeFile(file: string, tuning: Tuning): Promise<void> {
  try {
    await writeAtomically(file, `${JSON.stringify(tuning, null, 2)}\n`);
  } catch (cause) {
    throw new InputError(`${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function print({ items, rank, k, queries, machine, measured }: Tuning): void {
  const rows = measured.map(({ search, recall, medianMicros, p99Micros, bytes, buildSeconds, best }) => [
    best ? '*' : '',
    search,
    recall.toFixed(3),
    medianMicros.toFixed(0),
    p99Micros.toFixed(0),
    formatBytes(bytes),
    buildSeconds === 0 ? '' : buildSeconds.toFixed(1),
  ]);
  process.stdout.write(`${items.toLocaleString('en')} × ${rank}, k = ${k}, ${queries} imagined people without what they rated; one thread of ${machine}\n\n`);
  process.stdout.write(textTable([['', 'search', `recall@${k}`, 'median µs', 'p99 µs', 'bytes', 'built in s'], ...rows]));
  process.stdout.write(`\n${plot(measured)}\n`);
}
