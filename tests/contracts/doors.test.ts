import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, inject } from 'vitest';
import type { Result } from '../../shared/errors.ts';
import type { Recommendations } from '../../shared/query.ts';
import { createApi } from '../../web/server/api.ts';
import { onDisk } from '../../web/server/files.ts';
import { ModelHost } from '../../web/server/modelHost.ts';
import { RecommenderService } from '../../web/service.ts';
import { describeInBrowsers, launch } from '../e2e/browser.ts';
import { repoRoot } from '../support/tools.ts';
import { questionsFor, testDoor, type Question } from './questions.ts';

let questions: Question[];
beforeAll(async () => {
  questions = await questionsFor(inject('sampleModel'));
});

async function openService(): Promise<RecommenderService> {
  const service = new RecommenderService(onDisk);
  await service.load(inject('sampleModel'));
  return service;
}

const idsOf = (answer: Result<Recommendations>) => {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.items.map(({ item }) => item.id);
};

describe('the service, in this process', () => {
  testDoor(
    async () => {
      const service = await openService();
      return (queries) => Promise.all(queries.map(async (query) => idsOf(await service.recommend(query))));
    },
    () => questions,
  );
});

describe('the HTTP API', () => {
  testDoor(
    async () => {
      const api = await createApi(await ModelHost.open(inject('sampleModel')));
      return (queries) =>
        Promise.all(
          queries.map(async (query) => {
            const response = await api.inject({ method: 'POST', url: '/v1/recommendations', payload: query });
            return response.json<Recommendations>().items.map(({ item }) => item.id);
          }),
        );
    },
    () => questions,
  );
});

describe('the terminal: framerate recommend --batch', () => {
  testDoor(
    () => async (queries) => {
      // The batch has one k for all; a question's own is the beginning of the longest answer.
      const lines = queries.map(({ ratings, variety, popularity }, user) => JSON.stringify({ user, ratings: ratings.map(({ item, rating }) => [item, rating]), variety, popularity }));
      const answers = (await batch(lines.join('\n'))).trim().split('\n').map((line) => JSON.parse(line) as { items: number[] });
      return answers.map(({ items }, i) => items.slice(0, queries[i]!.k ?? 10));
    },
    () => questions,
  );

  function batch(input: string): Promise<string> {
    const child = spawn(process.execPath, [join(repoRoot, 'trainer/framerate.js'), 'recommend', '--model', inject('sampleModel'), '--batch', '-', '-k', '1000']);
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stdin.end(input);
    return new Promise((done) => child.on('close', () => done(out)));
  }
});

describeInBrowsers('the worker', (browser) => {
  testDoor(
    () => async (queries) => {
      const opened = await launch({ browser, modelFolder: inject('sampleModel'), page: 'door' });
      try {
        return await opened.page.evaluate(async (asked) => window.askDoor(asked), queries as never);
      } finally {
        await opened.close();
      }
    },
    () => questions,
  );
});
