import { join } from 'node:path';
import { openBrowser, openSite } from '../e2e/browser.ts';
import { shellUntil, timeOfTheTen, watchForTheTen } from '../e2e/firstVisit.ts';
import { repoRoot } from '../support/tools.ts';
import { machineFacts, toMarkdown } from './bench.ts';
import { NETWORKS, slowDown } from './slowNetwork.ts';

/** From a first visit to the first ten films on the screen, on a phone in Chromium: `npm run bench:visit [model folder]`. */
const modelFolder = process.argv[2] ?? join(repoRoot, 'models/ml-latest-small');
const VISITS = 5;

const lines: (string | number)[][] = [];
for (const network of [null, ...NETWORKS] as const) {
  for (const slower of [1, 4]) {
    const times: number[] = [];
    let [shell, model] = [0, 0];
    for (let visit = 0; visit < VISITS; visit++) {
      const site = await openSite(modelFolder);
      await fetch(site.address); // a server that has just begun takes longer for its first answer
      const before = site.downloads.length;
      const way = network && (await slowDown(site.address, network));
      const { page, close } = await openBrowser('chromium', { viewport: { width: 390, height: 844 } });
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
      await watchForTheTen(page);
      await page.goto((way ?? site).address, { waitUntil: 'commit' });
      const { shownAfter, there } = await timeOfTheTen(page);
      times.push(shownAfter);
      const sum = (files: typeof site.downloads): number => files.reduce((bytes, file) => bytes + file.bytes, 0);
      const downloads = site.downloads.slice(before);
      [shell, model] = [sum(shellUntil(downloads, there)), sum(downloads.filter(({ path, at }) => at < there && path.startsWith('/models/')))];
      await close();
      way?.close();
      await site.close();
    }
    times.sort((a, b) => a - b);
    lines.push([network?.name ?? 'none', network?.megabitsPerSecond ?? '', network?.roundTripMs ?? '', slower, Math.round(times[VISITS >> 1]!), Math.round(times.at(-1)!), Math.round(shell / 1000), Math.round(model / 1000)]);
    process.stderr.write(`${lines.at(-1)!.join(' ')}\n`);
  }
}
const columns = ['network', 'Mbit/s', 'round trip, ms', 'processor slowed, ×', 'median ms', 'slowest ms', 'app, kB', 'model, kB'];
process.stdout.write(toMarkdown({ title: 'From a first visit to ten films on the screen', columns, lines, notes: [`${VISITS} visits each, with an empty cache, over HTTP/1.1 without encryption as \`serve\` speaks it. ${machineFacts()}.`] }));
