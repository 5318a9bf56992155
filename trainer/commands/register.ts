import { dirname, join } from 'node:path';
import { Progress } from '../progress.ts';
import { registerModel } from '../tracking/registerModel.ts';

/** Makes a published model a version in MLflow's registry. */
export async function register({ model, name, runs = join(dirname(model), 'runs') }: { model: string; name: string; runs?: string }): Promise<void> {
  await registerModel({ model, name, runs }, new Progress());
}
