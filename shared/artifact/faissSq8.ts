import { FrameRateError } from '../errors.ts';
import { checkCount, contradiction, FOURCC, HEADER_BYTES, QUANTIZER_BYTES, readHeader, readQuantizer, writeHeader, writeQuantizer } from './faissHeader.ts';
import { ByteReader, ByteWriter } from './format.ts';

/**
 * Item factors at 8 bits an entry, as `faiss.IndexScalarQuantizer(rank, QT_8bit, METRIC_INNER_PRODUCT)` keeps them.
 * Entry (row, d) is `min[d] + (codes[row * rank + d] + 0.5) / 255 * range[d]`.
 */
export interface Sq8Table {
  readonly rows: number;
  readonly rank: number;
  /** Length `rank`: the smallest value of each dimension. */
  readonly min: Float32Array;
  /** Length `rank`: largest minus smallest. */
  readonly range: Float32Array;
  /** rows × rank, row-major. */
  readonly codes: Uint8Array;
}

/** Quantises a rows × rank matrix (row-major) as Faiss trains and adds to QT_8bit with RS_minmax: same codes, so in floats. */
export function quantizeSq8(matrix: ArrayLike<number>, rows: number, rank: number): Sq8Table {
  const min = new Float32Array(rank).fill(rows === 0 ? 0 : Infinity);
  const max = new Float32Array(rank).fill(rows === 0 ? 0 : -Infinity);
  for (let i = 0, row = 0; row < rows; row++) {
    for (let d = 0; d < rank; d++, i++) {
      const value = Math.fround(matrix[i]!);
      if (value < min[d]!) min[d] = value;
      if (value > max[d]!) max[d] = value;
    }
  }
  const { fround } = Math;
  const range = max.map((value, d) => value - min[d]!);
  const codes = new Uint8Array(rows * rank);
  for (let i = 0, row = 0; row < rows; row++) {
    for (let d = 0; d < rank; d++, i++) {
      const unit = range[d] === 0 ? 0 : fround(fround(fround(matrix[i]!) - min[d]!) / range[d]!);
      codes[i] = Math.trunc(fround(255 * Math.min(1, Math.max(0, unit))));
    }
  }
  return { rows, rank, min, range, codes };
}

const QT_8BIT = 0;

/** Where the codes begin in a file, the rest of which they are. */
export const codesStart = (rank: number): number => HEADER_BYTES + QUANTIZER_BYTES + 8 + rank * 8 + 8;

/** The bytes that `faiss.write_index` writes for the same index. */
export function writeFaissSq8(table: Sq8Table): Uint8Array<ArrayBuffer> {
  const { rows, rank } = table;
  const out = new ByteWriter(codesStart(rank) + rows * rank);
  writeHeader(out, FOURCC.scalar, table);
  writeQuantizer(out, QT_8BIT, rank, rank);
  out.u64(rank * 2);
  out.f32Array(table.min);
  out.f32Array(table.range);
  out.u64(rows * rank);
  out.u8Array(table.codes);
  return out.bytes;
}

/**
 * Reads a Faiss 8-bit scalar-quantised inner-product index. `codes` is a view of `bytes`.
 * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` (another Faiss index type), `TRUNCATED`, `BAD_ARTIFACT`.
 */
export function readFaissSq8(bytes: Uint8Array): Sq8Table {
  const reader = new ByteReader(bytes, 'The index file');
  const { rows, rank } = readHeader(reader, FOURCC.scalar);
  readQuantizer(reader, QT_8BIT, rank, rank);
  if (reader.u64() !== rank * 2) throw contradiction();
  const min = reader.f32Array(rank);
  const range = reader.f32Array(rank);
  if (![...min, ...range].every(Number.isFinite)) throw new FrameRateError('BAD_ARTIFACT', 'The index holds ranges that are no numbers.');
  checkCount(reader.u64(), rows * rank);
  const codes = reader.u8Array(rows * rank);
  reader.end();
  return { rows, rank, min, range, codes };
}
