import type { ErrorAnswer, Result } from '../../shared/errors.ts';
import type { RecommenderApi } from '../api.ts';
import { quantile } from './compare.ts';
import type { LabPlan, LabProgress, LabReport } from './lab.ts';

export type StartLab = (plan: LabPlan, onProgress: (progress: LabProgress) => void, signal: AbortSignal) => Promise<Result<LabReport[]> | null>;

/** A question to the app's own worker, there and back, as the page sees it. */
export interface RoundTrip {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly questions: number;
}

export interface LabFindings {
  readonly reports: readonly LabReport[];
  /** Null where the app's model does not answer. */
  readonly roundTrip: RoundTrip | null;
}

const QUESTIONS = 300;
const WARM_UP = 30;

/** One run after the other, and what the last whole one found. */
export class LabRun {
  progress = $state.raw<LabProgress | null>(null);
  findings = $state.raw<LabFindings | null>(null);
  failure = $state.raw<ErrorAnswer | null>(null);
  readonly running = $derived(this.progress !== null);

  readonly #start: StartLab;
  readonly #api: RecommenderApi;
  #abort = new AbortController();

  constructor(start: StartLab, api: RecommenderApi) {
    this.#start = start;
    this.#api = api;
  }

  /** What was found before stays until this run is over. @returns whether it found something: it was neither stopped nor failed. */
  async start(plan: LabPlan): Promise<boolean> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.failure = null;
    this.progress = { set: 0, doing: 'making', share: 0 };
    const found = await this.#start(plan, (progress) => (this.progress = progress), abort.signal);
    if (!found || abort.signal.aborted) return false;
    if (found.ok) {
      const roundTrip = await timeRoundTrips(this.#api);
      if (abort.signal.aborted) return false;
      this.findings = { reports: found.value, roundTrip };
    } else this.failure = found.error;
    this.progress = null;
    return found.ok;
  }

  stop(): void {
    this.#abort.abort();
    this.progress = null;
  }
}

async function timeRoundTrips(api: RecommenderApi): Promise<RoundTrip | null> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + QUESTIONS; i++) {
    const start = performance.now();
    const answer = await api.recommend({ ratings: [] });
    if (!answer.ok) return null;
    if (i >= WARM_UP) times.push(performance.now() - start);
  }
  return { medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99), questions: QUESTIONS };
}
