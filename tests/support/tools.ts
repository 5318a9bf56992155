import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/**
 * What tests need and a machine may not have. `tests/setup.sh` (npm's `pretest`) installs it where it may;
 * elsewhere the tests that need it are skipped and say so in their names:
 *
 * ```ts
 * const python = findPython();
 * const { skip, label } = needs('Python with faiss-cpu', python);
 * describe.skipIf(skip)(`Faiss reads our index${label}`, () => { … python! … });
 *
 * const ratings = realData('ml-latest-small');
 * const real = needs('the ml-latest-small ratings', ratings, requireData);
 * ```
 */

export const repoRoot = resolve(import.meta.dirname, '../..');

/** Chromium, Python and the like must be here: their absence fails tests instead of skipping them. */
export const requireAll = isSet('FRAMERATE_REQUIRE_ALL');

/** The same for the real ratings, which are never part of the repository. */
export const requireData = isSet('FRAMERATE_REQUIRE_DATA');

/**
 * Whether to skip tests that need something, and what to append to their names then.
 * @throws {Error} where it is missing and `required`
 */
export function needs(what: string, found: unknown, required = requireAll): { skip: boolean; label: string } {
  if (found) return { skip: false, label: '' };
  if (required) throw new Error(`This run must not skip tests, and they need ${what}, which is not here`);
  return { skip: true, label: ` (skipped: needs ${what})` };
}

/** The browsers of the end-to-end tests. */
export const findChromium = (): string | null => findProgram(process.env.FRAMERATE_CHROMIUM, ['chromium', 'chromium-browser', 'google-chrome']);
export const findFirefox = (): string | null => findProgram(process.env.FRAMERATE_FIREFOX, ['firefox-esr', 'firefox']);

/** MLflow's own program, in an environment of its own. */
export function findMlflow(): string | null {
  const program = process.env.FRAMERATE_MLFLOW || join(repoRoot, '.cache/mlflow/bin/mlflow');
  return isExecutable(program) ? program : null;
}

/** WebKitGTK has no program of one name on the path: its small browser lies where Debian and its relatives keep it. */
export interface WebKitPrograms {
  /** WebKitWebDriver. */
  readonly driver: string;
  /** MiniBrowser, of the same release. */
  readonly browser: string;
  /** Xvfb, a screen that nobody sees: WebKitGTK needs one. */
  readonly display: string;
}

export function findWebKit(): WebKitPrograms | null {
  const [driver, display] = [findOnPath('WebKitWebDriver'), findOnPath('Xvfb')];
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const browser = ['6.0', '4.1', '4.0'].map((version) => `/usr/lib/${architecture}-linux-gnu/webkit${version === '6.0' ? '' : '2'}gtk-${version}/MiniBrowser`).find(isExecutable);
  return driver && display && browser ? { driver, browser, display } : null;
}

const pythonWith = new Map<string, string | null>();

/** The Python of the tests, where it can import a module. */
export function findPythonWith(module: string): string | null {
  // Asked only once a process: an import takes some tenths of a second.
  let python = pythonWith.get(module);
  if (python === undefined) {
    const candidate = process.env.FRAMERATE_PYTHON || join(repoRoot, '.cache/venv/bin/python');
    python = spawnSync(candidate, ['-c', `import ${module}`]).status === 0 ? candidate : null;
    pythonWith.set(module, python);
  }
  return python;
}

/** A Python that can import faiss: the native Faiss that ours must agree with. */
export const findPython = (): string | null => findPythonWith('faiss');

/** The folder of a real data set: below `FRAMERATE_DATA`, else below `../shared/data` beside the repository. */
export function realData(name: 'ml-latest-small' | 'goodbooks-10k-v1'): string | null {
  const folder = resolve(process.env.FRAMERATE_DATA || join(repoRoot, '../shared/data'), name);
  return existsSync(join(folder, 'ratings.csv')) ? folder : null;
}

function findProgram(chosen: string | undefined, names: readonly string[]): string | null {
  if (chosen) return isExecutable(chosen) ? chosen : null;
  return names.reduce<string | null>((found, name) => found ?? findOnPath(name), null);
}

export function findOnPath(program: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, program);
    if (isExecutable(file)) return file;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isSet(name: string): boolean {
  return Boolean(process.env[name]);
}
