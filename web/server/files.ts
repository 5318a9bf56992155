import { readFile } from 'node:fs/promises';
import { folderSource, readKernelFile } from '../../shared/artifact/folderSource.ts';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import type { ServiceSurroundings } from '../service.ts';

/** Models from this machine's disk: `load` takes the path of a folder. */
export const onDisk: ServiceSurroundings = {
  openSource: (folder) => folderSource(folder, readFile),
  readKernel: () => readKernelFile(kernelUrl, readFile),
};
