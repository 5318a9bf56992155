import { serve } from './serve.ts';
import { train, type TrainOptions } from './train.ts';

interface StartOptions extends TrainOptions {
  readonly host?: string;
  readonly appPort?: string;
  readonly apiPort?: string;
}

export async function start({ host, appPort, apiPort, ...training }: StartOptions): Promise<void> {
  const folder = await train(training);
  const passed = Object.entries({ '--host': host, '--app-port': appPort, '--api-port': apiPort });
  await serve(['--model', folder, ...passed.flatMap(([option, value]) => (value === undefined ? [] : [option, value]))]);
}
