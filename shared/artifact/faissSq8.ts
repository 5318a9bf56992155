import { FrameRateError } from '../errors.ts';
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

// Layout: faiss/impl/index_write.cpp, write_index_header, write_ScalarQuantizer, WRITEVECTOR (counts are 8 bytes).
const FOURCC = 'IxSQ';
const METRIC_INNER_PRODUCT = 0;
const QT_8BIT = 0;
const RS_MINMAX = 0;
const UNUSED = 1 << 20; // Faiss writes this twice where older releases had fields
const HEADER_BYTES = 4 + 4 + 8 + 8 + 8 + 1 + 4 + (4 + 4 + 4 + 8 + 8 + 8);

/** The bytes that `faiss.write_index` writes for the same index. */
export function writeFaissSq8(table: Sq8Table): Uint8Array<ArrayBuffer> {
  const { rows, rank } = table;
  const out = new ByteWriter(HEADER_BYTES + rank * 8 + 8 + rows * rank);
  out.text(FOURCC);
  out.i32(rank);
  out.u64(rows);
  out.u64(UNUSED);
  out.u64(UNUSED);
  out.u8(1); // trained
  out.i32(METRIC_INNER_PRODUCT);
  out.i32(QT_8BIT);
  out.i32(RS_MINMAX);
  out.f32(0); // argument of the range statistic: none
  out.u64(rank);
  out.u64(rank); // bytes a code
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
  const fourcc = reader.text(4);
  if (fourcc !== FOURCC) {
    if (/^I[A-Za-z0-9]{3}$/.test(fourcc)) {
      throw new FrameRateError('UNSUPPORTED_VERSION', `This is a Faiss index of type ${fourcc}; this engine reads ${FOURCC} (8-bit scalar quantiser).`);
    }
    throw new FrameRateError('BAD_MAGIC', 'This is not a Faiss index.');
  }
  const rank = reader.i32();
  const rows = reader.u64();
  reader.u64();
  reader.u64();
  const trained = reader.u8();
  const metric = reader.i32();
  const quantizer = reader.i32();
  reader.i32(); // range statistic: only matters while training
  reader.f32();
  const quantizerRank = reader.u64();
  const codeBytes = reader.u64();
  const parameters = reader.u64();
  if (metric !== METRIC_INNER_PRODUCT || quantizer !== QT_8BIT) {
    throw new FrameRateError('UNSUPPORTED_VERSION', `This engine reads 8-bit inner-product indexes; this one has metric ${metric}, quantiser ${quantizer}.`);
  }
  if (rank < 1 || rank > 65_536 || trained !== 1 || quantizerRank !== rank || codeBytes !== rank || parameters !== rank * 2) {
    throw new FrameRateError('BAD_ARTIFACT', 'The index header contradicts itself. Publish the model again.');
  }
  const min = reader.f32Array(rank);
  const range = reader.f32Array(rank);
  if (![...min, ...range].every(Number.isFinite)) throw new FrameRateError('BAD_ARTIFACT', 'The index holds ranges that are no numbers.');
  if (reader.u64() !== rows * rank) throw new FrameRateError('BAD_ARTIFACT', 'The index holds another number of codes than its header says.');
  const codes = reader.u8Array(rows * rank);
  reader.end();
  return { rows, rank, min, range, codes };
}
