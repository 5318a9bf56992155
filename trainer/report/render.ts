import { readFile } from 'node:fs/promises';
import { loadMap } from '../../shared/artifact/load.ts';
import { filesToLoad, optionalFileOf } from '../../shared/artifact/manifest.ts';
import type { Recommender } from '../../shared/engine/recommender.ts';
import type { EvaluationResult } from '../evaluation/run.ts';
import { openSource } from '../openModel.ts';
import type { Latency } from './latency.ts';
import { reportPage } from './page.ts';

/** The stylesheet of every page that the trainer writes. */
export const readCss = (): Promise<string> => readFile(new URL('report.css', import.meta.url), 'utf8');

/** The page about a model. @param folder that the recommender was opened from. */
export async function renderReport(folder: string, { model: { manifest, catalog } }: Recommender, result: EvaluationResult, latency: Latency): Promise<string> {
  const map = optionalFileOf(manifest, 'map') ? await loadMap(openSource(folder), manifest) : null;
  const bytes = filesToLoad(manifest).reduce((sum, file) => sum + file.bytes, 0);
  return reportPage({ manifest, items: catalog.items, result, latency, map, bytes }, await readCss());
}
