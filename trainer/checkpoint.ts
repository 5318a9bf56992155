import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from './atomicFile.ts';
import type { SvdCheckpoint, SvdState } from './svd.ts';

/** "FRck", little-endian. */
const MAGIC = 0x6b635246;
const HEADER_BYTES = 40;

/**
 * A long run kept in one file below the model's folder, in the byte order of the machine: it does not travel. It is
 * named by the recipe, so other data or parameters never go on with it.
 *
 *     magic u32, passes u32, columns u32, began u32, look u32, 0 u32, length of space f64, of projected f64, then both as f64
 */
export class CheckpointFile implements SvdCheckpoint {
  readonly #path: string;
  #kept = performance.now();

  constructor(
    folder: string,
    recipe: string,
    private readonly options: {
      /** Whether to go on with what is there; else it is written over. */
      readonly resume: boolean;
      readonly everySeconds: number;
      readonly onResume?: (passes: number) => void;
    },
  ) {
    this.#path = join(folder, `.checkpoint-${recipe.slice(0, 16)}.bin`);
  }

  async load(): Promise<SvdState | null> {
    if (!this.options.resume) return null;
    const state = readState(await readFile(this.#path).catch(() => new Uint8Array(0)));
    if (state) this.options.onResume?.(state.passes);
    return state;
  }

  async save({ passes, columns, began, look, space, projected }: SvdState): Promise<void> {
    if (performance.now() - this.#kept < this.options.everySeconds * 1000) return;
    const bytes = new Uint8Array(HEADER_BYTES + (space.length + projected.length) * 8);
    new Uint32Array(bytes.buffer, 0, 5).set([MAGIC, passes, columns, began, look]);
    new Float64Array(bytes.buffer, 24, 2).set([space.length, projected.length]);
    const numbers = new Float64Array(bytes.buffer, HEADER_BYTES);
    numbers.set(space);
    numbers.set(projected, space.length);
    await mkdir(dirname(this.#path), { recursive: true });
    await writeAtomically(this.#path, bytes);
    this.#kept = performance.now();
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** @returns null where the bytes are not a whole checkpoint. */
function readState(bytes: Uint8Array): SvdState | null {
  if (bytes.byteLength < HEADER_BYTES || bytes.byteLength % 8 !== 0) return null;
  const whole = Uint8Array.from(bytes).buffer;
  const [magic, passes, columns, began, look] = new Uint32Array(whole, 0, 5);
  const [spaceLength, projectedLength] = new Float64Array(whole, 24, 2);
  const numbers = new Float64Array(whole, HEADER_BYTES);
  if (magic !== MAGIC || projectedLength !== columns! ** 2 || numbers.length !== spaceLength! + projectedLength) return null;
  return { passes: passes!, columns: columns!, began: began!, look: look!, space: numbers.subarray(0, spaceLength), projected: numbers.subarray(spaceLength) };
}
