import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const TSX = import.meta.resolve('tsx');
const SERVER = fileURLToPath(new URL('../../web/server/main.ts', import.meta.url));

/**
 * Runs the server as a program of its own, because trainer/ and web/ meet in published files only.
 * @param args of `framerate serve`; resolves when the server has ended.
 */
export async function serve(args: readonly string[]): Promise<void> {
  const server = spawn(process.execPath, ['--import', TSX, SERVER, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the server too, from the terminal: this process only has to wait for its end.
  const passOn = (signal: NodeJS.Signals): void => void server.kill(signal);
  process.on('SIGTERM', passOn);
  process.on('SIGINT', () => undefined);
  const [code, signal] = (await once(server, 'exit')) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
}
