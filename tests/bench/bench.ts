import { execFileSync } from 'node:child_process';
import { cpus, totalmem, platform, arch } from 'node:os';
import { readFileSync } from 'node:fs';

/** One question that can be measured. */
export interface Bench {
  readonly name: string;
  /** What is asked, in a sentence. */
  readonly question: string;
  run(options: BenchOptions): Promise<readonly Table[]>;
  /** As much of it as README.md shows; all, where nothing is said. */
  summary?(tables: readonly Table[]): readonly Table[];
}

export interface BenchOptions {
  /** Fewer rows and rounds: whether it works, and roughly what comes out. */
  readonly quick: boolean;
  /** What is going on, for a person who waits. */
  say(what: string): void;
}

/** What was found: as Markdown for people, as JSON for programs. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly lines: readonly (readonly (string | number | null)[])[];
  /** Sentences: how it was measured, who could not take part. */
  readonly notes: readonly string[];
  /** Sentences: who did not take part where, and why. A summary leaves them out: its cells are empty there. */
  readonly absences?: readonly string[];
}

export function toMarkdown({ title, columns, lines, notes, absences = [] }: Table): string {
  const cells = (values: readonly (string | number | null)[]): string => `| ${values.map((value) => (typeof value === 'number' ? formatNumber(value) : (value ?? ''))).join(' | ')} |`;
  const rule = columns.map((_, i) => (lines.every((line) => typeof line[i] !== 'string') ? '---:' : '---'));
  return [`**${title}**`, '', cells(columns), `|${rule.join('|')}|`, ...lines.map(cells), '', ...[...notes, ...absences].map((note) => `${note}\n`)].join('\n');
}

/**
 * One line for each thing that was searched, the kernel's times in it, and how many times as long others took.
 * @param table of columns: what was searched, then engine, median, p99, × kernel, recall. The kernel comes first.
 * @param beside the engines to show.
 */
export function besideKernel({ title, columns, lines, notes }: Table, beside: readonly string[]): Table {
  const at = columns.indexOf('engine');
  const keys = [...new Set(lines.map((line) => line.slice(0, at).join()))];
  return {
    title,
    columns: [...columns.slice(0, at), 'kernel, median µs', 'p99 µs', ...beside.map((name) => `${name}, ×`), 'recall@10'],
    lines: keys.map((key) => {
      const group = lines.filter((line) => line.slice(0, at).join() === key);
      const [kernel] = group as [(typeof lines)[number]];
      return [...kernel.slice(0, at), kernel[at + 1]!, kernel[at + 2]!, ...beside.map((name) => group.find((line) => line[at] === name)?.[at + 3] ?? null), kernel[at + 4]!];
    }),
    notes,
  };
}

/** Three digits that count; whole numbers from 100 on. */
const formatNumber = (value: number): string => value.toLocaleString('en', value >= 100 || Number.isInteger(value) ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3, minimumFractionDigits: 0 });

/** What the figures depend on, besides the code. */
export function machineFacts(): string {
  const [cpu] = cpus();
  const flags = platform() === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const simd = ['avx512f', 'avx2', 'asimd'].find((flag) => flags.includes(flag));
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  return `${cpu?.model.trim() ?? 'unknown processor'} (${cpus().length} cores${simd ? `, ${simd}` : ''}), ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${arch()}, Node ${process.versions.node}, commit ${commit}`;
}
