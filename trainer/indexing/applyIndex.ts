import { formatBytes } from '../../shared/artifact/format.ts';
import type { Manifest } from '../../shared/artifact/manifest.ts';
import { EXACT, searchText, type SearchSection } from '../../shared/artifact/searchSection.ts';
import { openFaiss } from '../../shared/engine/faiss/faissIndex.ts';
import { InputError } from '../inputError.ts';
import { engines, openModel } from '../openModel.ts';
import type { Progress } from '../progress.ts';
import { readManifest, republish } from '../publish.ts';
import { buildSearch, decodeRows } from './buildSearch.ts';

/**
 * Publishes a model anew, to be searched as `wanted` says; what is searched so already stays as it is.
 * @throws {InputError} where a residual leaves nothing to an index.
 * @throws {FrameRateError} `NOT_FOUND` without a model; `BAD_QUERY` for an index that Faiss does not make of these rows;
 *   `WASM_UNAVAILABLE` where Faiss was not built. The model stays as it was then.
 */
export async function applyIndex(folder: string, wanted: SearchSection, progress: Progress): Promise<Manifest> {
  const before = await readManifest(folder);
  if (searchText(before.search) === searchText(wanted)) {
    progress.say(`${folder} is searched with ${searchText(wanted)} already.`);
    return before;
  }
  if (wanted.engine === 'exact') {
    const manifest = await republish(folder, { files: { search: null }, search: EXACT });
    progress.say(`Published ${folder}: every row is searched, exactly.`);
    return manifest;
  }
  const faiss = await openFaiss(() => engines.readFaiss());
  const { factors, residual } = await openModel(folder);
  if (residual && residual.rows >= factors.rows) {
    throw new InputError(`The residual of ${folder} is about all of its ${factors.rows.toLocaleString('en')} items, so each is looked at anyway: no index is faster than the exact search. Train it with --residual 0 to have one.`);
  }
  progress.update(`Building ${wanted.factory}`);
  const { section, file, close } = await buildSearch(faiss, factors, decodeRows(factors), wanted);
  close();
  const manifest = await republish(folder, { files: { search: file }, search: section });
  progress.say(`Published ${folder} to be searched with ${searchText(section)}: ${formatBytes(file.byteLength)} more`);
  return manifest;
}
