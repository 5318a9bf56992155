import { readFile } from 'node:fs/promises';
import { folderSource } from '../../shared/artifact/folderSource.ts';
import { enginesOnDisk } from '../../shared/engine/enginesOnDisk.ts';
import type { ServiceSurroundings } from '../service.ts';

/** Models from this machine's disk: `load` takes the path of a folder. */
export const onDisk: ServiceSurroundings = {
  ...enginesOnDisk(readFile),
  openSource: (folder) => folderSource(folder, readFile),
};
