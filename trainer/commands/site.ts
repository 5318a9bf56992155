import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '../../shared/artifact/format.ts';
import { modelIndex } from '../../shared/artifact/modelIndex.ts';
import { InputError } from '../inputError.ts';
import { openWhole } from '../openModel.ts';

interface Options {
  readonly model: readonly string[];
  readonly out: string;
}

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** Beside what a manifest lists, what a model's page and its visitors may want to read. */
const REPORTS = ['evaluation.json', 'tuning.json', 'report.html'];

/** Puts app, widget and models into one folder: all that a static host needs, under any path. People of the training stay here. */
export async function site({ model: folders, out }: Options): Promise<void> {
  const target = resolve(out);
  if (!(await exists(join(DIST, 'app/index.html')))) throw new InputError('The app was not built. Build it: npm run build');
  if (!(await mayReplace(target))) throw new InputError(`${out} holds something else than a site of FrameRate: name a new folder.`);
  const names = folders.map((folder) => basename(resolve(folder)));
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new InputError(`Two models are called ${twice}: a site needs different names.`);

  await mkdir(dirname(target), { recursive: true });
  const aside = await mkdtemp(join(dirname(target), '.writing-'));
  try {
    await cp(join(DIST, 'app'), aside, { recursive: true });
    await cp(join(DIST, 'widget'), join(aside, 'widget'), { recursive: true });
    for (const [place, folder] of folders.entries()) await copyModel(folder, join(aside, 'models', names[place]!));
    await writeFile(join(aside, 'models/index.json'), `${JSON.stringify(modelIndex(names, names[0]!), null, 2)}\n`);
    await rm(target, { recursive: true, force: true });
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
  process.stdout.write(`${out}: app, widget and ${names.join(', ')}, ${formatBytes(await sizeOf(target))}. Any static host serves it, under any path.\n`);
}

/** Reads the whole model first: one that is damaged does not go out. */
async function copyModel(folder: string, target: string): Promise<void> {
  const { model } = await openWhole(folder);
  await mkdir(target, { recursive: true });
  const published = model.manifest.files.filter(({ role }) => role !== 'users').flatMap(({ path }) => [path, `${path}.br`]);
  for (const name of ['manifest.json', ...published, ...REPORTS]) {
    if (await exists(join(folder, name))) await cp(join(folder, name), join(target, name));
  }
}

/** Nothing, an empty folder, or what this command wrote before. */
async function mayReplace(target: string): Promise<boolean> {
  const here = await stat(target).catch(() => null);
  if (!here) return true;
  if (!here.isDirectory()) return false;
  return (await readdir(target)).length === 0 || ((await exists(join(target, 'models/index.json'))) && (await exists(join(target, 'sw.js'))));
}

async function sizeOf(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;
