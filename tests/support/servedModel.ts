import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from './tinyModel.ts';

/**
 * Writes a model into a folder as the publisher would, so that a server hands it out: files are named by their digests.
 * @param files of tinyModel.
 */
export async function writeServedModel(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = JSON.parse(new TextDecoder().decode(files.get('manifest.json'))) as { files: { path: string; role: string; sha256: string }[] };
  for (const file of manifest.files) {
    const bytes = files.get(file.path)!;
    file.path = `${file.role}-${file.sha256.slice(0, 12)}.bin`;
    await writeFile(join(folder, file.path), bytes);
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
