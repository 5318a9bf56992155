import { FrameRateError } from '../errors.ts';
import { checkCount, FOURCC, HEADER_BYTES, readHeader, writeHeader } from './faissHeader.ts';
import { ByteReader, ByteWriter } from './format.ts';

/** Item factors in 32-bit floats, as `faiss.IndexFlatIP(rank)` keeps them. */
export interface FlatTable {
  readonly rows: number;
  readonly rank: number;
  /** rows × rank, row-major, all finite. */
  readonly values: Float32Array;
}

/** The bytes that `faiss.write_index` writes for the same index. */
export function writeFaissFlat(table: FlatTable): Uint8Array<ArrayBuffer> {
  const { values } = table;
  const out = new ByteWriter(HEADER_BYTES + 8 + values.byteLength);
  writeHeader(out, FOURCC.flat, table);
  out.u64(values.length);
  out.u8Array(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return out.bytes;
}

/**
 * Reads a Faiss flat inner-product index. `values` is a copy: in the file they are not aligned.
 * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` (another Faiss index type), `TRUNCATED`, `BAD_ARTIFACT`.
 */
export function readFaissFlat(bytes: Uint8Array): FlatTable {
  const reader = new ByteReader(bytes, 'The index file');
  const { rows, rank } = readHeader(reader, FOURCC.flat);
  checkCount(reader.u64(), rows * rank);
  const values = reader.block(Float32Array, rows * rank);
  reader.end();
  for (const value of values) {
    if (!Number.isFinite(value)) throw new FrameRateError('BAD_ARTIFACT', 'The index holds factors that are no numbers.');
  }
  return { rows, rank, values };
}
