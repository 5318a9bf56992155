import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import type { Begin, EndStatus, RunEvent, RunKind, Writer } from './events.ts';

export const JOURNAL = 'journal.jsonl';
/** Below it lie the files of a run, under the paths that they have in MLflow. */
const ARTIFACTS = 'artifacts';

const writer = (): Writer => ({ host: hostname(), pid: process.pid });

export interface RunFacts {
  readonly kind: RunKind;
  readonly name: string;
  readonly experiment: string;
  readonly parent?: string;
  /** When it began; default: now. */
  readonly time?: number;
}

/**
 * A run as it is written: `<root>/<id>/journal.jsonl`, one event a line, and its files beside it. A crash at any time
 * leaves a journal that can be read, sent and gone on with.
 */
export class RunJournal {
  private constructor(
    readonly id: string,
    /** <root>/<id> */
    readonly folder: string,
    /** Of MLflow. */
    readonly experiment: string,
  ) {}

  /** @throws {InputError} where nothing can be written. */
  static begin(root: string, { kind, name, experiment, parent, time = Date.now() }: RunFacts): RunJournal {
    try {
      mkdirSync(root, { recursive: true });
      const { id, folder } = makeFolder(root, time);
      const journal = new RunJournal(id, folder, experiment);
      journal.append({ type: 'begin', format: 'framerate-run', schemaVersion: 1, id, kind, name, experiment, ...(parent !== undefined && { parent }), time, writer: writer() });
      return journal;
    } catch (cause) {
      throw new InputError(`No run can be kept in ${root}: ${messageOf(cause)}. Name another folder (--runs), or keep none (--no-track).`, { cause });
    }
  }

  /** Goes on with a run that ended early. A line that a crash cut is taken away. */
  static resume(folder: string): RunJournal {
    const path = join(folder, JOURNAL);
    truncateSync(path, readFileSync(path).lastIndexOf(0x0a) + 1);
    const { id, experiment } = readJournal(folder)[0] as Begin;
    const journal = new RunJournal(id, folder, experiment);
    journal.append({ type: 'resume', time: Date.now(), writer: writer() });
    return journal;
  }

  append(event: RunEvent): void {
    appendFileSync(join(this.folder, JOURNAL), `${JSON.stringify(event)}\n`);
  }

  /** Writes a file of the run. @param path as MLflow shows it, with slashes. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const target = await this.#place(path);
    await writeAtomically(target, content);
    this.append({ type: 'artifact', path, bytes: (await stat(target)).size });
  }

  /** Keeps a file from elsewhere whose bytes never change: under a second name where the disk can, else as a copy. */
  async keep(path: string, file: string): Promise<void> {
    const target = await this.#place(path);
    await rm(target, { force: true });
    await link(file, target).catch(() => copyFile(file, target));
    this.append({ type: 'artifact', path, bytes: (await stat(target)).size });
  }

  end(status: EndStatus): void {
    this.append({ type: 'end', status, time: Date.now() });
  }

  async #place(path: string): Promise<string> {
    const target = artifactFile(this.folder, path);
    await mkdir(dirname(target), { recursive: true });
    return target;
  }
}

export const artifactFile = (folder: string, path: string): string => join(folder, ARTIFACTS, ...path.split('/'));

/** "20260131-235959-4f2a": in the order of their time, and unlike any other that begins in the same second. */
function makeFolder(root: string, time: number): { id: string; folder: string } {
  const second = new Date(time).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  for (let tries = 1; ; tries++) {
    const id = `${second}-${Math.floor(Math.random() * 0x10000).toString(16).padStart(4, '0')}`;
    const folder = join(root, id);
    try {
      mkdirSync(folder);
      return { id, folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === 20) throw error;
    }
  }
}

/** @throws {InputError} where there is no journal, or one that this release cannot read. */
export function readJournal(folder: string): RunEvent[] {
  const path = join(folder, JOURNAL);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError(`There is no run in ${folder}: ${messageOf(cause)}`, { cause });
  }
  // What comes after the last newline is being written, or was when its writer crashed.
  const lines = text.split('\n').slice(0, -1);
  const events = lines.map((line, i) => {
    try {
      return JSON.parse(line) as RunEvent;
    } catch (cause) {
      throw new InputError(`${path}, line ${i + 1} is no JSON: ${messageOf(cause)}. Take that line away, or the folder.`, { cause });
    }
  });
  const [first] = events;
  if (first?.type !== 'begin' || first.format !== 'framerate-run') throw new InputError(`${path} is no journal of a run.`);
  if ((first.schemaVersion as number) !== 1) throw new InputError(`${path} is of version ${String(first.schemaVersion)}; this FrameRate reads 1.`);
  return events;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
