import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadMap } from '../../shared/artifact/load.ts';
import { formatBytes } from '../../shared/artifact/format.ts';
import { filesToLoad, optionalFileOf } from '../../shared/artifact/manifest.ts';
import { writeAtomically } from '../atomicFile.ts';
import { readResult, RESULT_FILE } from '../evaluation/resultFile.ts';
import { InputError } from '../inputError.ts';
import { openRecommenderFrom, openSource } from '../openModel.ts';
import { measureLatency } from '../report/latency.ts';
import { reportPage } from '../report/page.ts';

interface Options {
  readonly model: string;
  readonly evaluation?: string;
  readonly out: string;
}

/** Writes one HTML page about a model: how good it is, how quick, and how that was measured. */
export async function report({ model: folder, evaluation = join(folder, RESULT_FILE), out }: Options): Promise<void> {
  const recommender = await openRecommenderFrom(folder);
  const result = await readResult(evaluation);
  const { manifest, catalog } = recommender.model;
  if (result.dataset.name !== manifest.dataset.name) throw new InputError(`${evaluation} is of ${result.dataset.name}, the model of ${manifest.dataset.name}: evaluate the data that the model was trained on.`);
  const latency = measureLatency(recommender);
  const map = optionalFileOf(manifest, 'map') ? await loadMap(openSource(folder), manifest) : null;
  const bytes = filesToLoad(manifest).reduce((sum, file) => sum + file.bytes, 0);
  const css = await readFile(new URL('../report/report.css', import.meta.url), 'utf8');
  const page = reportPage({ manifest, items: catalog.items, result, latency, map, bytes }, css);
  try {
    await writeAtomically(out, page);
  } catch (cause) {
    throw new InputError(`${out} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  process.stdout.write(`${out}: ${formatBytes(Buffer.byteLength(page))}, opens in any browser\n`);
  const missing = [
    ...(result.settings[0]?.groups.some(({ kind }) => kind === 'after') ? [] : ['after a few ratings']),
    ...(result.ranks ? [] : ['other ranks (--ranks)']),
    ...(result.dials ? [] : ['the dials (--dials)']),
  ];
  if (missing.length > 0) process.stderr.write(`Not in ${evaluation}: ${missing.join(', ')}. For all of it: framerate evaluate --data … --ranks --dials --json ${evaluation}\n`);
}
