import type { TunedSearch } from './tuning.ts';

const WIDTH = 64;
const HEIGHT = 14;

/** A letter for each type, of which the frontier's are capital. */
const letterOf = ({ search, best }: TunedSearch): string => {
  const letter = search === 'exact' ? 'x' : search.startsWith('IVF') ? 'c' : search.startsWith('HNSW') ? 'g' : search.startsWith('PQ') ? 'p' : 'f';
  return best ? letter.toUpperCase() : letter;
};

/** Recall (upwards) over the median time (to the right, each step a factor) as lines of text. */
export function plot(measured: readonly TunedSearch[]): string {
  const times = measured.map(({ medianMicros }) => Math.log(Math.max(1, medianMicros)));
  const [left, right] = [Math.min(...times), Math.max(...times)];
  const bottom = Math.min(0.9, ...measured.map(({ recall }) => recall));
  const cells = Array.from({ length: HEIGHT }, () => Array<string>(WIDTH).fill(' '));
  // The frontier last, so that it is what is seen.
  const order = measured.map((one, i) => ({ one, time: times[i]! })).sort((a, b) => Number(a.one.best) - Number(b.one.best));
  for (const { one, time } of order) {
    const column = Math.round(((time - left) / (right - left || 1)) * (WIDTH - 1));
    const line = Math.round(((1 - one.recall) / (1 - bottom)) * (HEIGHT - 1));
    cells[line]![column] = letterOf(one);
  }
  const label = (line: number): string => (line === 0 ? '1.00' : line === HEIGHT - 1 ? bottom.toFixed(2) : '').padStart(5);
  const axis = `${Math.exp(left).toFixed(0)} µs`;
  const end = `${Math.exp(right).toFixed(0)} µs`;
  return [
    ...cells.map((line, i) => `${label(i)} │${line.join('').trimEnd()}`),
    `      └${'─'.repeat(WIDTH)}`,
    `       ${axis}${end.padStart(WIDTH - axis.length)}`,
    '       x exact, c cells (IVF), g graph (HNSW), p product quantiser, f Faiss over every row; capital: nothing finds more in less time',
    '',
  ].join('\n');
}
