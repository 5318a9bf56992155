import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactSource } from '../../shared/artifact/load.ts';
import { FrameRateError } from '../../shared/errors.ts';
import type { ServiceSurroundings } from '../service.ts';

const KERNEL = fileURLToPath(new URL('../../shared/engine/kernel/kernel.wasm', import.meta.url));

/** The folder of a model as a source of its files. */
export function folderSource(folder: string): ArtifactSource {
  return {
    async read(path) {
      const file = join(folder, path);
      try {
        return new Uint8Array(await readFile(file));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new FrameRateError('NOT_FOUND', `There is no ${file}. Train a model first: npx framerate train`, undefined, { cause });
        throw new FrameRateError('UNREACHABLE', `${file} could not be read: ${String(cause)}`, undefined, { cause });
      }
    },
  };
}

/** Models from this machine's disk: `load` takes the path of a folder. */
export const onDisk: ServiceSurroundings = {
  openSource: folderSource,
  async readKernel() {
    try {
      return new Uint8Array(await readFile(KERNEL));
    } catch (cause) {
      throw new FrameRateError('NOT_FOUND', 'The search kernel was not built. Build it: npm run build:kernel', undefined, { cause });
    }
  },
};
