import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { InputError } from '../inputError.ts';
import { fetchModel, parseReference, registryFolder } from '../tracking/fetchModel.ts';
import { withClient } from '../tracking/registerModel.ts';

const TSX = import.meta.resolve('tsx');
const SERVER = fileURLToPath(new URL('../../web/server/main.ts', import.meta.url));

/**
 * Runs the server as a program of its own, because trainer/ and web/ meet in published files only.
 * @param args of `framerate serve`; resolves when the server has ended.
 */
export async function serve(args: readonly string[]): Promise<void> {
  const server = spawn(process.execPath, ['--import', TSX, SERVER, ...(await withFetched(args))], { stdio: 'inherit' });
  // Ctrl-C reaches the server too, from the terminal: this process only has to wait for its end.
  const passOn = (signal: NodeJS.Signals): void => void server.kill(signal);
  process.on('SIGTERM', passOn);
  process.on('SIGINT', () => undefined);
  const [code, signal] = (await once(server, 'exit')) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
}

const FROM_REGISTRY = '--from-registry';

/** The server knows folders alone: a model from the registry is brought into one first. */
async function withFetched(args: readonly string[]): Promise<readonly string[]> {
  const at = args.findIndex((arg) => arg === FROM_REGISTRY || arg.startsWith(`${FROM_REGISTRY}=`));
  if (at < 0) return args;
  const joined = args[at]!.slice(FROM_REGISTRY.length + 1);
  const reference = parseReference(joined || (args[at + 1] ?? ''));
  const rest = args.toSpliced(at, joined ? 1 : 2);
  if (rest.some((arg) => arg === '--model' || arg.startsWith('--model='))) throw new InputError(`${FROM_REGISTRY} and --model exclude each other: the model comes from the one or the other.`);
  const { folder, manifest, version, failure } = await withClient((client) => fetchModel(client, reference, registryFolder(reference)));
  process.stderr.write(version ? `Version ${version.version} of ${reference.name}: model ${manifest.modelId} in ${folder}\n` : `${failure!.message}. Serving what was fetched before: model ${manifest.modelId} in ${folder}\n`);
  return ['--model', folder, ...rest];
}
