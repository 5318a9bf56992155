import { FrameRateError } from '../errors.ts';
import { itemRow, type ItemRow } from '../ids.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/** Which titles to ask a newcomer about. */
export interface OnboardingList {
  /** Rows of the model. */
  readonly rows: number;
  /** The most telling first, each once. */
  readonly asked: readonly ItemRow[];
}

// magic, version, rows, length (u32), then the asked rows (u32)
const MAGIC = 'FROB';
const VERSION = 1;
const NAME = 'onboarding file';
const HEADER_BYTES = 16;

export function writeOnboardingList({ rows, asked }: OnboardingList): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(HEADER_BYTES + 4 * asked.length);
  out.text(MAGIC);
  out.u32(VERSION);
  out.u32(rows);
  out.u32(asked.length);
  for (const row of asked) out.u32(row);
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readOnboardingList(bytes: Uint8Array): OnboardingList {
  const reader = new ByteReader(bytes, `The ${NAME}`);
  readHeader(reader, MAGIC, VERSION, NAME);
  const rows = reader.u32();
  const length = reader.u32();
  if (length > rows) throw new FrameRateError('BAD_ARTIFACT', `The ${NAME} asks about ${length} of ${rows} items. Publish the model again.`);
  const asked = Array.from({ length }, () => itemRow(reader.u32()));
  reader.end();
  if (asked.some((row) => row >= rows) || new Set(asked).size !== length) {
    throw new FrameRateError('BAD_ARTIFACT', `The ${NAME} names an item twice, or one that is not there. Publish the model again.`);
  }
  return { rows, asked };
}
