import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Ratings } from '../../../trainer/ratings/ratings.ts';
import { Session } from '../../../trainer/ratings/session.ts';

/** A folder of this test file, which is removed after it. */
export function scratchFolder(): { path: (name: string) => string; write: (name: string, content: string | Uint8Array) => Promise<string> } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framerate-ratings-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
    return path(name);
  };
  return { path, write };
}

/** Runs SQL in a DuckDB of its own: to make Parquet and zstd files. */
export async function duckdb(...statements: string[]): Promise<void> {
  const session = await Session.open();
  try {
    for (const sql of statements) await session.run(sql);
  } finally {
    await session.close();
  }
}

/** Ratings as [user id, item id, rating]. */
export const triples = ({ userIds, items, user, item, rating }: Ratings): [string | number, string | number, number][] =>
  Array.from(rating, (value, i) => [userIds[user[i]!]!, items[item[i]!]!.id, value]);
