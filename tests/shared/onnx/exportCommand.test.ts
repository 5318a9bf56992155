import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { exportOnnx } from '../../../shared/onnx/exportModel.ts';
import { exportModel } from '../../../trainer/commands/export.ts';
import { InputError } from '../../../trainer/inputError.ts';
import { openModel } from '../../../trainer/openModel.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framerate-export-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

describe('framerate export', () => {
  test('writes the file and says what it takes and gives', async () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const path = join(folder, 'sample.onnx');
    await writeFile(path, 'an older one');
    await exportModel({ model: inject('sampleModel'), onnx: path });
    const written = new Uint8Array(await readFile(path));
    expect(written).toEqual(exportOnnx(await openModel(inject('sampleModel'))));
    const printed = out.mock.calls.map(([text]) => String(text)).join('');
    expect(printed.split('\n')).toHaveLength(3);
    expect(printed).toContain(`${path}: `);
    expect(printed).toContain(`(${written.byteLength.toLocaleString('en')} bytes)`);
    expect(printed).toContain('in: rows int64 [rated], weights float32 [rated], k int64 [1]; out: topRows int64 [found], topScores float32 [found]');
    expect(await readdir(folder)).toEqual(['sample.onnx']);
  });

  test.each<[string, () => { model: string; onnx: string }, unknown]>([
    ['a folder that is not there', () => ({ model: inject('sampleModel'), onnx: join(folder, 'no/where.onnx') }), InputError],
    ['a model that is not there', () => ({ model: join(folder, 'none'), onnx: join(folder, 'none.onnx') }), expect.objectContaining({ code: 'NOT_FOUND' })],
  ])('%s is a sentence', async (_, options, error) => {
    await expect(exportModel(options())).rejects.toThrow(error as Error);
    expect(await readdir(folder)).toEqual(['sample.onnx']);
  });
});
