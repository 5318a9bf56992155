import { FrameRateError } from '../errors.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/** What turns ratings into a query, beside the factors themselves. */
export type FoldInTable = SumTable | RidgeTable;

/** All numbers are finite; `rows` and `rank` are the index's. */
interface CommonTable {
  readonly rows: number;
  readonly rank: number;
  /** Length `rank`: ū, the average person's vector. Of a sum it is Σ p_i E_i / Σ p_i. */
  readonly prior: Float32Array;
  /** Length `rows`: p_i = Σ_u w(u, i), descending: rows are in order of popularity. */
  readonly popularity: Float32Array;
}

/** Of models whose people are weighted sums of rows: sumRule.ts. */
export interface SumTable extends CommonTable {
  /** Length `rank`: s_k² / s_d², rising to 1: how little dimension d stands out of the noise. */
  readonly noise: Float32Array;
  /** Length `rows`: E_i = encoderScale[i] · F_i, where F_i is the index's row. */
  readonly encoderScale: Float32Array;
}

/** Of models whose people are ridge regressions on rows: ridgeRule.ts. */
export interface RidgeTable extends CommonTable {
  /** α0 Σ_i F_i F_iᵀ over all rows of the index: the lower triangle row by row, rank · (rank + 1) / 2 numbers. */
  readonly gram: Float32Array;
}

// magic, version, rows, rank (u32), then arrays (f32): noise, prior, popularity, encoderScale of a sum;
// gram, prior, popularity of a ridge
const SUM_MAGIC = 'FRFI';
const RIDGE_MAGIC = 'FRRI';
const VERSION = 1;
const HEADER_BYTES = 16;

const arraysOf = (table: FoldInTable): Float32Array[] =>
  'gram' in table ? [table.gram, table.prior, table.popularity] : [table.noise, table.prior, table.popularity, table.encoderScale];

export function writeFoldInTable(table: FoldInTable): Uint8Array<ArrayBuffer> {
  const arrays = arraysOf(table);
  const out = new ByteWriter(arrays.reduce((bytes, values) => bytes + values.byteLength, HEADER_BYTES));
  out.text('gram' in table ? RIDGE_MAGIC : SUM_MAGIC);
  out.u32(VERSION);
  out.u32(table.rows);
  out.u32(table.rank);
  for (const values of arrays) out.f32Array(values);
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readFoldInTable(bytes: Uint8Array): FoldInTable {
  const ridge = String.fromCharCode(...bytes.subarray(0, RIDGE_MAGIC.length)) === RIDGE_MAGIC;
  const reader = new ByteReader(bytes, 'The fold-in file');
  readHeader(reader, ridge ? RIDGE_MAGIC : SUM_MAGIC, VERSION, 'fold-in file');
  const rows = reader.u32();
  const rank = reader.u32();
  const read = (length: number): Float32Array => reader.block(Float32Array, length);
  const table: FoldInTable = ridge
    ? { rows, rank, gram: read((rank * (rank + 1)) / 2), prior: read(rank), popularity: read(rows) }
    : { rows, rank, noise: read(rank), prior: read(rank), popularity: read(rows), encoderScale: read(rows) };
  reader.end();
  for (const values of arraysOf(table)) {
    if (!values.every(Number.isFinite)) throw new FrameRateError('BAD_ARTIFACT', 'The fold-in file holds values that are no numbers. Publish the model again.');
  }
  return table;
}
