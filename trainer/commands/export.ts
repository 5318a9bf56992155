import { formatBytes } from '../../shared/artifact/format.ts';
import { exportOnnx, ONNX_INPUTS, ONNX_OUTPUTS } from '../../shared/onnx/exportModel.ts';
import type { TensorType } from '../../shared/onnx/graph.ts';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import { openModel } from '../openModel.ts';

export async function exportModel({ model: folder, onnx: path }: { model: string; onnx: string }): Promise<void> {
  const bytes = exportOnnx(await openModel(folder));
  try {
    await writeAtomically(path, bytes);
  } catch (cause) {
    throw new InputError(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  process.stdout.write(`${path}: ${formatBytes(bytes.byteLength)} (${bytes.byteLength.toLocaleString('en')} bytes)\n`);
  process.stdout.write(`in: ${describe(ONNX_INPUTS)}; out: ${describe(ONNX_OUTPUTS)}\n`);
}

const describe = (tensors: Readonly<Record<string, TensorType>>): string =>
  Object.entries(tensors)
    .map(([name, { type, shape }]) => `${name} ${type} [${shape.join(', ')}]`)
    .join(', ');
