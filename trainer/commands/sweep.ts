import { dirname, join } from 'node:path';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import { interruptible } from '../interrupt.ts';
import { readKernel } from '../openModel.ts';
import { Progress } from '../progress.ts';
import { readCss } from '../report/render.ts';
import { readSweepFile } from '../sweep/file.ts';
import { sweepPage } from '../sweep/page.ts';
import { parametersOf } from '../sweep/parameters.ts';
import { trialTable, type RankedTrial } from '../sweep/results.ts';
import { runSweep } from '../sweep/sweep.ts';
import { requireServer } from '../tracking/registerModel.ts';
import type { TrackingOptions } from '../tracking/trackedRun.ts';
import { readTrainingRatings, train, type DataOptions } from './train.ts';

interface Options extends DataOptions, TrackingOptions {
  /** Folder of the model that the best becomes. */
  readonly publish?: string;
  readonly register?: string;
  readonly html?: string;
}

const PAGE = 'sweep.html';

/** Tries settings on people kept aside, and shows which are best; publishes the best where that is wanted. */
export async function sweep(path: string, options: Options): Promise<void> {
  if (options.register !== undefined) {
    if (options.publish === undefined) throw new InputError('What is registered is published first: --register goes with --publish.');
    requireServer(options);
  }
  const progress = new Progress();
  const file = await readSweepFile(path);
  const data = options.data ?? file.data;
  const source: DataOptions = { ...options, ...(data && { data }) };
  const root = options.runs ?? (options.publish === undefined ? join('models', 'runs') : join(dirname(options.publish), 'runs'));
  let best: RankedTrial | undefined;
  let sweepId: string | undefined;
  await interruptible('Stopped: the same command goes on with the trials that are missing.', async (signal) => {
    const ratings = await readTrainingRatings(source, progress, signal);
    await runSweep({ file, ratings, kernel: await readKernel(), root, tracking: options, progress, signal }, async ({ ranked, people, run }) => {
      [best] = ranked;
      sweepId = run.journal?.id;
      const page = sweepPage({ name: file.name, dataset: ratings.dataset.name, people, objective: file.objective, ranked }, await readCss());
      await run.journal?.write(PAGE, page);
      if (options.html !== undefined) await writeAtomically(options.html, page);
      process.stdout.write(`\n${trialTable(ranked)}`);
      const where = options.html ?? (run.journal && join(run.journal.folder, 'artifacts', PAGE));
      if (where) progress.say(`As a page: ${where}`);
    });
  });
  if (options.publish === undefined || !best) return;
  const { rank, seed, residual, store, ...given } = parametersOf(best.setting);
  progress.say(`Training trial ${best.number} on everybody`);
  const { publish: out, html: _, ...rest } = options;
  await train({ ...rest, ...source, out, runs: root, rank, seed, residual: residual?.perItem ?? 0, ...(store && { store }), tune: 0, given: { ...given, ...(residual && { residual }) }, evaluate: true, ...(sweepId !== undefined && { parent: sweepId }) });
}
