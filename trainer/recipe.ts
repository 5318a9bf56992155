import { sha256Hex } from '../shared/artifact/digest.ts';
import type { ModelParameters } from '../shared/artifact/manifest.ts';

/** Raised whenever the same data and parameters would train other bytes. */
const TRAINER_VERSION = 2;

/** See Manifest.recipe. */
export const recipeOf = (dataDigest: string, parameters: ModelParameters): Promise<string> =>
  sha256Hex(new TextEncoder().encode(JSON.stringify([TRAINER_VERSION, dataDigest, parameters])));
