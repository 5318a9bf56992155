import { readFile } from 'node:fs/promises';
import { formatBytes } from '../../shared/artifact/format.ts';
import { optionalFileOf } from '../../shared/artifact/manifest.ts';
import type { WeightedRow } from '../../shared/engine/foldIn.ts';
import { FrameRateError } from '../../shared/errors.ts';
import { itemRow } from '../../shared/ids.ts';
import { Encoder } from '../../shared/onnx/encoder.ts';
import { loadOnnx } from '../../shared/onnx/load.ts';
import { InputError } from '../inputError.ts';
import { openModel } from '../openModel.ts';
import { readManifest, republish } from '../publish.ts';

export interface EncoderOptions {
  readonly model: string;
  readonly apply?: string;
  readonly remove?: true;
}

/** How many ratings an encoder is tried with before it is published. */
const TRIED = [1, 2, 7, 40];

/** Publishes a model with an ONNX encoder in place of its fold-in, or without one again. */
export async function encoder({ model: folder, apply, remove }: EncoderOptions): Promise<void> {
  if ((apply === undefined) === (remove === undefined)) throw new InputError('Say what to do: --apply FILE publishes the model with that encoder, --remove without one.');
  if (apply === undefined) {
    if (!optionalFileOf(await readManifest(folder), 'encoder')) throw new InputError(`${folder} has no encoder.`);
    await republish(folder, { files: { encoder: null } });
    process.stdout.write(`Published ${folder}: people are folded in again.\n`);
    return;
  }
  const file = await read(apply);
  try {
    await tryOut(file, await openModel(folder));
  } catch (error) {
    if (error instanceof FrameRateError && error.code === 'BAD_ARTIFACT') throw new InputError(`${apply}: ${error.message}`, { cause: error });
    throw error;
  }
  await republish(folder, { files: { encoder: file } });
  process.stdout.write(`Published ${folder} with the encoder ${apply} (${formatBytes(file.byteLength)}). Answers have no shares of single ratings now.\n`);
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new InputError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** What breaks shows here, and not to the first person who asks. */
async function tryOut(file: Uint8Array, { factors }: Awaited<ReturnType<typeof openModel>>): Promise<void> {
  const tried = await Encoder.open(file, await loadOnnx(), factors.rank);
  for (const count of TRIED) {
    const ratings = Array.from({ length: Math.min(count, factors.rows) }, (_, i): WeightedRow => ({ row: itemRow(Math.floor((i * factors.rows) / count)), weight: 1 }));
    await tried.encode(ratings);
  }
  await tried.close();
}
