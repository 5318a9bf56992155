import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, type Model } from '../shared/artifact/load.ts';
import { openRecommender } from '../shared/engine/open.ts';
import type { Recommender } from '../shared/engine/recommender.ts';
import { FrameRateError } from '../shared/errors.ts';
import { InputError } from './inputError.ts';

const KERNEL = fileURLToPath(new URL('../shared/engine/kernel/kernel.wasm', import.meta.url));

/** Reads and verifies a published model from its folder. */
export function openModel(folder: string): Promise<Model> {
  return loadModel({
    async read(path) {
      try {
        return new Uint8Array(await readFile(join(folder, path)));
      } catch (cause) {
        throw new FrameRateError('NOT_FOUND', `There is no ${join(folder, path)}. Train the model: npx framerate train --out ${folder}`, undefined, { cause });
      }
    },
  });
}

export async function openRecommenderFrom(folder: string): Promise<Recommender> {
  const model = await openModel(folder);
  let kernel: Uint8Array<ArrayBuffer>;
  try {
    kernel = new Uint8Array(await readFile(KERNEL));
  } catch (cause) {
    throw new InputError('The search kernel was not built. Build it: npm run build:kernel', { cause });
  }
  return openRecommender(model, kernel);
}
