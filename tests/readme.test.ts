import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { train } from '../trainer/commands/train.ts';
import { openRecommenderFrom } from '../trainer/openModel.ts';
import { repoRoot } from './support/tools.ts';

const readme = await readFile(join(repoRoot, 'README.md'), 'utf8');

// As `npx framerate train --data sample` makes it.
const folder = await mkdtemp(join(tmpdir(), 'framerate-readme-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const recommender = await openRecommenderFrom(await train({ data: ['sample'], rank: 64, seed: 1, out: join(folder, 'sample') }));

const tastes: [string, number][][] = [
  [['Blade Runner', 5], ['Alien', 4.5], ['2001: A Space Odyssey', 5]],
  [['Spirited Away', 5], ['My Neighbor Totoro', 5], ['Princess Mononoke', 4.5]],
  [['Double Indemnity', 5], ['The Third Man', 5], ['The Maltese Falcon', 4]],
];

test('the tens in the README are those of the model', () => {
  const { items } = recommender.model.catalog;
  const tens = tastes.map((taste) => {
    const ratings = taste.map(([title, rating]) => ({ item: items.find((item) => item.title === title)!.id, rating }));
    return recommender.recommend({ ratings }).items.map(({ item }) => `${item.title} (${item.year})`);
  });
  const lines = [
    `| ${tastes.map((taste) => taste.map(([title, rating]) => `${title} ${rating}★`).join(', ')).join(' | ')} |`,
    '|---|---|---|',
    ...tens[0]!.map((_, place) => `| ${tens.map((ten) => ten[place]).join(' | ')} |`),
  ];
  expect(readme).toContain(lines.join('\n'));
});

test('the README counts the films of the sample', () => {
  expect(readme).toContain(`The sample is ${recommender.model.manifest.counts.items} films`);
});

test('every file and picture that the README points to is there', async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(5);
  for (const path of links) await expect(readFile(join(repoRoot, path)).catch((error: NodeJS.ErrnoException) => error.code), path).resolves.not.toBe('ENOENT');
});
