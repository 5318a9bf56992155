import { sha256 } from './artifact/sha256.ts';

/**
 * A person's vector as a short text: who has it can look for films for them, and does not get their ratings. From few ratings
 * somebody with the same model can reckon back which they were, so it is to be shown to friends alone (docs/group.md).
 *
 *     format 1 | first 4 bytes of the model's id | vector, 1 byte a dimension | first 4 bytes of the SHA-256 of all before
 *
 * in base64url: 98 signs at rank 64. The bytes are signed 127ths of the largest entry. How long the vector is, is not in it:
 * that would only tell how much somebody has rated.
 */
export interface TasteCode {
  /** First 4 bytes of the id of the model that it belongs to, in hex. */
  readonly modelTag: string;
  /** Entries from −1 to 1, as many as the rank of the model. */
  readonly vector: Float32Array;
}

const FORMAT = 1;
const TAG_BYTES = 4;
const SUM_BYTES = 4;
const HEAD_BYTES = 1 + TAG_BYTES;
const STEPS = 127;

/** @param modelId 16 hex digits. @returns eight of them. */
export const modelTagOf = (modelId: string): string => modelId.slice(0, 2 * TAG_BYTES);

/** @param vector all finite. */
export function writeTasteCode(vector: Float32Array, modelId: string): string {
  const bytes = new Uint8Array(HEAD_BYTES + vector.length + SUM_BYTES);
  bytes[0] = FORMAT;
  for (let i = 0; i < TAG_BYTES; i++) bytes[1 + i] = parseInt(modelId.slice(2 * i, 2 * i + 2), 16);
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  vector.forEach((value, d) => (bytes[HEAD_BYTES + d] = Math.round((value / largest) * STEPS)));
  bytes.set(sumOf(bytes), bytes.length - SUM_BYTES);
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * @param text as it was pasted: spaces and broken lines do not matter.
 * @returns what is wrong with it, where it is no code: `damaged`, or `newer` where a later release wrote it.
 */
export function readTasteCode(text: string): TasteCode | 'damaged' | 'newer' {
  const bytes = decode(text.replace(/\s+/g, ''));
  if (!bytes || bytes.length <= HEAD_BYTES + SUM_BYTES) return 'damaged';
  if (sumOf(bytes).some((byte, i) => byte !== bytes[bytes.length - SUM_BYTES + i])) return 'damaged';
  if (bytes[0] !== FORMAT) return 'newer';
  return {
    modelTag: Array.from(bytes.subarray(1, HEAD_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    vector: Float32Array.from(new Int8Array(bytes.slice(HEAD_BYTES, -SUM_BYTES).buffer), (step) => step / STEPS),
  };
}

const sumOf = (bytes: Uint8Array): Uint8Array => sha256(bytes.subarray(0, -SUM_BYTES)).subarray(0, SUM_BYTES);

function decode(text: string): Uint8Array | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  } catch {
    return null; // a length that no bytes have
  }
}
