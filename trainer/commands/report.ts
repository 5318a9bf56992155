import { join } from 'node:path';
import { formatBytes } from '../../shared/artifact/format.ts';
import { writeAtomically } from '../atomicFile.ts';
import { readResult, RESULT_FILE } from '../evaluation/resultFile.ts';
import { InputError } from '../inputError.ts';
import { openRecommenderFrom } from '../openModel.ts';
import { measureLatency } from '../report/latency.ts';
import { renderReport } from '../report/render.ts';

interface Options {
  readonly model: string;
  readonly evaluation?: string;
  readonly out: string;
}

/** Writes one HTML page about a model: how good it is, how quick, and how that was measured. */
export async function report({ model: folder, evaluation = join(folder, RESULT_FILE), out }: Options): Promise<void> {
  const recommender = await openRecommenderFrom(folder);
  const result = await readResult(evaluation);
  const { manifest } = recommender.model;
  if (result.dataset.name !== manifest.dataset.name) throw new InputError(`${evaluation} is of ${result.dataset.name}, the model of ${manifest.dataset.name}: evaluate the data that the model was trained on.`);
  const page = await renderReport(folder, recommender, result, measureLatency(recommender));
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
