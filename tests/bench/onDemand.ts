import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repoRoot } from '../support/tools.ts';

/** Packages that the project has no use for: installed for a bench alone, below .cache/bench, when it is run. */
export class PackagesOnDemand {
  readonly #folder: string;
  /** For what is CommonJS. */
  readonly require: NodeJS.Require;

  /** @param name of their folder. @param packages their releases. */
  constructor(
    name: string,
    private readonly packages: Readonly<Record<string, string>>,
  ) {
    this.#folder = join(repoRoot, '.cache/bench', name);
    this.require = createRequire(join(this.#folder, 'package.json'));
  }

  /** @returns why they could not be installed, in a few words; null where they are there. */
  async install(say: (what: string) => void): Promise<string | null> {
    const wanted = `${JSON.stringify({ private: true, dependencies: this.packages }, null, 2)}\n`;
    const stamp = join(this.#folder, 'installed');
    if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return null;
    say(`installing ${Object.keys(this.packages).join(', ')} into .cache/bench`);
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, 'package.json'), wanted);
    try {
      await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund'], { cwd: this.#folder });
      await writeFile(stamp, wanted);
      return null;
    } catch (error) {
      return String((error as { stderr?: string }).stderr || error).trim().split('\n').at(-1)!;
    }
  }

  /** @param path below node_modules. */
  fileOf(path: string): string {
    return join(this.#folder, 'node_modules', path);
  }

  /** No types come with what is not installed when this is compiled: each bench says what it uses. */
  async import<T>(path: string): Promise<T> {
    return (await import(pathToFileURL(this.fileOf(path)).href)) as T;
  }
}
