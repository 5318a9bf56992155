import { expose } from 'comlink';
import { answer, type Result } from '../../shared/errors.ts';
import { runLab, type LabPlan, type LabProgress, type LabReport } from './lab.ts';
import { filesOfThisSite } from './labFiles.ts';

export interface LabWorker {
  run(plan: LabPlan, onProgress: (progress: LabProgress) => void): Promise<Result<LabReport[]>>;
}

expose({
  run: (plan, onProgress) => answer(() => runLab(plan, filesOfThisSite, onProgress)),
} satisfies LabWorker);
