import { readFile } from 'node:fs/promises';
import { folderSource, readKernelFile } from '../shared/artifact/folderSource.ts';
import { loadModel, type ArtifactSource, type Model } from '../shared/artifact/load.ts';
import { kernelUrl } from '../shared/engine/kernel/location.ts';
import { openRecommender } from '../shared/engine/open.ts';
import type { Recommender } from '../shared/engine/recommender.ts';

export const openSource = (folder: string): ArtifactSource => folderSource(folder, readFile);

/** Reads and verifies a published model from its folder. */
export const openModel = (folder: string): Promise<Model> => loadModel(openSource(folder));

/** kernel.wasm. */
export const readKernel = (): Promise<Uint8Array<ArrayBuffer>> => readKernelFile(kernelUrl, readFile);

export async function openRecommenderFrom(folder: string): Promise<Recommender> {
  return openRecommender(await openModel(folder), await readKernel());
}
