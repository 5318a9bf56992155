import { readFile } from 'node:fs/promises';
import { folderSource, readKernelFile } from '../shared/artifact/folderSource.ts';
import { loadModel, type Model } from '../shared/artifact/load.ts';
import { kernelUrl } from '../shared/engine/kernel/location.ts';
import { openRecommender } from '../shared/engine/open.ts';
import type { Recommender } from '../shared/engine/recommender.ts';

/** Reads and verifies a published model from its folder. */
export const openModel = (folder: string): Promise<Model> => loadModel(folderSource(folder, readFile));

/** kernel.wasm. */
export const readKernel = (): Promise<Uint8Array<ArrayBuffer>> => readKernelFile(kernelUrl, readFile);

export async function openRecommenderFrom(folder: string): Promise<Recommender> {
  return openRecommender(await openModel(folder), await readKernel());
}
