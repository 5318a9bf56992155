import { readFileSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../inputError.ts';
import { fromFigure, type Begin, type DatasetInput, type EndStatus, type RunEvent, type Writer } from './events.ts';
import { artifactFile, JOURNAL, readJournal } from './journal.ts';

export interface MetricPoint {
  readonly value: number;
  readonly standardError?: number;
  readonly step: number;
  readonly time: number;
}

/** All that a journal says, put together. */
export interface RunRecord {
  readonly id: string;
  readonly folder: string;
  readonly begin: Begin;
  readonly events: readonly RunEvent[];
  /** `RUNNING`: its writer still is. `CRASHED`: it is not, and never said how it ended. */
  readonly status: EndStatus | 'RUNNING' | 'CRASHED';
  readonly endTime: number | null;
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly datasets: readonly DatasetInput[];
  /** By key, in the order of their steps. */
  readonly metrics: ReadonlyMap<string, readonly MetricPoint[]>;
  readonly artifacts: readonly string[];
}

/** @throws {InputError} see readJournal. */
export function readRun(folder: string): RunRecord {
  const events = readJournal(folder);
  const begin = events[0] as Begin;
  const params = new Map<string, string>();
  const tags = new Map<string, string>();
  const datasets: DatasetInput[] = [];
  const metrics = new Map<string, MetricPoint[]>();
  const artifacts = new Set<string>();
  let end: { status: EndStatus; time: number } | null = null;
  let { writer } = begin;
  for (const event of events) {
    switch (event.type) {
      case 'resume':
        end = null;
        ({ writer } = event);
        break;
      case 'params':
        for (const [key, value] of Object.entries(event.params)) params.set(key, value);
        break;
      case 'tags':
        for (const [key, value] of Object.entries(event.tags)) tags.set(key, value);
        break;
      case 'dataset':
        datasets.push(event.dataset);
        break;
      case 'metric': {
        const { key, value, standardError, step, time } = event;
        const point = { value: fromFigure(value), ...(standardError !== undefined && { standardError: fromFigure(standardError) }), step, time };
        const points = metrics.get(key) ?? [];
        points.push(point);
        metrics.set(key, points);
        break;
      }
      case 'artifact':
        artifacts.add(event.path);
        break;
      case 'end':
        end = event;
        break;
      case 'begin':
      case 'register':
        break;
      default:
        event satisfies never; // of a newer release: what it says is no loss to what this one shows
    }
  }
  for (const points of metrics.values()) points.sort((a, b) => a.step - b.step);
  const status = end?.status ?? (isAlive(writer, folder) ? 'RUNNING' : 'CRASHED');
  return { id: begin.id, folder, begin, events, status, endTime: end?.time ?? null, params, tags, datasets, metrics, artifacts: [...artifacts] };
}

/** A writer of another machine, or container, that was silent for so long is gone. */
const SILENT_MS = 15 * 60_000;

/** Whether somebody still writes into a run. */
function isAlive({ host, pid }: Writer, folder: string): boolean {
  if (host !== hostname()) return Date.now() - statSync(join(folder, JOURNAL)).mtimeMs < SILENT_MS;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The last value of a metric. */
export const lastOf = ({ metrics }: Pick<RunRecord, 'metrics'>, key: string): MetricPoint | undefined => metrics.get(key)?.at(-1);

/** All runs of a folder, oldest first; none where there is no such folder. */
export async function listRuns(root: string): Promise<RunRecord[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`${root} cannot be read: ${error.message}`, { cause: error });
  });
  const runs: RunRecord[] = [];
  for (const name of names.sort()) {
    if (await stat(join(root, name, JOURNAL)).catch(() => null)) runs.push(readRun(join(root, name)));
  }
  return runs;
}

/**
 * The run that somebody means: its id, a part of it that no other has, or `last`.
 * @throws {InputError} where that is none, or several.
 */
export function findRun(runs: readonly RunRecord[], wanted: string): RunRecord {
  if (runs.length === 0) throw new InputError('There are no runs here yet: `framerate train` keeps one. --runs names another folder.');
  if (wanted === 'last') return runs.at(-1)!;
  const found = runs.filter(({ id }) => id.includes(wanted));
  const [only] = found.filter(({ id }) => id === wanted).concat(found);
  if (!only) throw new InputError(`There is no run ${wanted}. \`framerate runs list\` shows them.`);
  if (found.length > 1 && only.id !== wanted) throw new InputError(`${wanted} is a part of ${found.length} runs: ${found.map(({ id }) => id).join(', ')}. Write more of it.`);
  return only;
}

/** One number a person, and which people: of two runs with the same split they can be compared person by person. */
export interface PeopleScores {
  /** Digest of the data and how it was split: the same people were asked the same questions. */
  readonly split: string;
  readonly metric: string;
  readonly scores: readonly number[];
}

/** What a run keeps of its people. */
export const PEOPLE_FILE = 'people.json';

export function readPeople(run: RunRecord): PeopleScores | null {
  if (!run.artifacts.includes(PEOPLE_FILE)) return null;
  return parsePeople(readFileSync(artifactFile(run.folder, PEOPLE_FILE), 'utf8'));
}

/** @returns null where the text is something else. */
export function parsePeople(text: string): PeopleScores | null {
  try {
    const people = JSON.parse(text) as Partial<PeopleScores>;
    return typeof people.split === 'string' && Array.isArray(people.scores) && people.scores.every((score) => typeof score === 'number') ? (people as PeopleScores) : null;
  } catch {
    return null;
  }
}
