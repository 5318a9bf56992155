import { InputError } from './inputError.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The user wanted no more. */
export class Stopped extends InputError {}

/**
 * Runs work that Ctrl-C ends in good order: the first one aborts the signal, the second ends the process at once.
 * @param message what the user is told, when the work has ended.
 */
export async function interruptible<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    process.stderr.write('\nStopping. Ctrl-C again stops at once.\n');
    controller.abort(new Stopped(message));
  };
  for (const name of SIGNALS) process.once(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}
