import { proxy, wrap } from 'comlink';
import type { Result } from '../../shared/errors.ts';
import type { LabPlan, LabProgress, LabReport } from './lab.ts';
import type { LabWorker } from './lab.worker.ts';

/**
 * Runs the lab in a worker of its own, which is gone with all its memory when the run is over.
 * @param signal ends the run at once; it then resolves with null.
 */
export function startLab(plan: LabPlan, onProgress: (progress: LabProgress) => void, signal: AbortSignal): Promise<Result<LabReport[]> | null> {
  const worker = new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'framerate-lab' });
  const failed = (why: string): Result<LabReport[]> => ({ ok: false, error: { code: 'NOT_READY', message: `The lab stopped: ${why}. Try it with fewer rows.` } });
  return new Promise<Result<LabReport[]> | null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null));
    worker.addEventListener('error', (event) => resolve(failed(event.message || 'its script did not load')));
    wrap<LabWorker>(worker)
      .run(plan, proxy((progress) => {
        if (!signal.aborted) onProgress(progress);
      }))
      .then(resolve, (error: unknown) => resolve(failed(String(error))));
  }).finally(() => worker.terminate());
}
