import { formatBytes } from '../../shared/artifact/format.ts';
import { ENCODER_INPUTS, ENCODER_OUTPUT } from '../../shared/onnx/encoder.ts';
import { exportEncoder, exportOnnx, ONNX_INPUTS, ONNX_OUTPUTS } from '../../shared/onnx/exportModel.ts';
import type { TensorType } from '../../shared/onnx/graph.ts';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import { openModel } from '../openModel.ts';

export async function exportModel({ model: folder, onnx, encoder }: { model: string; onnx?: string; encoder?: string }): Promise<void> {
  if (onnx === undefined && encoder === undefined) throw new InputError('Say what to write: --onnx FILE for the model, --encoder FILE for its fold-in.');
  const model = await openModel(folder);
  if (onnx !== undefined) {
    await write(onnx, exportOnnx(model));
    process.stdout.write(`in: ${describe(ONNX_INPUTS)}; out: ${describe(ONNX_OUTPUTS)}\n`);
  }
  if (encoder !== undefined) {
    await write(encoder, exportEncoder(model));
    process.stdout.write(`in: ${describe(ENCODER_INPUTS)}; out: ${ENCODER_OUTPUT} float32 [${model.factors.rank}]\n`);
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeAtomically(path, bytes);
  } catch (cause) {
    throw new InputError(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  process.stdout.write(`${path}: ${formatBytes(bytes.byteLength)} (${bytes.byteLength.toLocaleString('en')} bytes)\n`);
}

const describe = (tensors: Readonly<Record<string, TensorType>>): string =>
  Object.entries(tensors)
    .map(([name, { type, shape }]) => `${name} ${type} [${shape.join(', ')}]`)
    .join(', ');
