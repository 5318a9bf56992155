import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../atomicFile.ts';
import { InputError } from '../inputError.ts';
import type { EvaluationResult } from './run.ts';

/** What the file beside a model is called. */
export const RESULT_FILE = 'evaluation.json';

/** @throws {InputError} where the file cannot be written. */
export async function writeResult(path: string, result: EvaluationResult): Promise<void> {
  try {
    await writeAtomically(path, `${JSON.stringify(result, null, 1)}\n`);
  } catch (cause) {
    throw new InputError(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** @throws {InputError} where it is no result, or one of another release. */
export async function readResult(path: string): Promise<EvaluationResult> {
  let result: Partial<EvaluationResult>;
  try {
    result = JSON.parse(await readFile(path, 'utf8')) as Partial<EvaluationResult>;
  } catch (cause) {
    throw new InputError(`${path} holds no evaluation: ${cause instanceof Error ? cause.message : String(cause)}. Make one: framerate evaluate --data … --json ${path}`, { cause });
  }
  if (result.format !== 'framerate-evaluation') throw new InputError(`${path} holds no evaluation. Make one: framerate evaluate --data … --json ${path}`);
  if (result.schemaVersion !== 1) throw new InputError(`${path} is of version ${String(result.schemaVersion)}; this FrameRate reads 1. Evaluate again.`);
  return result as EvaluationResult;
}
