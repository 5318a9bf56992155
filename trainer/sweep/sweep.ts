import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { estimate } from '../evaluation/metrics.ts';
import { InputError } from '../inputError.ts';
import type { Progress } from '../progress.ts';
import type { Ratings } from '../ratings/ratings.ts';
import { artifactFile } from '../tracking/journal.ts';
import { listRuns, type RunRecord } from '../tracking/runRecord.ts';
import { TrackedRun, type TrackingOptions } from '../tracking/trackedRun.ts';
import { trackData } from '../tracking/trackTraining.ts';
import type { SweepFile } from './file.ts';
import { SweepJudge, type Scores } from './judge.ts';
import { parametersOf } from './parameters.ts';
import { rankTrials, type RankedTrial, type TrialResult } from './results.ts';
import { settingsOf, type Setting, type Space } from './space.ts';

/** Which sweep a run is of: another file, other data or other trials are another one. */
const SWEEP_TAG = 'framerate.sweep';
const SETTING_TAG = 'framerate.setting';
const SCORES_FILE = 'scores.json';
/** Raised whenever the same setting would get other scores. */
const SWEEP_VERSION = 1;

export interface SweepJob {
  readonly file: SweepFile;
  readonly ratings: Ratings;
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** Folder of the runs. */
  readonly root: string;
  readonly tracking: TrackingOptions;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface SweepOutcome {
  readonly ranked: readonly RankedTrial[];
  readonly people: number;
  readonly run: TrackedRun;
}

/**
 * Tries one setting after the other until the space or the budget is used up. Each trial is a run below that of the
 * sweep, and its journal says when it is done: a sweep that is started again does only what is missing.
 * @param finish gets the outcome while the run of the sweep is still open.
 */
export async function runSweep(job: SweepJob, finish: (outcome: SweepOutcome) => Promise<void>): Promise<void> {
  const { file, ratings, root, tracking, progress } = job;
  const digest = digestOf(file, ratings);
  const runs = tracking.track === false ? [] : await listRuns(root);
  const before = runs.findLast(({ begin, tags }) => begin.kind === 'sweep' && tags.get(SWEEP_TAG) === digest);
  if (before?.status === 'RUNNING') throw new InputError(`This sweep is running (${before.id}): wait for it, or stop it.`);
  const run = TrackedRun.begin(root, tracking, { kind: 'sweep', name: file.name, ...(before && { resume: before.folder }) }, (text) => progress.say(text));
  await run.during(async () => {
    if (!before) {
      trackData(run, ratings);
      run.tags({ [SWEEP_TAG]: digest });
      run.params({ method: file.space.method, seed: file.space.seed, objective: file.objective, parameters: JSON.stringify(file.space.parameters) });
    }
    const below = before ? runs.filter(({ begin }) => begin.parent === before.id) : [];
    for (const { folder } of below) run.sendAlso(folder);
    const done = doneTrials(below);
    if (done.size > 0) progress.say(`Going on: ${done.size} ${done.size === 1 ? 'trial is' : 'trials are'} done.`);
    const { trials, people } = await tryAll(job, run, done);
    if (trials.length === 0) throw new InputError('The budget was used up before the first trial.');
    const ranked = rankTrials(trials, file.objective);
    run.metric('trials', trials.length);
    run.metric('best/ndcg_at_10', ranked[0]!.all);
    run.metric('best/few/ndcg_at_10', ranked[0]!.few);
    run.tags({ 'framerate.best': ranked[0]!.run, 'framerate.best_setting': JSON.stringify(ranked[0]!.setting) });
    await finish({ ranked, people, run });
  });
}

async function tryAll(job: SweepJob, run: TrackedRun, done: ReadonlyMap<string, TrialResult>): Promise<{ trials: TrialResult[]; people: number }> {
  const { file, ratings, kernel, progress, signal } = job;
  const { trials: most, minutes } = file.budget;
  const judge = await SweepJudge.open(ratings, kernel, highestRank(file.space));
  progress.say(`Each setting is asked about ${judge.people.toLocaleString('en')} people in ${judge.splits} ${judge.splits === 1 ? 'split' : 'splits'}`);
  const total = Math.min(most ?? Infinity, sizeOf(file.space));
  const results: TrialResult[] = [];
  let seconds = 0;
  for (const setting of settingsOf(file.space)) {
    if (results.length >= total) break;
    const known = done.get(JSON.stringify(setting));
    if (!known && minutes !== null && seconds >= 60 * minutes) {
      progress.say(`The ${minutes} minutes of the budget are used up.`);
      break;
    }
    signal.throwIfAborted();
    const number = results.length + 1;
    const result = known ? { ...known, number } : await tryOne(job, run, judge, setting, number, Number.isFinite(total) ? `${number} of ${total}` : String(number));
    seconds += result.seconds;
    results.push(result);
  }
  progress.say(`${results.length} trials, ${judge.factorisations} factorisations`);
  return { trials: results, people: judge.people };
}

async function tryOne({ root, file, progress, signal }: SweepJob, sweep: TrackedRun, judge: SweepJudge, setting: Setting, number: number, name: string): Promise<TrialResult> {
  const begin = performance.now();
  const described = Object.entries(setting).map(([key, value]) => `${key} ${value}`).join(', ');
  const trial = TrackedRun.below(sweep, root, { kind: 'trial', name: `${file.name} ${number}` });
  return trial.during(async () => {
    const parameters = parametersOf(setting);
    trial.params({ ...parameters });
    trial.tags({ [SETTING_TAG]: JSON.stringify(setting) });
    const scores = await judge.judge(parameters, (text) => {
      signal.throwIfAborted();
      progress.update(`Trial ${name} (${described}): ${text}`);
    });
    const seconds = (performance.now() - begin) / 1000;
    const all = estimate(scores.all);
    trial.metric('ndcg_at_10', all);
    trial.metric('few/ndcg_at_10', estimate(scores.few));
    trial.metric('time/trial_s', seconds);
    await trial.journal?.write(SCORES_FILE, JSON.stringify(scores));
    progress.say(`Trial ${name}: ${described}: NDCG@10 ${all.mean.toFixed(4)} ± ${all.standardError.toFixed(4)}, ${seconds.toFixed(1)} s`);
    return { number, run: trial.journal?.id ?? '', setting, scores, seconds };
  });
}

/** By their settings. A trial that did not end is none. */
function doneTrials(below: readonly RunRecord[]): Map<string, TrialResult> {
  const done = new Map<string, TrialResult>();
  for (const run of below) {
    const setting = run.tags.get(SETTING_TAG);
    if (run.status !== 'FINISHED' || setting === undefined) continue;
    const scores = JSON.parse(readFileSync(artifactFile(run.folder, SCORES_FILE), 'utf8')) as Scores;
    done.set(setting, { number: 0, run: run.id, setting: JSON.parse(setting) as Setting, scores, seconds: run.metrics.get('time/trial_s')?.at(-1)?.value ?? 0 });
  }
  return done;
}

/** Budgets may grow from one start to the next: more of the same is the same sweep. */
const digestOf = ({ space, objective }: SweepFile, { dataset }: Ratings): string => createHash('sha256').update(JSON.stringify([SWEEP_VERSION, dataset.digest, space, objective])).digest('hex').slice(0, 16);

function highestRank({ parameters: { rank } }: Space): number {
  if (!rank) return parametersOf({}).rank;
  return 'values' in rank ? Math.max(...rank.values.map(Number)) : rank.max;
}

function sizeOf({ method, parameters }: Space): number {
  if (method === 'random') return Infinity;
  return Object.values(parameters).reduce((product, range) => product * ('values' in range ? range.values.length : 1), 1);
}
