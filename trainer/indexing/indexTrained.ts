import { fileOf } from '../../shared/artifact/manifest.ts';
import type { SearchSection } from '../../shared/artifact/searchSection.ts';
import { FrameRateError } from '../../shared/errors.ts';
import type { Progress } from '../progress.ts';
import { readManifest } from '../publish.ts';
import { applyIndex } from './applyIndex.ts';
import { chooseSearch, readTuning } from './tuning.ts';

/** Gives a model that was just trained, or found up to date, the index that was asked for; else what its size asks for. */
export async function indexTrained(folder: string, wanted: SearchSection | undefined, progress: Progress): Promise<void> {
  if (wanted) {
    await applyIndex(folder, wanted, progress);
    return;
  }
  const manifest = await readManifest(folder);
  // Somebody chose another, and it is as good as before.
  if (manifest.search.engine !== 'exact') return;
  const { search, why } = chooseSearch(manifest.counts.items, await readTuning(folder, fileOf(manifest, 'index').sha256));
  progress.say(`${why}.`);
  if (search.engine === 'exact') return;
  try {
    await applyIndex(folder, search, progress);
  } catch (error) {
    // The model works without: slower, but it finds everything.
    if (!(error instanceof FrameRateError) || error.code !== 'WASM_UNAVAILABLE') throw error;
    progress.say(`It is searched exactly for now. ${error.message}, then: framerate index --model ${folder} --apply …`);
  }
}
