import { sha256Hex } from '../shared/artifact/digest.ts';

/** Raised whenever the same data and parameters would train other bytes. */
const TRAINER_VERSION = 4;

/** See Manifest.recipe. @param parameters all that the bytes follow from, as JSON tells it apart. */
export const recipeOf = (dataDigest: string, parameters: unknown): Promise<string> =>
  sha256Hex(new TextEncoder().encode(JSON.stringify([TRAINER_VERSION, dataDigest, parameters])));
