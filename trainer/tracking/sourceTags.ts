import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { hideSecrets } from './mlflow/connection.ts';

/** Who ran what, of which source: under the names that MLflow shows. @param args of the command line, after the program. */
export function sourceTags(args: readonly string[]): Record<string, string> {
  const commit = process.env['FRAMERATE_COMMIT'] || gitCommit();
  const user = userName();
  return {
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.name': `framerate ${args[0] ?? ''}`.trim(),
    ...(commit !== null && { 'mlflow.source.git.commit': commit }),
    ...(user !== null && { 'mlflow.user': user }),
    'framerate.command': hideSecrets(['framerate', ...args.map(quoteArgument)].join(' ')),
    'framerate.node': process.versions.node,
  };
}

/** Of FrameRate itself, where it is run from its repository. */
function gitCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null;
  } catch {
    return null;
  }
}

/** Containers run as users that have no name. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

const quoteArgument = (argument: string): string => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`);
