import { FrameRateError } from '../errors.ts';
import { checkCount, contradiction, FOURCC, HEADER_BYTES, QUANTIZER_BYTES, readHeader, readQuantizer, writeHeader, writeQuantizer } from './faissHeader.ts';
import { ByteReader, ByteWriter } from './format.ts';

/** Item factors in 16-bit floats, as `faiss.IndexScalarQuantizer(rank, QT_fp16, METRIC_INNER_PRODUCT)` keeps them. */
export interface HalfTable {
  readonly rows: number;
  readonly rank: number;
  /** rows × rank, row-major: bits of IEEE binary16, all finite; HALF_VALUES has their numbers. */
  readonly halves: Uint16Array;
}

const LARGEST_HALF = 65_504;
const INFINITE = 0x7c00; // and above it what is no number

/** The number of each of the 65,536 patterns. */
export const HALF_VALUES = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >> 15 ? -size : size;
});

const bitsOf = new Float32Array(1);
const floatBits = new Uint32Array(bitsOf.buffer);

/** The nearest 16-bit float of a 32-bit one, ties to even: as hardware rounds, and Faiss where it leaves that to hardware. */
export function toHalf(value: number): number {
  bitsOf[0] = value;
  const bits = floatBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size >= 0x4780_0000) return sign | INFINITE; // 65,536 and more
  if (size < 0x3880_0000) {
    // Below 2⁻¹⁴ halves lie 2⁻²⁴ apart: a number of such steps, rounded to even by hand.
    const steps = Math.abs(bitsOf[0]!) * 2 ** 24;
    const whole = Math.floor(steps);
    const rest = steps - whole;
    return sign | (whole + (rest > 0.5 || (rest === 0.5 && whole & 1) ? 1 : 0));
  }
  // 13 bits of the fraction go; a carry runs into the exponent, where it belongs.
  const rounded = size + 0x0fff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x3800_0000) >>> 13);
}

/** @throws {FrameRateError} `BAD_ARTIFACT` for a number that 16-bit floats do not reach. */
export function toHalves(matrix: ArrayLike<number>, rows: number, rank: number): HalfTable {
  const halves = new Uint16Array(rows * rank);
  for (let i = 0; i < halves.length; i++) {
    halves[i] = toHalf(matrix[i]!);
    if ((halves[i]! & INFINITE) === INFINITE) throw new FrameRateError('BAD_ARTIFACT', `The factors hold ${matrix[i]}; 16-bit floats end at ${LARGEST_HALF}.`);
  }
  return { rows, rank, halves };
}

export const QT_FP16 = 4;

/** The bytes that `faiss.write_index` writes for the same index. */
export function writeFaissFp16(table: HalfTable): Uint8Array<ArrayBuffer> {
  const { rank, halves } = table;
  const out = new ByteWriter(HEADER_BYTES + QUANTIZER_BYTES + 8 + 8 + halves.byteLength);
  writeHeader(out, FOURCC.scalar, table);
  writeQuantizer(out, QT_FP16, rank, rank * 2);
  out.u64(0); // parameters: none
  out.u64(halves.byteLength);
  out.u8Array(new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength));
  return out.bytes;
}

/**
 * Reads a Faiss 16-bit inner-product index. `halves` is a copy: in the file they are not aligned.
 * @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` (another Faiss index type), `TRUNCATED`, `BAD_ARTIFACT`.
 */
export function readFaissFp16(bytes: Uint8Array): HalfTable {
  const reader = new ByteReader(bytes, 'The index file');
  const { rows, rank } = readHeader(reader, FOURCC.scalar);
  readQuantizer(reader, QT_FP16, rank, rank * 2);
  if (reader.u64() !== 0) throw contradiction();
  checkCount(reader.u64(), rows * rank * 2);
  const halves = reader.block(Uint16Array, rows * rank);
  reader.end();
  for (const half of halves) {
    if ((half & INFINITE) === INFINITE) throw new FrameRateError('BAD_ARTIFACT', 'The index holds factors that are no numbers.');
  }
  return { rows, rank, halves };
}
