import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import closeWithGrace from 'close-with-grace';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FrameRateError } from '../../shared/errors.ts';
import { LOG_LEVELS } from './log.ts';
import { createMetrics } from './metrics.ts';
import { serve, type ServeOptions } from './serve.ts';
import { readAllMetrics, startWorkers, tellPrimary } from './workers.ts';

/** An option's value that is a whole number in a range. */
const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };

/** One key a line; lines that begin with # are not. */
function readKeys(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  const keys = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new InvalidArgumentError(`${file} holds no key.`);
  return keys;
}

const { workers, ...options } = new Command('framerate serve')
  .description('Serves the app and the HTTP API over the models of a folder.')
  .option('--model <folder>', 'folder of a published model, which answers where none is named; those beside it are served, too', 'models/sample')
  .option('--host <address>', 'address to listen on; 0.0.0.0 for all of this machine', '127.0.0.1')
  .option('--app-port <port>', 'port of the app', whole(0, 65_535), 8501)
  .option('--api-port <port>', 'port of the API', whole(0, 65_535), 8000)
  .option('--workers <n>', 'processes that share the work', whole(1, 64), 1)
  .option('--reload <seconds>', 'how often to look for newer models; 0: never', whole(0, 86_400), 2)
  .option('--rate-limit <n>', "a client's most requests a minute, of each process; 0: any number", whole(0, 1_000_000), 6000)
  .option('--keys <file>', 'only those who bring a key of this file (one a line) as a bearer token may ask; default: everybody', readKeys, [])
  .addOption(new Option('--log <level>', 'JSON lines on standard output; never with bodies').choices(LOG_LEVELS).default('silent'))
  .addHelpText('after', '\n  --from-registry <name>@<alias>  instead of --model: fetches it from MLflow (MLFLOW_TRACKING_URI), verifies it and serves it; <name>/<version> works, too')
  .parse()
  .opts<ServeOptions & { workers: number }>();

function giveUp(error: unknown): never {
  if (!(error instanceof FrameRateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

let close: () => Promise<void>;
if (cluster.isPrimary && workers > 1) {
  close = startWorkers(
    workers,
    (greeting) => process.stdout.write(`${greeting}Served by ${workers} processes\n`),
    () => process.exit(1),
  );
} else if (cluster.isWorker) {
  const metrics = createMetrics();
  const served = await serve(options, metrics, readAllMetrics(metrics)).catch(giveUp);
  tellPrimary({ kind: 'ready', greeting: served.greeting });
  ({ close } = served);
} else {
  const served = await serve(options).catch(giveUp);
  process.stdout.write(served.greeting);
  ({ close } = served);
}

closeWithGrace(async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  await close();
});
