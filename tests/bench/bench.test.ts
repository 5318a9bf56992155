import { expect, test } from 'vitest';
import { besideKernel, toMarkdown } from './bench.ts';
import { writeBetweenMarks } from './readme.ts';

const table = {
  title: 'Search',
  columns: ['rows', 'engine', 'median µs', 'p99 µs', '× kernel', 'recall@10'],
  lines: [
    [10_000, 'kernel', 36.25, 50, 1, 0.99],
    [10_000, 'other', 72, 100, 2, 1],
    [60_000, 'kernel', 145, 1234.5, 1, 0.98],
  ],
  notes: ['Measured.'],
};

test('a table as Markdown: numbers to the right, three digits that count', () => {
  expect(toMarkdown(table)).toBe(`**Search**

| rows | engine | median µs | p99 µs | × kernel | recall@10 |
|---:|---|---:|---:|---:|---:|
| 10,000 | kernel | 36.3 | 50 | 1 | 0.99 |
| 10,000 | other | 72 | 100 | 2 | 1 |
| 60,000 | kernel | 145 | 1,235 | 1 | 0.98 |

Measured.
`);
});

test('beside the kernel: a line for each size, and nothing where another took no part', () => {
  expect(besideKernel(table, ['other'])).toMatchObject({
    columns: ['rows', 'kernel, median µs', 'p99 µs', 'other, ×', 'recall@10'],
    lines: [
      [10_000, 36.25, 50, 2, 0.99],
      [60_000, 145, 1234.5, null, 0.98],
    ],
  });
});

test('is written between its marks, and nowhere else', () => {
  const readme = 'before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nafter\n';
  const written = writeBetweenMarks(readme, 'a', 'new\n')!;
  expect(written).toBe('before\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\nafter\n');
  expect(writeBetweenMarks(written, 'a', 'new')).toBe(written);
  expect(writeBetweenMarks(readme, 'b', 'new')).toBeNull();
});
