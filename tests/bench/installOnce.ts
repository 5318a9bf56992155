import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs `install` unless what it installs is in the folder already. @param what is wanted: where that changes, it is installed again. */
export async function installOnce(folder: string, what: string, install: () => Promise<void>): Promise<void> {
  const stamp = join(folder, 'installed');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === what) return;
  process.stderr.write(`installing ${what}\n`);
  await mkdir(folder, { recursive: true });
  await install();
  await writeFile(stamp, what);
}
