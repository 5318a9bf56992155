import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx } from '../../shared/onnx/load.ts';
import type { EngineFiles } from '../../web/lab/engines.ts';
import { repoRoot } from '../support/tools.ts';

const kernelFile = join(repoRoot, 'shared/engine/kernel/kernel.wasm');
const faissFile = join(repoRoot, 'shared/engine/faiss/faiss.wasm');

/** The engines that the lab compares, in Node. */
export const filesOnDisk: EngineFiles = {
  readKernel: async () => new Uint8Array(await readFile(kernelFile)),
  readFaiss: async () => (existsSync(faissFile) ? readFile(faissFile) : null),
  openOnnxOnGpu: () => Promise.reject(new Error('There is no WebGPU in Node.')),
  openOnnx: loadOnnx,
};
