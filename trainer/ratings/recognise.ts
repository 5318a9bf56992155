import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../inputError.ts';
import { normaliseName } from './columns.ts';
import { readHeaderLine } from './records.ts';
import { compareIds } from './ids.ts';

/** What the paths of a user mean. */
export interface Source {
  readonly kind: 'movielens' | 'goodbooks' | 'file';
  /** Folder or file that gives it a name. */
  readonly name: string;
  /** In the order in which they are read: of repeats without a time the last counts. */
  readonly ratings: readonly string[];
  readonly items: string | null;
  readonly links: string | null;
}

const LOOKED_FOR = 'MovieLens (ratings.csv with movies.csv, ratings.dat with movies.dat, or u.data), goodbooks (ratings.csv with books.csv), one file of ratings, or Parquet parts';

/**
 * @param glob files that match a pattern.
 * @throws {InputError} where there is nothing, or nothing that is known.
 */
export async function recognise(paths: readonly string[], glob: (pattern: string) => Promise<string[]>): Promise<Source> {
  if (paths.length === 0) throw new InputError('No ratings were given: give a file, a glob or a folder.');
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory()) {
      const source = (await recogniseFolder(path)) ?? (await recogniseBelow(path));
      if (paths.length === 1) return source;
      if (source.kind !== 'file') throw new InputError(`${path} is a whole dataset: give it alone, not with ${paths.find((other) => other !== path)}.`);
      files.push(...source.ratings);
    } else files.push(...(found ? [path] : await expand(path, glob)));
  }
  const unique = [...new Set(files)];
  return { kind: 'file', name: nameOf(unique[0]!), ratings: unique, items: null, links: null };
}

async function expand(pattern: string, glob: (pattern: string) => Promise<string[]>): Promise<string[]> {
  if (!/[*?[]/.test(pattern)) throw new InputError(`There is no file or folder ${pattern}.`);
  const found = (await glob(pattern)).sort(compareIds);
  if (found.length === 0) throw new InputError(`No file matches ${pattern}.`);
  return found;
}

/** A name without folders and endings: "data/ratings.csv.gz" is "ratings". */
const nameOf = (path: string): string => basename(path).replace(/(\.(csv|tsv|txt|dat|data|inter|parquet|pq|gz|zst))+$/i, '');

const TABLE = /\.(csv|tsv|txt|dat|data|inter|parquet|pq)(\.(gz|zst))?$/i;
const PARQUET = /\.(parquet|pq)$/i;
const ITEM_TABLE = /^(movies|films|items|books|titles|products)\.(csv|tsv|parquet)(\.(gz|zst))?$/i;

/** Null where the folder holds nothing of what is looked for. */
async function recogniseFolder(folder: string): Promise<Source | null> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map(({ name }) => name).sort(compareIds);
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name));
  const source = (kind: Source['kind'], ratings: string[], items: string | null = null, links: string | null = null): Source => ({
    kind,
    name: kind === 'file' && ratings.length === 1 ? nameOf(ratings[0]!) : basename(folder),
    ratings: ratings.map((name) => join(folder, name)),
    items: items === null ? null : join(folder, items),
    links: links === null ? null : join(folder, links),
  });
  if (has('ratings.csv', 'movies.csv') && (await hasColumns(join(folder, 'ratings.csv'), 'userid', 'movieid', 'rating'))) {
    return source('movielens', ['ratings.csv'], 'movies.csv', has('links.csv') ? 'links.csv' : null);
  }
  if (has('ratings.dat', 'movies.dat')) return source('movielens', ['ratings.dat'], 'movies.dat');
  if (has('u.data')) return source('movielens', ['u.data'], has('u.item') ? 'u.item' : null);
  if (has('ratings.csv', 'books.csv') && (await hasColumns(join(folder, 'ratings.csv'), 'userid', 'bookid', 'rating'))) return source('goodbooks', ['ratings.csv'], 'books.csv');

  const tables = names.filter((name) => TABLE.test(name) && !/^readme|^license/i.test(name));
  const itemTables = tables.filter((name) => ITEM_TABLE.test(name));
  const rest = tables.filter((name) => !ITEM_TABLE.test(name));
  const named = rest.filter((name) => /rating/i.test(name));
  const ratings = named.length === 1 ? named : rest;
  if (ratings.length === 1) return source('file', ratings, itemTables.length === 1 ? itemTables[0]! : null);
  if (ratings.length > 1 && ratings.every((name) => PARQUET.test(name))) return source('file', ratings);
  if (ratings.length > 1) throw new InputError(`${folder} holds several tables: ${ratings.join(', ')}. Give the one (or a glob of those) with the ratings.`);
  return null;
}

async function hasColumns(path: string, ...wanted: string[]): Promise<boolean> {
  const names = (await readHeaderLine(path)).split(/[,;\t]/).map((name) => normaliseName(name));
  return wanted.every((name) => names.includes(name));
}

/** Looks one level down. */
async function recogniseBelow(folder: string): Promise<Source> {
  const below = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => join(folder, name)).sort(compareIds);
  const found: [string, Source][] = [];
  for (const path of below) {
    const source = await recogniseFolder(path).catch(() => null);
    if (source) found.push([path, source]);
  }
  if (found.length === 1) return found[0]![1];
  if (found.length > 1) throw new InputError(`${folder} holds several datasets: ${found.map(([path]) => path).join(', ')}. Give one of them.`);
  throw new InputError(`${folder} holds no ratings that are known. Looked for, there and one folder down: ${LOOKED_FOR}.`);
}
