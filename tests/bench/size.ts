import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { formatBytes } from '../../shared/artifact/format.ts';
import { repoRoot } from '../support/tools.ts';

/**
 * How many bytes does a visitor download? Prints every file of the built app and of the models given, raw and as
 * brotli (quality 11): `npm run size -- models/sample`. Build first.
 */
const shell = join(repoRoot, 'dist/app');
const folders = [shell, ...process.argv.slice(2)];

/** Without the copies that are compressed already. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder).filter((name) => !name.endsWith('.br')).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? filesOf(join(folder, name)) : [join(folder, name)]));

process.stdout.write('| file | raw | brotli |\n|---|---:|---:|\n');
for (const folder of folders) {
  let raw = 0;
  let packed = 0;
  for (const file of filesOf(folder)) {
    const bytes = readFileSync(file);
    const brotli = brotliCompressSync(bytes).byteLength;
    raw += bytes.byteLength;
    packed += brotli;
    process.stdout.write(`| ${file.slice(folder.length + 1)} | ${formatBytes(bytes.byteLength)} | ${formatBytes(brotli)} |\n`);
  }
  process.stdout.write(`| **${folder === shell ? 'app' : folder}** | **${formatBytes(raw)}** | **${formatBytes(packed)}** |\n`);
}
