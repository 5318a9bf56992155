import type { LabLine } from './lab.ts';

/** A frame of film, in microseconds: 1/24 s. */
export const FRAME_MICROS = 1_000_000 / 24;
const BINS = 60;

export interface PlotAxis {
  /** Powers of ten, in microseconds. */
  readonly ticks: readonly number[];
  /** 0 to 1 from the first tick to the last. */
  place(micros: number): number;
}

export interface PlotRow {
  readonly id: string;
  readonly name: string;
  /** 0 to 1, how many fell into each bin of the axis, against the fullest. */
  readonly heights: readonly number[];
  readonly median: number;
  readonly p99: number;
}

/** A logarithmic axis over all times, and a film frame besides. */
export function axisOf(lines: readonly LabLine[]): PlotAxis {
  const values = [...lines.flatMap(({ micros }) => [micros[0]!, micros.at(-1)!]), FRAME_MICROS];
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i)),
    place: (micros) => Math.min(1, Math.max(0, (Math.log10(micros) - first) / (last - first))),
  };
}

export function plotRows(lines: readonly LabLine[], axis: PlotAxis): PlotRow[] {
  return lines.map(({ id, name, micros, medianMicros, p99Micros }) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const time of micros) counts[Math.min(BINS - 1, Math.floor(axis.place(time) * BINS))]! += 1;
    const most = Math.max(...counts);
    return { id, name, heights: counts.map((count) => count / most), median: axis.place(medianMicros), p99: axis.place(p99Micros) };
  });
}
