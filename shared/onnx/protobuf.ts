/**
 * Writes protocol buffers: https://protobuf.dev/programming-guides/encoding. Only what ONNX needs, and only writing.
 *
 * A field is a key (number and wire type) and a value; a message is its fields one after another. Fields are kept in
 * pieces, so that a message within a message is not copied: `join` puts them together once.
 */
export interface Field {
  readonly byteLength: number;
  readonly pieces: readonly Uint8Array[];
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** int32, int64, bool, enum. @param value a whole number; a negative one is written as its 64-bit two's complement. */
export const int = (number: number, value: number): Field => field(key(number, VARINT), varint(value));

/** bytes. */
export const bytes = (number: number, value: Uint8Array): Field => delimited(number, [value]);

/** string. */
export const text = (number: number, value: string): Field => delimited(number, [new TextEncoder().encode(value)]);

/** repeated int32 or int64, packed. */
export const packedInts = (number: number, values: Iterable<number>): Field => delimited(number, Array.from(values, varint));

/** repeated float, packed. */
export const packedFloats = (number: number, values: ArrayLike<number>): Field => delimited(number, [floatBytes(values)]);

/** A message as a field of another. */
export const message = (number: number, fields: readonly Field[]): Field => delimited(number, fields.flatMap((part) => part.pieces));

/** The message that consists of these fields. */
export function join(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(fields.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const piece of fields.flatMap((part) => part.pieces)) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}

const field = (...pieces: readonly Uint8Array[]): Field => ({ byteLength: pieces.reduce((sum, piece) => sum + piece.byteLength, 0), pieces });

function delimited(number: number, content: readonly Uint8Array[]): Field {
  const length = content.reduce((sum, piece) => sum + piece.byteLength, 0);
  return field(key(number, LENGTH_DELIMITED), varint(length), ...content);
}

const key = (number: number, wireType: number): Uint8Array => varint(number * 8 + wireType);

/** Seven bits a byte, the lowest first; the eighth says that more follow. @throws {RangeError} for no whole number. */
function varint(value: number): Uint8Array {
  const septets: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) septets.push(Number(rest & 127n) | 128);
  septets.push(Number(rest));
  return Uint8Array.from(septets);
}

function floatBytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true);
  return new Uint8Array(view.buffer);
}
