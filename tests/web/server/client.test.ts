import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTypes, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createApi } from '../../../web/server/api.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';
import { repoRoot } from '../../support/tools.ts';

/** Inside the project, so that its packages are found. */
const folder = join(repoRoot, '.cache', `client-${process.pid}`);

beforeAll(async () => {
  const api = await createApi(await ModelHost.open(inject('sampleModel')), { keys: ['a key'] });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'framerate.d.ts'), astToString(await openapiTypes((await api.inject('/docs/json')).json())));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the compiler says of a program beside the generated types. */
async function complaints(name: string, program: string): Promise<string[]> {
  const file = join(folder, `${name}.ts`);
  await writeFile(file, program);
  const checked = ts.createProgram([file], { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, skipLibCheck: true, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] });
  return ts.getPreEmitDiagnostics(checked).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the TypeScript of docs/api.md fits the types that are generated from the API’s description', async () => {
  const [, example] = /```ts\n(.*?)```/s.exec(await readFile(join(repoRoot, 'docs/api.md'), 'utf8'))!;
  expect(await complaints('example', example!)).toEqual([]);
});

test('every route can be asked by its types', async () => {
  const program = `
    import createClient from 'openapi-fetch';
    import type { paths } from './framerate.d.ts';
    const api = createClient<paths>({ baseUrl: '' });
    const body = { ratings: [{ imdbId: 'tt0133093', rating: 5 }], filter: { withoutGenres: ['Horror'], years: { from: 1990 }, only: [1, 'two'] }, exclude: [3], explain: true };
    const share: number | undefined = (await api.POST('/v1/recommendations', { body })).data?.items[0]?.because?.[0]?.share;
    const title: string | undefined = (await api.POST('/v1/recommendations:batch', { body: { queries: [body] } })).data?.answers[0]?.items[0]?.item.title;
    await api.GET('/v1/users/{id}/recommendations', { params: { path: { id: '7' }, query: { k: 3 } } });
    await api.GET('/v1/items', { params: { query: { q: 'alien' } } });
    const year: number | null | undefined = (await api.GET('/v1/items/{id}', { params: { path: { id: '1' } } })).data?.year;
    await api.GET('/v1/items/{id}/similar', { params: { path: { id: '1' } } });
    await api.GET('/v1/onboarding');
    const { data, error } = await api.GET('/v1/models/{name}', { params: { path: { name: 'films' } } });
    const pointer: string | undefined = error?.pointer;
    const bytes: number | undefined = data?.bytes;
    await api.GET('/v1/models');
    export { share, title, year, pointer, bytes };
  `;
  expect(await complaints('all', program)).toEqual([]);
});

test('what the API would refuse is refused by the compiler', async () => {
  const program = `
    import createClient from 'openapi-fetch';
    import type { paths } from './framerate.d.ts';
    await createClient<paths>().POST('/v1/recommendations', { body: { ratings: [{ item: 1, rating: '5' }] } });
  `;
  expect(await complaints('wrong', program)).toHaveLength(1);
});
