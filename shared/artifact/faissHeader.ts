import { FrameRateError } from '../errors.ts';
import type { ByteReader, ByteWriter } from './format.ts';

// What Faiss's files begin with: faiss/impl/index_write.cpp, write_index_header, write_ScalarQuantizer; counts are 8 bytes.

/** Index types that hold item factors: `faiss.IndexFlatIP` and `faiss.IndexScalarQuantizer`. */
export const FOURCC = { flat: 'IxFI', scalar: 'IxSQ' } as const;
export type Fourcc = (typeof FOURCC)[keyof typeof FOURCC];

const METRIC_INNER_PRODUCT = 0;
const RS_MINMAX = 0;
const UNUSED = 1 << 20; // Faiss writes this twice where older releases had fields

/** Of `fourcc … metric`, which every index has. */
export const HEADER_BYTES = 4 + 4 + 8 + 8 + 8 + 1 + 4;
/** Of the scalar quantiser's own fields, which follow it. */
export const QUANTIZER_BYTES = 4 + 4 + 4 + 8 + 8;

export interface Shape {
  readonly rows: number;
  readonly rank: number;
}

export function writeHeader(out: ByteWriter, fourcc: Fourcc, { rows, rank }: Shape): void {
  out.text(fourcc);
  out.i32(rank);
  out.u64(rows);
  out.u64(UNUSED);
  out.u64(UNUSED);
  out.u8(1); // trained
  out.i32(METRIC_INNER_PRODUCT);
}

/** @throws {FrameRateError} `BAD_MAGIC` no index, `UNSUPPORTED_VERSION` another type or metric, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readHeader(reader: ByteReader, fourcc: Fourcc): Shape {
  const found = readFourcc(reader);
  if (found !== fourcc) throw new FrameRateError('UNSUPPORTED_VERSION', `This is a Faiss index of type ${found}, not ${fourcc}.`);
  const rank = reader.i32();
  const rows = reader.u64();
  reader.u64();
  reader.u64();
  const trained = reader.u8();
  const metric = reader.i32();
  if (metric !== METRIC_INNER_PRODUCT) throw new FrameRateError('UNSUPPORTED_VERSION', `This engine reads indexes by inner product; this one has metric ${metric}.`);
  if (rank < 1 || rank > 65_536 || trained !== 1) throw contradiction();
  return { rows, rank };
}

/** @throws {FrameRateError} `BAD_MAGIC`, `TRUNCATED`. */
export function readFourcc(reader: ByteReader): string {
  const fourcc = reader.text(4);
  if (!/^I[A-Za-z0-9]{3}$/.test(fourcc)) throw new FrameRateError('BAD_MAGIC', 'This is not a Faiss index.');
  return fourcc;
}

export function writeQuantizer(out: ByteWriter, type: number, rank: number, codeBytes: number): void {
  out.i32(type);
  out.i32(RS_MINMAX);
  out.f32(0); // argument of the range statistic: none
  out.u64(rank);
  out.u64(codeBytes);
}

/** @throws {FrameRateError} `UNSUPPORTED_VERSION` a quantiser of another type, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readQuantizer(reader: ByteReader, type: number, rank: number, codeBytes: number): void {
  const found = reader.i32();
  reader.i32(); // range statistic: only matters while training
  reader.f32();
  const quantizerRank = reader.u64();
  const quantizerBytes = reader.u64();
  if (found !== type) throw new FrameRateError('UNSUPPORTED_VERSION', `This index has a scalar quantiser of type ${found}, not ${type}.`);
  if (quantizerRank !== rank || quantizerBytes !== codeBytes) throw contradiction();
}

export function contradiction(): FrameRateError {
  return new FrameRateError('BAD_ARTIFACT', 'The index header contradicts itself. Publish the model again.');
}

/** @throws {FrameRateError} `BAD_ARTIFACT` unless that many entries follow, as the header says. */
export function checkCount(found: number, expected: number): void {
  if (found !== expected) throw new FrameRateError('BAD_ARTIFACT', 'The index holds another number of codes than its header says.');
}
