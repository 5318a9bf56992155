import { rm } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';

export interface SessionOptions {
  /** Default: all processors, at most 8. */
  readonly threads?: number | undefined;
  /** What DuckDB may take before it spills to disk, in its own notation. Default "2GB". */
  readonly memoryLimit?: string | undefined;
}

/** An empty DuckDB in memory, and a folder for what must be written on the way. */
export class Session {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #folder: string;
  #files = 0;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, folder: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#folder = folder;
  }

  static async open({ threads = Math.min(availableParallelism(), 8), memoryLimit = '2GB' }: SessionOptions = {}): Promise<Session> {
    const folder = mkdtempSync(join(tmpdir(), 'framerate-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: memoryLimit,
      temp_directory: join(folder, 'spill'),
      preserve_insertion_order: 'true',
      // Offline: whatever is not built in is not fetched.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    const session = new Session(instance, connection, folder);
    await session.run(`SET TimeZone = 'UTC'`);
    // The default of 1 MB makes the threads that read wait for the one that takes: twice the time for 32 million rows.
    await session.run(`SET streaming_buffer_size = '64MB'`);
    // What a join looks up stands on its right and fits in memory; the ratings, on its left, run by.
    await session.run(`SET disabled_optimizers = 'join_order, build_side_probe_side'`);
    return session;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** All rows at once: for small results. */
  async rows(sql: string): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  /** Chunks of up to 2,048 rows, in the order of the rows. */
  async *stream(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** Names and types of the columns of a query, without running it. */
  async columns(sql: string): Promise<{ name: string; type: string }[]> {
    return (await this.rows(`DESCRIBE ${sql}`)).map(([name, type]) => ({ name: String(name), type: String(type) }));
  }

  /** A path for a file that lives as long as this session. */
  temporaryFile(): string {
    return join(this.#folder, `${this.#files++}`);
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A string as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A file's path as an SQL literal: DuckDB takes the ones of paths for globs. */
export const pathLiteral = (path: string): string => literal(path.replace(/[*?[]/g, '[$&]'));

/** A name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The first line of what DuckDB says, without the kind of error that it begins with. */
export function reasonOf(error: unknown): string {
  const [line] = String(error instanceof Error ? error.message : error).split('\n');
  return line!.replace(/^[A-Z][\w ]* Error: /, '');
}
