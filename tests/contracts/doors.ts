import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { Result } from '../../shared/errors.ts';
import type { Recommendations } from '../../shared/query.ts';
import { createApi } from '../../web/server/api.ts';
import { onDisk } from '../../web/server/files.ts';
import { ModelHost } from '../../web/server/modelHost.ts';
import { RecommenderService } from '../../web/service.ts';
import type { WidgetQuery } from '../../web/widget/types.ts';
import { describeInBrowsers, launch } from '../e2e/browser.ts';
import { openWidgetHost } from '../e2e/widgetHost.ts';
import { repoRoot } from '../support/tools.ts';
import { testDoor, type Question } from './questions.ts';

/**
 * Puts questions about one published model through every door: all must give the answers that the questions come with.
 * @param folder of the model, once the tests run.
 */
export function describeDoors(folder: () => string, questions: () => readonly Question[]): void {
  describeNodeDoors(folder, questions);
  describeInBrowsers('the worker', (browser) => {
    testDoor(
      () => async (queries) => {
        const opened = await launch({ browser, modelFolder: folder(), page: 'door' });
        try {
          return await opened.page.evaluate(async (asked) => window.askDoor(asked), queries as never);
        } finally {
          await opened.close();
        }
      },
      questions,
    );
  });
}

/** Those that need no browser. */
export function describeNodeDoors(folder: () => string, questions: () => readonly Question[]): void {
  async function openService(): Promise<RecommenderService> {
    const service = new RecommenderService(onDisk);
    const loaded = await service.load(folder());
    if (!loaded.ok) throw new Error(loaded.error.message);
    return service;
  }

  describe('the service, in this process', () => {
    testDoor(async () => {
      const service = await openService();
      return (queries) => Promise.all(queries.map(async (query) => idsOf(await service.recommend(query))));
    }, questions);
  });

  describe('the HTTP API', () => {
    testDoor(async () => {
      const api = await createApi(await ModelHost.open(folder()));
      return (queries) =>
        Promise.all(
          queries.map(async (query) => {
            const response = await api.inject({ method: 'POST', url: '/v1/recommendations', payload: query });
            return response.json<Recommendations>().items.map(({ item }) => item.id);
          }),
        );
    }, questions);
  });

  describe('the terminal: framerate recommend --batch', () => {
    testDoor(
      () => async (queries) => {
        // A batch has one k for all.
        const answers: (string | number)[][] = [];
        const sizes = queries.map(({ k }) => k ?? 10);
        for (const k of new Set(sizes)) {
          const lines = queries.flatMap(({ ratings, variety, popularity }, user) =>
            sizes[user] === k ? [JSON.stringify({ user, ratings: ratings.map(({ item, rating }) => [item, rating]), variety, popularity })] : [],
          );
          for (const line of (await batch(folder(), k, lines.join('\n'))).trim().split('\n')) {
            const { user, items } = JSON.parse(line) as { user: number; items: (string | number)[] };
            answers[user] = items;
          }
        }
        return answers;
      },
      questions,
    );
  });
}

/** The web widget, on a page of another origin. Not for models with an index of Faiss's, which it does not carry. */
export function describeWidgetDoor(folder: () => string, questions: () => readonly Question[]): void {
  describeInBrowsers('the web widget', (browser) => {
    testDoor(
      () => async (queries) => {
        const host = await openWidgetHost({ browser, modelFolder: folder() });
        try {
          await host.show({ body: '<framerate-widget id="widget" src="{model}"></framerate-widget>' });
          return await host.page.evaluate(async (asked) => {
            await customElements.whenDefined('framerate-widget');
            const answers = await Promise.all(asked.map((query) => window.widget.recommend(query)));
            return answers.map(({ items }) => items.map(({ item }) => item.id));
          }, queries as readonly WidgetQuery[]);
        } finally {
          await host.close();
        }
      },
      questions,
    );
  });
}

function idsOf(answer: Result<Recommendations>): (string | number)[] {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.items.map(({ item }) => item.id);
}

function batch(folder: string, k: number, input: string): Promise<string> {
  const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), 'recommend', '--model', folder, '--batch', '-', '-k', String(k)]);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stdin.end(input);
  return new Promise((done) => child.on('close', () => done(out)));
}
