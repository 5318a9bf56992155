import { FrameRateError } from '../errors.ts';
import type { Rating } from '../query.ts';
import type { Catalog } from './catalog.ts';
import { ByteReader, ByteWriter } from './format.ts';
import { readHeader } from './header.ts';
import { readVerified, type ArtifactSource } from './load.ts';
import { optionalFileOf, type Manifest } from './manifest.ts';

/**
 * The ratings of the people that a model was trained on, for doors that answer by their id. Never served to a browser.
 *
 * Ratings, not factors: what somebody rated must be known anyway, because it is not recommended, and from the ratings
 * the factors follow exactly, in microseconds. So a person of the training set gets the ten films that anybody else
 * gets for the same ratings.
 */
export interface TrainingUsersTable {
  /** By user. Numbers where all are numbers, else text; each once. */
  readonly ids: readonly (string | number)[];
  /** Ratings of user u are entries `offsets[u]` up to `offsets[u + 1]`. Length users + 1. */
  readonly offsets: Uint32Array;
  /** Row of the rated item, an entry each. */
  readonly rows: Uint32Array;
  /** On the model's scale, an entry each. */
  readonly ratings: Float32Array;
}

// magic, version, users, entries, levels, bytes of the ids (u32); ids (JSON); offsets, rows (u32); levels (f32: the
// different ratings that there are); the level of each entry (u16)
const MAGIC = 'FRUS';
const VERSION = 1;
const HEADER_BYTES = 24;
const MAX_LEVELS = 65_536;

/** @throws {FrameRateError} `BAD_QUERY` where ratings have more than 65,536 different values. */
export function writeTrainingUsers({ ids, offsets, rows, ratings }: TrainingUsersTable): Uint8Array<ArrayBuffer> {
  const levels = Float32Array.from(new Set(ratings)).sort();
  if (levels.length > MAX_LEVELS) throw new FrameRateError('BAD_QUERY', `The ratings have ${levels.length} different values; ${MAX_LEVELS} can be published with their people.`);
  const levelOf = new Map(Array.from(levels, (level, i) => [level, i]));
  const names = new TextEncoder().encode(JSON.stringify(ids));
  const out = new ByteWriter(HEADER_BYTES + names.length + 4 * (offsets.length + rows.length + levels.length) + 2 * rows.length);
  out.text(MAGIC);
  for (const value of [VERSION, ids.length, rows.length, levels.length, names.length]) out.u32(value);
  out.u8Array(names);
  for (const value of offsets) out.u32(value);
  for (const value of rows) out.u32(value);
  out.f32Array(levels);
  for (const rating of ratings) out.u16(levelOf.get(rating)!);
  return out.bytes;
}

/** @throws {FrameRateError} `BAD_MAGIC`, `UNSUPPORTED_VERSION`, `TRUNCATED`, `BAD_ARTIFACT`. */
export function parseTrainingUsers(bytes: Uint8Array): TrainingUsersTable {
  const reader = new ByteReader(bytes, 'The file of the training users');
  readHeader(reader, MAGIC, VERSION, 'file of the training users');
  const [users, entries, levelCount, nameBytes] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  const ids = parseIds(reader.u8Array(nameBytes));
  const offsets = reader.block(Uint32Array, users + 1);
  const rows = reader.block(Uint32Array, entries);
  const levels = reader.f32Array(levelCount);
  const ratings = Float32Array.from(reader.block(Uint16Array, entries), (level) => levels[level] ?? NaN);
  reader.end();
  const ascending = offsets.every((offset, u) => u === 0 || offset >= offsets[u - 1]!);
  if (ids.length !== users || offsets[0] !== 0 || offsets[users] !== entries || !ascending || !ratings.every(Number.isFinite)) {
    throw new FrameRateError('BAD_ARTIFACT', 'The file of the training users contradicts itself. Publish the model again.');
  }
  return { ids, offsets, rows, ratings };
}

function parseIds(bytes: Uint8Array): (string | number)[] {
  const broken = (cause?: unknown): FrameRateError => new FrameRateError('BAD_ARTIFACT', 'The ids of the training users are no list. Publish the model again.', undefined, { cause });
  let ids: unknown;
  try {
    ids = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken(cause);
  }
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string' || Number.isSafeInteger(id))) throw broken();
  return ids as (string | number)[];
}

/** The people of a model's training set, by id. */
export class TrainingUsers {
  readonly #table: TrainingUsersTable;
  readonly #indexOf: ReadonlyMap<string, number>;

  constructor(table: TrainingUsersTable) {
    this.#table = table;
    // By text, which is what an address has. No two ids are of the same text: they are all numbers or all text.
    this.#indexOf = new Map(table.ids.map((id, u) => [String(id), u]));
  }

  get count(): number {
    return this.#table.ids.length;
  }

  /** What a person rated, or undefined for somebody who is not in the training set. */
  ratingsOf(id: string, catalog: Catalog): Rating[] | undefined {
    const u = this.#indexOf.get(id);
    if (u === undefined) return undefined;
    const { offsets, rows, ratings } = this.#table;
    return Array.from({ length: offsets[u + 1]! - offsets[u]! }, (_, i) => {
      const entry = offsets[u]! + i;
      return { item: catalog.idOf(rows[entry]!), rating: ratings[entry]! };
    });
  }
}

/**
 * Reads and verifies a model's training users.
 * @returns null where the model was published without them.
 * @throws {FrameRateError} what is wrong with the file.
 */
export async function readTrainingUsers(source: ArtifactSource, manifest: Manifest): Promise<TrainingUsers | null> {
  const file = optionalFileOf(manifest, 'users');
  if (!file) return null;
  const table = parseTrainingUsers(await readVerified(source, file));
  if (!table.rows.every((row) => row < manifest.counts.items)) throw new FrameRateError('BAD_ARTIFACT', 'The training users rated items that the model does not have. Publish the model again.');
  return new TrainingUsers(table);
}
