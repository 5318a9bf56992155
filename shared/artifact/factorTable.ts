import { FrameRateError } from '../errors.ts';
import { readFaissFlat, writeFaissFlat, type FlatTable } from './faissFlat.ts';
import { QT_FP16, readFaissFp16, toHalves, writeFaissFp16, type HalfTable } from './faissFp16.ts';
import { FOURCC, HEADER_BYTES, readFourcc } from './faissHeader.ts';
import { quantizeSq8, readFaissSq8, writeFaissSq8, type Sq8Table } from './faissSq8.ts';
import { ByteReader } from './format.ts';

/** Item factors, one row an item, as some Faiss index keeps them. `scoring.ts` decodes and scores their rows. */
export type FactorTable = Sq8Table | WideTable;
/** Of more than 8 bits an entry. */
export type WideTable = FlatTable | HalfTable;
/** Item factors as answers need them: row by row, wherever they are kept. */
export type FactorRows = FactorTable | HeldCodes;

/** The codes of an Sq8Table in somebody else's memory and order. */
export interface HeldCodes extends Omit<Sq8Table, 'codes'> {
  /** All of that memory, as it is now. */
  readonly bytes: Uint8Array;
  /** Where in it the codes of a row begin. */
  startOf(row: number): number;
}

/** How a model's factors are kept, by Faiss's names: 8, 16 or 32 bits an entry. */
export const FACTOR_STORES = ['SQ8', 'SQfp16', 'Flat'] as const;
export type FactorStore = (typeof FACTOR_STORES)[number];

/** @param matrix rows × rank, row-major. @throws {FrameRateError} `BAD_ARTIFACT` for numbers that 16 bits do not reach. */
export function storeFactors(store: FactorStore, matrix: Float64Array, rows: number, rank: number): FactorTable {
  if (store === 'SQ8') return quantizeSq8(matrix, rows, rank);
  return store === 'SQfp16' ? toHalves(matrix, rows, rank) : { rows, rank, values: Float32Array.from(matrix) };
}

/** The same factors as bytes that Faiss reads. */
export function writeFactorTable(table: FactorTable): Uint8Array<ArrayBuffer> {
  if ('codes' in table) return writeFaissSq8(table);
  return 'halves' in table ? writeFaissFp16(table) : writeFaissFlat(table);
}

/**
 * Reads an index by inner product of 8-bit codes (a view of `bytes`), or of 16- or 32-bit floats (copies).
 * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` (another Faiss index type), `TRUNCATED`, `BAD_ARTIFACT`.
 */
export function readFactorTable(bytes: Uint8Array): FactorTable {
  const reader = new ByteReader(bytes, 'The index file');
  const fourcc = readFourcc(reader);
  if (fourcc === FOURCC.flat) return readFaissFlat(bytes);
  if (fourcc !== FOURCC.scalar) {
    throw new FrameRateError(
      'UNSUPPORTED_VERSION',
      `This is a Faiss index of type ${fourcc}; this engine reads ${FOURCC.scalar} (scalar quantiser of 8 bits or fp16) and ${FOURCC.flat} (flat, inner product).`,
    );
  }
  reader.u8Array(HEADER_BYTES - fourcc.length);
  return reader.i32() === QT_FP16 ? readFaissFp16(bytes) : readFaissSq8(bytes);
}

/** The first rows alone: a view. */
export function firstRows(table: FactorTable, rows: number): FactorTable {
  const end = rows * table.rank;
  if ('codes' in table) return { ...table, rows, codes: table.codes.subarray(0, end) };
  return 'halves' in table ? { ...table, rows, halves: table.halves.subarray(0, end) } : { ...table, rows, values: table.values.subarray(0, end) };
}
