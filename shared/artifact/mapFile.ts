import { FrameRateError } from '../errors.ts';
import type { MapRegion } from '../tasteMap.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/** Where the items of a model lie in two dimensions, in steps of 1/32,767. */
export interface MapTable {
  readonly rows: number;
  /** Length `rows`, −1 to 1. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The largest first. */
  readonly regions: readonly MapRegion[];
}

// magic, version, rows, number of regions (u32), all x, all y (i16); a region: x, y (i16), items (u32), bytes of its label (u8), label (UTF-8)
const MAGIC = 'FRMP';
const VERSION = 1;
const NAME = 'map file';
const HEADER_BYTES = 16;
const REGION_BYTES = 9;
const STEPS = 32_767;

export function writeMapTable({ rows, x, y, regions }: MapTable): Uint8Array<ArrayBuffer> {
  const labels = regions.map(({ label }) => new TextEncoder().encode(label).subarray(0, 255));
  const out = new ByteWriter(HEADER_BYTES + 4 * rows + labels.reduce((sum, label) => sum + REGION_BYTES + label.length, 0));
  const coordinate = (value: number): void => out.i16(Math.round(value * STEPS));
  out.text(MAGIC);
  out.u32(VERSION);
  out.u32(rows);
  out.u32(regions.length);
  for (const values of [x, y]) for (let row = 0; row < rows; row++) coordinate(values[row]!);
  regions.forEach((region, i) => {
    coordinate(region.x);
    coordinate(region.y);
    out.u32(region.items);
    out.u8(labels[i]!.length);
    out.u8Array(labels[i]!);
  });
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readMapTable(bytes: Uint8Array): MapTable {
  const reader = new ByteReader(bytes, `The ${NAME}`);
  readHeader(reader, MAGIC, VERSION, NAME);
  const rows = reader.u32();
  const regionCount = reader.u32();
  if (4 * rows + REGION_BYTES * regionCount > reader.remaining) throw new FrameRateError('TRUNCATED', `The ${NAME} ends early. Fetch or publish it again.`);
  const coordinate = (): number => {
    const steps = reader.i16();
    if (steps < -STEPS) throw new FrameRateError('BAD_ARTIFACT', `The ${NAME} leads out of the map. Publish the model again.`);
    return steps / STEPS;
  };
  const coordinates = (): Float32Array => Float32Array.from({ length: rows }, coordinate);
  const [x, y] = [coordinates(), coordinates()];
  const regions = Array.from({ length: regionCount }, (): MapRegion => {
    const [regionX, regionY, items] = [coordinate(), coordinate(), reader.u32()];
    return { label: decode(reader.u8Array(reader.u8())), x: regionX, y: regionY, items };
  });
  reader.end();
  return { rows, x, y, regions };
}

function decode(label: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(label);
  } catch (cause) {
    throw new FrameRateError('BAD_ARTIFACT', `The ${NAME} names a region in no readable letters. Publish the model again.`, undefined, { cause });
  }
}
