import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import closeWithGrace from 'close-with-grace';
import { Command, InvalidArgumentError } from 'commander';
import type { FastifyInstance } from 'fastify';
import { RecommenderService } from '../service.ts';
import { createApi } from './api.ts';
import { onDisk } from './files.ts';
import { createSite } from './site.ts';

interface Options {
  model: string;
  host: string;
  appPort: number;
  apiPort: number;
  verbose?: true;
}

const APP_FOLDER = fileURLToPath(new URL('../../dist/app', import.meta.url));

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return value;
}

const options = new Command('framerate serve')
  .description('Serves the app and the HTTP API over a published model.')
  .requiredOption('--model <folder>', 'folder of a published model', 'models/sample')
  .option('--host <address>', 'address to listen on; 0.0.0.0 for all of this machine', '127.0.0.1')
  .option('--app-port <port>', 'port of the app', port, 8501)
  .option('--api-port <port>', 'port of the API', port, 8000)
  .option('--verbose', 'log each request of the API, without bodies')
  .parse()
  .opts<Options>();

function giveUp(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

async function listen(server: FastifyInstance, chosenPort: number, option: string): Promise<string> {
  try {
    return await server.listen({ host: options.host, port: chosenPort });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return giveUp(code === 'EADDRINUSE' ? `Port ${chosenPort} is taken. Choose another with ${option}.` : `Port ${chosenPort} cannot be opened: ${message}`);
  }
}

const recommender = new RecommenderService(onDisk);
const loaded = await recommender.load(options.model);
if (!loaded.ok) giveUp(loaded.error.message);
if (!(await stat(join(APP_FOLDER, 'index.html')).catch(() => null))) giveUp('The app was not built. Build it: npm run build');

const folder = resolve(options.model);
const site = await createSite({ appFolder: APP_FOLDER, modelsFolder: dirname(folder), defaultModel: basename(folder) });
const api = await createApi(recommender, options.verbose ? true : false);
const [appAddress, apiAddress] = [await listen(site, options.appPort, '--app-port'), await listen(api, options.apiPort, '--api-port')];
const { name, items, rank, engine } = loaded.value;
process.stdout.write(`Model  ${name}: ${items.toLocaleString('en')} items, rank ${rank}, ${engine}\nApp    ${appAddress}\nAPI    ${apiAddress} (docs at ${apiAddress}/docs)\n`);

closeWithGrace(async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  await Promise.all([site.close(), api.close()]);
});
