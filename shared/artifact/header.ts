import { FrameRateError } from '../errors.ts';
import type { ByteReader } from './format.ts';

/**
 * Reads the magic and the version that our own small files begin with.
 * @param name the file, for error messages: "onboarding file".
 * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`.
 */
export function readHeader(reader: ByteReader, magic: string, version: number, name: string): void {
  if (reader.text(magic.length) !== magic) throw new FrameRateError('BAD_MAGIC', `This is not a FrameRate ${name}.`);
  const found = reader.u32();
  if (found !== version) throw new FrameRateError('UNSUPPORTED_VERSION', `The ${name} is of version ${found}; this FrameRate reads ${version}. Update FrameRate.`);
}
