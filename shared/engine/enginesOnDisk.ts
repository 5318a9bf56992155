import { readKernelFile } from '../artifact/folderSource.ts';
import { FrameRateError } from '../errors.ts';
import { faissUrl } from './faiss/location.ts';
import { kernelUrl } from './kernel/location.ts';
import { loadOnnx } from '../onnx/load.ts';
import type { Engines } from './open.ts';

/**
 * The compiled parts beside their sources.
 * @param readFile Node's, which this folder must not import.
 */
export const enginesOnDisk = (readFile: (path: URL) => Promise<Uint8Array>): Required<Engines> => ({
  loadOnnx,
  readKernel: () => readKernelFile(kernelUrl, readFile),
  async readFaiss() {
    try {
      return new Uint8Array(await readFile(faissUrl));
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ENOENT') return null;
      throw new FrameRateError('UNREACHABLE', `${String(faissUrl)} cannot be read: ${String(cause)}`, undefined, { cause });
    }
  },
});
