import { InputError } from '../inputError.ts';
import { MlflowError } from '../tracking/mlflow/errors.ts';
import { withClient } from '../tracking/registerModel.ts';
import { isSent, replay } from '../tracking/replay.ts';
import { findRun, listRuns } from '../tracking/runRecord.ts';

/** Sends to MLflow whatever it does not have yet of the runs that were kept. */
export async function sync(wanted: readonly string[], { runs: root }: { readonly runs: string }): Promise<void> {
  await withClient(async (client) => {
    const all = await listRuns(root);
    const chosen = wanted.length > 0 ? wanted.map((id) => findRun(all, id)) : all;
    let sent = 0;
    let failed = 0;
    for (const run of chosen) {
      if (isSent(run, client.uri)) continue;
      if (run.status === 'RUNNING') {
        process.stderr.write(`${run.id} is still being written: its own program sends it.\n`);
        continue;
      }
      try {
        const { address } = await replay(run.folder, client);
        process.stdout.write(`${run.id}  ${address}\n`);
        sent++;
      } catch (error) {
        if (!(error instanceof MlflowError)) throw error;
        // Who does not answer one does not answer the others.
        if (error.kind === 'unreachable' || error.kind === 'busy' || error.kind === 'denied') throw error;
        process.stderr.write(`${run.id}: ${error.message}\n`);
        failed++;
      }
    }
    process.stderr.write(`${sent} of ${chosen.length} runs sent to ${client.uri}; it ${sent + failed === 0 ? 'had them all' : 'has the others'}.\n`);
    if (failed > 0) throw new InputError(`${failed} ${failed === 1 ? 'run was' : 'runs were'} not sent.`);
  });
}
