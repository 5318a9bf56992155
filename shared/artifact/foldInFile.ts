import { FrameRateError } from '../errors.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';

/** What turns ratings into a query, beside the factors themselves. All finite; `rows` and `rank` are the index's. */
export interface FoldInTable {
  readonly rows: number;
  readonly rank: number;
  /** Length `rank`: s_k² / s_d², rising to 1: how little dimension d stands out of the noise. */
  readonly noise: Float32Array;
  /** Length `rank`: ū = Σ p_i E_i / Σ p_i, the average person's vector. */
  readonly prior: Float32Array;
  /** Length `rows`: p_i = Σ_u w(u, i), descending: rows are in order of popularity. */
  readonly popularity: Float32Array;
  /** Length `rows`: E_i = encoderScale[i] · F_i, where F_i is the index's row. */
  readonly encoderScale: Float32Array;
}

// magic, version, rows, rank (u32), then the four arrays in the order above (f32)
const MAGIC = 'FRFI';
const VERSION = 1;
const HEADER_BYTES = 16;

export function writeFoldInTable(table: FoldInTable): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(HEADER_BYTES + 8 * table.rank + 8 * table.rows);
  out.text(MAGIC);
  out.u32(VERSION);
  out.u32(table.rows);
  out.u32(table.rank);
  for (const values of [table.noise, table.prior, table.popularity, table.encoderScale]) out.f32Array(values);
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function readFoldInTable(bytes: Uint8Array): FoldInTable {
  const reader = new ByteReader(bytes, 'The fold-in file');
  readHeader(reader, MAGIC, VERSION, 'fold-in file');
  const rows = reader.u32();
  const rank = reader.u32();
  const table = {
    rows,
    rank,
    noise: reader.f32Array(rank),
    prior: reader.f32Array(rank),
    popularity: reader.f32Array(rows),
    encoderScale: reader.f32Array(rows),
  };
  reader.end();
  for (const values of [table.noise, table.prior, table.popularity, table.encoderScale]) {
    if (!values.every(Number.isFinite)) throw new FrameRateError('BAD_ARTIFACT', 'The fold-in file holds values that are no numbers. Publish the model again.');
  }
  return table;
}
