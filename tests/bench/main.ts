import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { repoRoot } from '../support/tools.ts';
import { machineFacts, toMarkdown, type Bench, type Table } from './bench.ts';
import { exclusions } from './exclusions.ts';
import { memory } from './memory.ts';
import { onnx } from './onnx.ts';
import { writeBetweenMarks } from './readme.ts';
import { search } from './search.ts';
import { svd } from './svd.ts';
import { worker } from './worker.ts';

const benches: readonly Bench[] = [search, exclusions, worker, memory, onnx, svd];

const program = new Command('npm run bench --')
  .description(
    `Measures, side by side in one run, and prints tables.\n\n${benches.map(({ name, question }) => `  ${name.padEnd(12)}${question}`).join('\n')}\n\n` +
      'Other libraries are installed into .cache/bench for it. A machine that does other things meanwhile spoils times, but hardly ratios.',
  )
  .addOption(new Option('--only <name>', 'only this question').choices(benches.map(({ name }) => name)))
  .option('--quick', 'fewer rows and rounds: roughly, in two minutes', false)
  .option('--json <file>', 'write what was found as JSON, too')
  .option('--write-readme', 'put the tables into README.md, between their marks', false)
  .parse();
const { only, quick, json, writeReadme } = program.opts<{ only?: string; quick: boolean; json?: string; writeReadme: boolean }>();
if (writeReadme && quick) program.error('error: quick figures do not belong into README.md; leave one of --quick and --write-readme out');

const machine = machineFacts();
process.stdout.write(`${machine}${quick ? '; a quick run' : ''}\n\n`);
const found: Record<string, readonly Table[]> = {};
for (const bench of benches.filter(({ name }) => only === undefined || name === only)) {
  const begun = performance.now();
  const tables = await bench.run({ quick, say: (what) => process.stderr.write(`${bench.name}: ${what}\n`) });
  process.stderr.write(`${bench.name}: ${Math.round((performance.now() - begun) / 1000)} s\n`);
  found[bench.name] = tables;
  for (const table of tables) process.stdout.write(`${toMarkdown(table)}\n`);
  if (writeReadme) writeIntoReadme(bench.name, bench.summary?.(tables) ?? tables);
}
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, quick, found }, null, 2)}\n`);
// Peers keep threads and timers of their own.
process.exit(0);

/** At once, so that a question that fails later takes nothing from those before. */
function writeIntoReadme(name: string, tables: readonly Table[]): void {
  const file = join(repoRoot, 'README.md');
  const written = writeBetweenMarks(readFileSync(file, 'utf8'), name, `${tables.map(toMarkdown).join('\n')}\n${machine}.`);
  if (written !== null) writeFileSync(file, written);
}
