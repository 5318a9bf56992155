import { readFile } from 'node:fs/promises';
import { folderSource } from '../shared/artifact/folderSource.ts';
import { loadMap, loadModel, type ArtifactSource, type Model } from '../shared/artifact/load.ts';
import { optionalFileOf } from '../shared/artifact/manifest.ts';
import { enginesOnDisk } from '../shared/engine/enginesOnDisk.ts';
import { openRecommender } from '../shared/engine/open.ts';
import type { Recommender } from '../shared/engine/recommender.ts';

export const openSource = (folder: string): ArtifactSource => folderSource(folder, readFile);

/** Reads and verifies a published model from its folder. */
export const openModel = (folder: string): Promise<Model> => loadModel(openSource(folder));

/** What is compiled: kernel.wasm, faiss.wasm, ONNX Runtime. */
export const engines = enginesOnDisk(readFile);

/** kernel.wasm. */
export const readKernel = (): Promise<Uint8Array<ArrayBuffer>> => engines.readKernel();

export async function openRecommenderFrom(folder: string): Promise<Recommender> {
  return openRecommender(await openModel(folder), engines);
}

/** All that a reader of any door would read: lengths, digests, that the files belong together, and that an engine takes them. */
export async function openWhole(folder: string): Promise<Recommender> {
  // What Faiss reads, only Faiss can check.
  const recommender = await openRecommenderFrom(folder);
  const { manifest } = recommender.model;
  if (optionalFileOf(manifest, 'map')) await loadMap(openSource(folder), manifest);
  return recommender;
}
