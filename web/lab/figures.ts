import type { LabFindings } from './labRun.svelte.ts';

/** Milliseconds with two digits that count. */
export const milliseconds = (micros: number, language = 'en'): string =>
  (micros / 1000).toLocaleString(language, { minimumSignificantDigits: 2, maximumSignificantDigits: micros >= 100_000 ? 3 : 2 });

export const times = (ratio: number, language = 'en'): string => ratio.toLocaleString(language, ratio < 10 ? { minimumFractionDigits: 1, maximumFractionDigits: 1 } : { maximumFractionDigits: 0 });

export const recallText = (recall: number, language = 'en'): string => recall.toLocaleString(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/**
 * For an issue or a chat: always in English, and with what the figures depend on.
 * @param device the browser, as it calls itself.
 */
export function toMarkdown({ reports, roundTrip }: LabFindings, device: string): string {
  const parts = reports.map(({ set, rows, rank, lines, missing }) =>
    [
      `**${set.kind === 'model' ? 'The loaded model' : 'Made-up rows'}: ${rows.toLocaleString('en')} × ${rank}**`,
      '',
      '| engine | median ms | p99 ms | × first | recall@10 |',
      '|---|---:|---:|---:|---:|',
      ...lines.map((line) => `| ${line.name} | ${milliseconds(line.medianMicros)} | ${milliseconds(line.p99Micros)} | ${times(line.timesFirst)} | ${recallText(line.recall)} |`),
      ...missing.map(({ name, why }) => `\n${name} took no part: ${why}`),
    ].join('\n'),
  );
  if (roundTrip) parts.push(`A question to the app's worker, there and back: ${milliseconds(roundTrip.medianMs * 1000)} ms median, ${milliseconds(roundTrip.p99Ms * 1000)} ms p99.`);
  return `${[...parts, device].join('\n\n')}\n`;
}
