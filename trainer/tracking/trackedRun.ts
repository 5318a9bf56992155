import { performance } from 'node:perf_hooks';
import { InputError } from '../inputError.ts';
import { Stopped } from '../interrupt.ts';
import type { Estimate } from '../evaluation/metrics.ts';
import { Delivery } from './delivery.ts';
import { toFigure, type DatasetInput, type EndStatus, type RunKind } from './events.ts';
import { RunJournal } from './journal.ts';
import { readConnection } from './mlflow/connection.ts';
import { sourceTags } from './sourceTags.ts';

/** What `train`, `start` and `sweep` may say about how their runs are kept. */
export interface TrackingOptions {
  /** Whether to keep them at all. Default true. */
  readonly track?: boolean;
  /** Default: beside the models. */
  readonly runs?: string;
  /** Of MLflow. Default: MLFLOW_EXPERIMENT_NAME, else FrameRate. */
  readonly experiment?: string;
  /** Id of the sweep whose best is trained. */
  readonly parent?: string;
}

const DEFAULT_EXPERIMENT = 'FrameRate';

export interface NewRun {
  readonly kind: RunKind;
  readonly name: string;
  readonly parent?: string;
  /** When it began. */
  readonly time?: number;
  /** Folder of the run, where one is gone on with. */
  readonly resume?: string;
}

/**
 * A run while it happens: what is told to it goes into its journal at once, and to MLflow where a server is named. With
 * `track: false` it is told for nothing, so that whoever tells need not ask.
 */
export class TrackedRun {
  private constructor(
    readonly journal: RunJournal | null,
    private readonly delivery: Delivery | null,
    private readonly began: number,
    /** Whether another run sees to the sending. */
    private readonly isBelow = false,
  ) {}

  /**
   * @param root folder of the runs. @param say for sentences to the user.
   * @throws {InputError} where no run can be kept there.
   */
  static begin(root: string, { track = true, experiment }: TrackingOptions, { resume, ...facts }: NewRun, say: (text: string) => void): TrackedRun {
    if (!track) return new TrackedRun(null, null, Date.now());
    const journal = resume
      ? RunJournal.resume(resume)
      : RunJournal.begin(root, { ...facts, experiment: experiment ?? (process.env['MLFLOW_EXPERIMENT_NAME'] || DEFAULT_EXPERIMENT) });
    const run = new TrackedRun(journal, openDelivery(journal.folder, say), facts.time ?? Date.now());
    if (!resume) run.tags(sourceTags(process.argv.slice(2)));
    run.delivery?.nudge();
    return run;
  }

  /** Sends a run below this one, too, that was kept before. */
  sendAlso(folder: string): void {
    this.delivery?.add(folder);
  }

  /** A run below another one, which is sent along with it. */
  static below(sweep: TrackedRun, root: string, facts: Omit<NewRun, 'parent' | 'resume'>): TrackedRun {
    if (!sweep.journal) return new TrackedRun(null, null, Date.now(), true);
    const { id, experiment } = sweep.journal;
    const journal = RunJournal.begin(root, { ...facts, experiment, parent: id });
    sweep.delivery?.add(journal.folder);
    return new TrackedRun(journal, sweep.delivery, Date.now(), true);
  }

  /** @param values nested ones get names with dots; what is undefined is left out. */
  params(values: Readonly<Record<string, unknown>>): void {
    this.journal?.append({ type: 'params', params: Object.fromEntries(flat(values, '')) });
  }

  tags(tags: Readonly<Record<string, string>>): void {
    this.journal?.append({ type: 'tags', tags });
  }

  dataset(dataset: DatasetInput): void {
    this.journal?.append({ type: 'dataset', dataset });
  }

  metric(key: string, value: number | Estimate, step = 0): void {
    const { mean, standardError } = typeof value === 'number' ? { mean: value, standardError: undefined } : value;
    this.journal?.append({ type: 'metric', key, value: toFigure(mean), ...(standardError !== undefined && { standardError: toFigure(standardError) }), step, time: Date.now() });
  }

  /** Does a part of the work and notes how long it took; what became known by then is sent. */
  async phase<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await work();
    this.metric(`time/${name}_s`, (performance.now() - begin) / 1000);
    this.delivery?.nudge();
    return result;
  }

  /** Does the work that the run is about, and says how it ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let status: EndStatus = 'FAILED';
    try {
      const result = await work();
      this.metric('time/total_s', (Date.now() - this.began) / 1000);
      this.metric('memory/peak_mb', process.resourceUsage().maxRSS / 1024);
      status = 'FINISHED';
      return result;
    } catch (error) {
      if (error instanceof Stopped) status = 'KILLED';
      throw error;
    } finally {
      this.journal?.end(status);
      if (this.isBelow) this.delivery?.nudge();
      else await this.delivery?.finish();
    }
  }
}

/** A server that is not rightly named is no reason not to train. */
function openDelivery(folder: string, say: (text: string) => void): Delivery | null {
  try {
    const connection = readConnection();
    return connection && new Delivery(folder, connection, say);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(`${error.message} The run is kept in ${folder} alone.`);
    return null;
  }
}

function flat(values: Readonly<Record<string, unknown>>, prefix: string): [string, string][] {
  return Object.entries(values).flatMap(([key, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return flat(value as Record<string, unknown>, `${prefix}${key}.`);
    return [[prefix + key, Array.isArray(value) ? value.join(', ') : String(value)]];
  });
}
