import { FrameRateError } from '../errors.ts';

type Block = Float64Array | Float32Array | Uint32Array | Uint16Array | Int16Array;

interface BlockMaker<T extends Block> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Reads little-endian values one after another and refuses to run past the end. */
export class ByteReader {
  readonly #view: DataView;
  #offset = 0;

  /** @param name what the bytes are, for error messages: "the index". */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.byteLength - this.#offset;
  }

  #take(count: number): number {
    if (count > this.remaining) {
      throw new FrameRateError(
        'TRUNCATED',
        `${this.name} ends early: ${count} more bytes wanted at ${this.#offset}, ${this.remaining} there. Fetch or publish it again.`,
      );
    }
    const at = this.#offset;
    this.#offset += count;
    return at;
  }

  text(count: number): string {
    const at = this.#take(count);
    return String.fromCharCode(...this.bytes.subarray(at, at + count));
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** A 64-bit count. @throws {FrameRateError} `BAD_ARTIFACT` when no such count can be meant. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FrameRateError('BAD_ARTIFACT', `${this.name} holds an impossible length (${value}).`);
    return Number(value);
  }

  /** A copy, because the bytes need not be aligned to four. */
  f32Array(count: number): Float32Array {
    const at = this.#take(count * 4);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.#view.getFloat32(at + i * 4, true);
    return values;
  }

  /**
   * `count` values at once, for large arrays: a view where the bytes are aligned, else a copy. The bytes are
   * little-endian, and so is every machine with WebAssembly.
   */
  block<T extends Block>(Values: BlockMaker<T>, count: number): T {
    const bytes = this.u8Array(count * Values.BYTES_PER_ELEMENT);
    const aligned = bytes.byteOffset % Values.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
    return new Values(aligned.buffer, aligned.byteOffset, count);
  }

  /** A view, not a copy. */
  u8Array(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** @throws {FrameRateError} `BAD_ARTIFACT` when bytes are left over. */
  end(): void {
    if (this.remaining !== 0) throw new FrameRateError('BAD_ARTIFACT', `${this.name} has ${this.remaining} bytes too many.`);
  }
}

/** Writes little-endian values into a buffer whose size is known beforehand. */
export class ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #offset = 0;

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
    this.#view = new DataView(this.bytes.buffer);
  }

  #take(count: number): number {
    const at = this.#offset;
    this.#offset += count;
    return at;
  }

  text(value: string): void {
    for (const char of value) this.u8(char.charCodeAt(0));
  }

  u8(value: number): void {
    this.#view.setUint8(this.#take(1), value);
  }

  i16(value: number): void {
    this.#view.setInt16(this.#take(2), value, true);
  }

  u16(value: number): void {
    this.#view.setUint16(this.#take(2), value, true);
  }

  i32(value: number): void {
    this.#view.setInt32(this.#take(4), value, true);
  }

  u32(value: number): void {
    this.#view.setUint32(this.#take(4), value, true);
  }

  f32(value: number): void {
    this.#view.setFloat32(this.#take(4), value, true);
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#take(8), value, true);
  }

  u64(value: number): void {
    this.#view.setBigUint64(this.#take(8), BigInt(value), true);
  }

  f32Array(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.f32(values[i]!);
  }

  u8Array(values: Uint8Array): void {
    this.bytes.set(values, this.#take(values.length));
  }
}

/** "12.3 kB", "1.1 MB": decimal units, as downloads are quoted. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
