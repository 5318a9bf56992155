import { FrameRateError } from '../errors.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/**
 * What the factors miss between the most rated items: for each item the few others that say most about it, at 8 bits.
 * A rating of row i moves the score of row j by entry (i, j) = `values[e] · scale[j]` where `targets[e]` = j and e is
 * one of i's entries, `offsets[i]` up to `offsets[i + 1]`.
 */
export interface ResidualTable {
  /** It covers rows 0 … rows − 1 of the model: the most rated. At most MAX_RESIDUAL_ROWS. */
  readonly rows: number;
  /** Length rows + 1. */
  readonly offsets: Uint32Array;
  /** Ascending within one row's entries, never the row itself. */
  readonly targets: Uint16Array;
  readonly values: Int8Array;
  /** Length rows. */
  readonly scale: Float32Array;
}

/** A target's row takes 16 bits. */
export const MAX_RESIDUAL_ROWS = 0x1_0000;

// magic, version, rows, entries (u32); scale (f32 a row); entries of each row (u16); then of all entries the targets'
// low bytes, their high bytes (which hardly change from one to the next and so compress to nothing), and the values (i8)
const MAGIC = 'FRRS';
const VERSION = 1;
const HEADER_BYTES = 16;

export function writeResidualTable({ rows, offsets, targets, values, scale }: ResidualTable): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(HEADER_BYTES + 6 * rows + 3 * targets.length);
  out.text(MAGIC);
  out.u32(VERSION);
  out.u32(rows);
  out.u32(targets.length);
  out.f32Array(scale);
  for (let row = 0; row < rows; row++) out.u16(offsets[row + 1]! - offsets[row]!);
  out.u8Array(Uint8Array.from(targets, (target) => target & 0xff));
  out.u8Array(Uint8Array.from(targets, (target) => target >>> 8));
  out.u8Array(new Uint8Array(values.buffer, values.byteOffset, values.length));
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readResidualTable(bytes: Uint8Array): ResidualTable {
  const reader = new ByteReader(bytes, 'The residual file');
  readHeader(reader, MAGIC, VERSION, 'residual file');
  const rows = reader.u32();
  const entries = reader.u32();
  if (rows > MAX_RESIDUAL_ROWS) bad(`it covers ${rows} rows, ${MAX_RESIDUAL_ROWS} at most can be`);
  const scale = reader.f32Array(rows);
  if (!scale.every(Number.isFinite)) bad('it holds scales that are no numbers');
  const offsets = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + reader.u16();
  if (offsets[rows] !== entries) bad(`its rows have ${offsets[rows]} entries, its header says ${entries}`);
  const low = reader.u8Array(entries);
  const high = reader.u8Array(entries);
  const values = Int8Array.from(reader.u8Array(entries));
  reader.end();
  const targets = Uint16Array.from(low, (byte, e) => byte | (high[e]! << 8));
  for (let row = 0; row < rows; row++) checkTargets(targets.subarray(offsets[row], offsets[row + 1]), row, rows);
  return { rows, offsets, targets, values, scale };
}

function checkTargets(targets: Uint16Array, row: number, rows: number): void {
  for (const [e, target] of targets.entries()) {
    if (target >= rows || target === row || (e > 0 && target <= targets[e - 1]!)) bad(`row ${row} points at row ${target}`);
  }
}

function bad(what: string): never {
  throw new FrameRateError('BAD_ARTIFACT', `The residual file contradicts itself: ${what}. Publish the model again.`);
}
