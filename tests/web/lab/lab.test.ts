import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLab, type LabProgress } from '../../../web/lab/lab.ts';
import { axisOf, FRAME_MICROS, plotRows } from '../../../web/lab/plot.ts';
import { milliseconds, toMarkdown } from '../../../web/lab/figures.ts';
import { decodeTable, makeQueries, makeTable } from '../../../web/lab/synthetic.ts';
import { engines, type EngineFiles } from '../../../web/lab/engines.ts';
import { repoRoot } from '../../support/tools.ts';

const files: EngineFiles = {
  readKernel: async () => new Uint8Array(await readFile(join(repoRoot, 'shared/engine/kernel/kernel.wasm'))),
  readFaiss: async () => null,
  openOnnxOnGpu: () => Promise.reject(new Error('There is no WebGPU here.')),
  async openOnnx() {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.numThreads = 1;
    return ort;
  },
};

describe('made-up rows', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(makeTable(100, 8, 1)).toEqual(makeTable(100, 8, 1));
    expect(makeTable(100, 8, 1).codes).not.toEqual(makeTable(100, 8, 2).codes);
  });

  test('are like those of a model: the popular are longer, dimensions fade, queries differ', () => {
    const table = makeTable(2000, 16, 3);
    const matrix = decodeTable(table);
    const norm = (row: number) => Math.hypot(...matrix.subarray(row * 16, (row + 1) * 16));
    const mean = (from: number) => Array.from({ length: 200 }, (_, i) => norm(from + i)).reduce((sum, value) => sum + value, 0) / 200;
    expect(mean(0)).toBeGreaterThan(1.3 * mean(1800));
    const spread = (d: number) => Math.hypot(...Array.from({ length: 2000 }, (_, row) => matrix[row * 16 + d]!));
    expect(spread(0)).toBeGreaterThan(2 * spread(15));
    const [one, other] = makeQueries(table, 2, 1);
    expect(one).not.toEqual(other);
  });
});

describe('runLab', () => {
  test('runs what is here over a set, says who is not, and how far it is', async () => {
    const told: LabProgress[] = [];
    const reports = await runLab({ sets: [{ kind: 'synthetic', rows: 1500, rank: 16 }], engines: engines.map(({ id }) => id) }, files, (progress) => told.push(progress));
    expect(reports).toHaveLength(1);
    const [{ rows, rank, lines, missing }] = reports as [(typeof reports)[0]];
    expect([rows, rank]).toEqual([1500, 16]);
    expect(lines.map(({ id, recall }) => [id, recall])).toEqual([['kernel', 1], ['onnx', expect.closeTo(1, 1)], ['javascript', 1]]);
    expect(lines[0]!.timesFirst).toBe(1);
    for (const { micros, medianMicros, p99Micros } of lines) {
      expect(micros.length).toBeGreaterThan(0);
      expect(p99Micros).toBeGreaterThanOrEqual(medianMicros);
    }
    expect(missing.map(({ name }) => name)).toEqual(['Faiss, same file', 'Faiss, Flat', 'Faiss, IVF', 'ONNX Runtime, WebGPU']);
    expect(missing.at(-1)!.why).toBe('There is no WebGPU here.');
    expect(missing[0]!.why).toMatch('npm run build:faiss');
    const shares = told.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('keeps single precision out of sets that would take a gigabyte of it', () => {
    const table = { ...makeTable(1, 64, 1), rows: 1_000_000 };
    const unfit = engines.filter((engine) => engine.unfit({ table, matrix: () => new Float32Array(), k: 10 }) !== null);
    expect(unfit.map(({ id }) => id)).toEqual(['faiss-flat', 'faiss-ivf', 'onnx', 'onnx-webgpu']);
  });
});

const line = (id: string, micros: number[]) => ({ id, name: id, how: '', micros, medianMicros: micros[1]!, p99Micros: micros[2]!, timesFirst: 1, recall: 0.9876 });

test('the plot has a logarithmic axis over all times and a film frame', () => {
  const lines = [line('a', [20, 30, 40]), line('b', [2000, 3000, 250_000])];
  const axis = axisOf(lines);
  expect(axis.ticks).toEqual([10, 100, 1000, 10_000, 100_000, 1_000_000]);
  expect(axis.place(10)).toBe(0);
  expect(axis.place(100)).toBeCloseTo(0.2);
  expect(axis.place(FRAME_MICROS)).toBeGreaterThan(0.7);
  const [a] = plotRows(lines, axis);
  expect(Math.max(...a!.heights)).toBe(1);
  expect(a!.median).toBeLessThan(a!.p99);
});

test('Markdown says what was measured, and on what', () => {
  const text = toMarkdown(
    { reports: [{ set: { kind: 'synthetic', rows: 2e6, rank: 64 }, rows: 1_000_000, rank: 64, lines: [line('kernel', [20, 36, 4000])], missing: [{ name: 'Faiss', why: 'it was not built' }] }], roundTrip: { medianMs: 0.4, p99Ms: 1.25, questions: 300 } },
    'a browser',
  );
  expect(text).toBe(`**Made-up rows: 1,000,000 × 64**

| engine | median ms | p99 ms | × first | recall@10 |
|---|---:|---:|---:|---:|
| kernel | 0.036 | 4.0 | 1.0 | 0.988 |

Faiss took no part: it was not built

A question to the app's worker, there and back: 0.40 ms median, 1.3 ms p99.

a browser
`);
  expect(milliseconds(123_456)).toBe('123');
  expect(milliseconds(36, 'de')).toBe('0,036');
});
