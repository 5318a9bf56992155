import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names of files that are still being written; whatever is found under one was left by a crash. */
export const isTemporary = (name: string): boolean => name.startsWith('.writing-');

/**
 * Writes a file so that it is there whole or not at all, also when the power goes: write aside, sync, rename.
 * @param content whole, or piece by piece, where it is too large to be held at once.
 */
export async function writeAtomically(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const aside = join(dirname(path), `.writing-${process.pid}-${path.slice(dirname(path).length + 1)}`);
  try {
    const file = await open(aside, 'w');
    try {
      const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for (const piece of pieces) await file.writeFile(piece); // each goes on where the one before ended
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
