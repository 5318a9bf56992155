import { FrameRateError } from '../errors.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/** What expected ratings need beside the item factors: engine/expectedRating.ts says how they are made. */
export interface StarsTable {
  readonly rows: number;
  /** Above 0: how many ratings' worth of doubt there is about somebody being generous or strict. */
  readonly offsetRidge: number;
  /** Above 0: the same about their taste. */
  readonly tasteRidge: number;
  /** The shrunk mean rating of row i is `min + step · codes[i]`, on the model's rating scale. */
  readonly min: number;
  /** Not below 0. */
  readonly step: number;
  readonly codes: Uint8Array;
}

// magic, version, rows (u32), offsetRidge, tasteRidge, min, step (f32), then one byte a row
const MAGIC = 'FRST';
const VERSION = 1;
const NAME = 'stars file';
const HEADER_BYTES = 28;

/** Item means at 8 bits each: within a hundredth of a star on a scale with five. */
export function quantizeMeans(means: ArrayLike<number>): Pick<StarsTable, 'min' | 'step' | 'codes'> {
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < means.length; row++) {
    min = Math.min(min, means[row]!);
    max = Math.max(max, means[row]!);
  }
  if (means.length === 0) min = max = 0;
  // Both rounded as the file keeps them: where all are alike, nothing is between them.
  min = Math.fround(min);
  const step = Math.fround((Math.fround(max) - min) / 255);
  return { min, step, codes: Uint8Array.from(means, (mean) => (step === 0 ? 0 : Math.min(255, Math.max(0, Math.round((mean - min) / step))))) };
}

/** The mean rating that a row is known for. */
export const meanRating = ({ min, step, codes }: StarsTable, row: number): number => min + step * codes[row]!;

export function writeStarsTable(table: StarsTable): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(HEADER_BYTES + table.rows);
  out.text(MAGIC);
  out.u32(VERSION);
  out.u32(table.rows);
  for (const value of [table.offsetRidge, table.tasteRidge, table.min, table.step]) out.f32(value);
  out.u8Array(table.codes);
  return out.bytes;
}

/** `codes` is a view of `bytes`. @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readStarsTable(bytes: Uint8Array): StarsTable {
  const reader = new ByteReader(bytes, `The ${NAME}`);
  readHeader(reader, MAGIC, VERSION, NAME);
  const rows = reader.u32();
  const [offsetRidge, tasteRidge, min, step] = [reader.f32(), reader.f32(), reader.f32(), reader.f32()];
  const codes = reader.u8Array(rows);
  reader.end();
  if (![offsetRidge, tasteRidge, min, step].every(Number.isFinite) || !(offsetRidge > 0 && tasteRidge > 0 && step >= 0)) {
    throw new FrameRateError('BAD_ARTIFACT', `The ${NAME} holds numbers that mean nothing. Publish the model again.`);
  }
  return { rows, offsetRidge, tasteRidge, min, step, codes };
}
