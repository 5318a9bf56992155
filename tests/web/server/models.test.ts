import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { parseManifest } from '../../../shared/artifact/manifest.ts';
import { train } from '../../../trainer/commands/train.ts';
import { createApi } from '../../../web/server/api.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'framerate-host-'));
  await cp(inject('sampleModel'), join(root, 'films'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = () => ModelHost.open(join(root, 'films'));
const trainAnew = (name: string, rank: number) => train({ data: ['sample'], rank, residual: 0, seed: 2, out: join(root, name) });
const manifestPath = (name = 'films') => join(root, name, 'manifest.json');

describe('ModelHost', () => {
  test('takes a newer model in, and whoever asked the one before still gets its answer', async () => {
    const host = await open();
    const before = await host.model();
    await trainAnew('films', 8);
    await host.refresh();
    const after = await host.model();
    expect(after.info.rank).toBe(8);
    expect(after.info.modelId).not.toBe(before.info.modelId);
    expect(await before.service.recommend({ ratings: [] })).toMatchObject({ ok: true });
  });

  test.each<[string, () => Promise<void>, string]>([
    ['whose manifest is half written', async () => writeFile(manifestPath(), (await readFile(manifestPath(), 'utf8')).slice(0, 300)), 'BAD_MANIFEST'],
    [
      'of which a file is damaged',
      async () => {
        await trainAnew('films', 8);
        const [file] = parseManifest(await readFile(manifestPath(), 'utf8')).files;
        const path = join(root, 'films', file!.path);
        const bytes = await readFile(path);
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path, bytes);
      },
      'BAD_DIGEST',
    ],
    [
      'of which a file is missing',
      async () => {
        await trainAnew('films', 8);
        await rm(join(root, 'films', parseManifest(await readFile(manifestPath(), 'utf8')).files[0]!.path));
      },
      'NOT_FOUND',
    ],
  ])('a model %s is not taken in; the one before goes on, and the failure is told once', async (_, spoil, code) => {
    const failures: string[] = [];
    const host = await ModelHost.open(join(root, 'films'), { onFailure: (name, failure) => failures.push(`${name} ${failure.code}`) });
    const before = await host.model();
    await spoil();
    await host.refresh();
    await host.refresh();
    expect(failures).toEqual([`films ${code}`]);
    expect(await host.model()).toBe(before);
    expect(await host.list()).toMatchObject([{ loaded: true, failure: { code } }]);

    await trainAnew('films', 9); // mended
    await host.refresh();
    expect((await host.model()).info.rank).toBe(9);
    expect(await host.list()).toMatchObject([{ failure: null }]);
  });

  test('looks again and again', async () => {
    const host = await open();
    host.watch(10);
    await trainAnew('films', 8);
    await expect.poll(async () => (await host.model()).info.rank, { timeout: 10_000 }).toBe(8);
    host.close();
  });

  test('loads another model when it is first asked for, once for all who ask', async () => {
    await trainAnew('others', 8);
    const loads: string[] = [];
    const host = await ModelHost.open(join(root, 'films'), { onModel: ({ name }) => loads.push(name) });
    expect(await host.list()).toMatchObject([{ manifest: { name: 'films' }, loaded: true }, { manifest: { name: 'others' }, loaded: false }]);
    const found = await Promise.all([host.model('others'), host.model('others')]);
    expect(found[0]).toBe(found[1]);
    expect(loads).toEqual(['films', 'others']);
  });

  test.each(['nothing', '../films', 'films/..', '.', ''])('there is no model named %j', async (name) => {
    await expect((await open()).model(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('does not start without a whole model', async () => {
    await writeFile(manifestPath(), '{}');
    await expect(open()).rejects.toMatchObject({ code: 'BAD_MANIFEST' });
  });
});

describe('several models behind one API', () => {
  test('are listed, and answer by name', async () => {
    await trainAnew('others', 8);
    const api = await createApi(await open());
    const { models } = (await api.inject('/v1/models')).json();
    expect(models).toMatchObject([
      { name: 'films', default: true, manifest: '/models/films/manifest.json', users: false, failure: null },
      { name: 'others', default: false, rank: 8 },
    ]);
    expect((await api.inject('/v1/models/others')).json()).toMatchObject({ name: 'others', counts: { items: 750 } });
    expect((await api.inject('/v1/models/nope')).json()).toMatchObject({ status: 404, pointer: '/name' });

    const ask = async (model?: string) => (await api.inject({ method: 'POST', url: '/v1/recommendations', payload: { ratings: [{ item: 1, rating: 5 }], ...(model && { model }) } })).json().items;
    expect(await ask('films')).toEqual(await ask());
    expect(await ask('others')).not.toEqual(await ask());
  });

  test('one that is damaged is a problem, and the others answer', async () => {
    await cp(join(root, 'films'), join(root, 'broken'), { recursive: true });
    await rm(join(root, 'broken', parseManifest(await readFile(manifestPath(), 'utf8')).files[0]!.path));
    const api = await createApi(await open());
    expect((await api.inject('/v1/onboarding?model=broken')).statusCode).toBe(404);
    expect((await api.inject('/v1/onboarding')).statusCode).toBe(200);
  });
});

describe('GET /v1/users/{id}/recommendations', () => {
  test('is the answer for that person’s own ratings', async () => {
    await train({ data: ['sample'], rank: 8, residual: 0, seed: 1, out: join(root, 'people'), publishUsers: true });
    const host = await ModelHost.open(join(root, 'people'));
    const api = await createApi(host);
    const { catalog, users } = await host.model();
    const ratings = (await users())!.ratingsOf('17', catalog)!;
    expect(ratings.length).toBeGreaterThan(0);
    const posted = (await api.inject({ method: 'POST', url: '/v1/recommendations', payload: { ratings, k: 7, explain: true } })).json();
    const asked = (await api.inject('/v1/users/17/recommendations?k=7&explain=true')).json();
    expect(asked.items).toHaveLength(7);
    expect(asked.items).toEqual(posted.items);
    expect((await api.inject('/v1/users/nobody/recommendations')).json()).toMatchObject({ status: 404, pointer: '/id' });
    expect((await api.inject('/v1/models/people')).json()).toMatchObject({ users: true });
  });

  test('of a model without its people says how to have them', async () => {
    const answer = (await (await createApi(await open())).inject('/v1/users/17/recommendations')).json();
    expect(answer).toMatchObject({ status: 404 });
    expect(answer.detail).toMatch('--publish-users');
  });
});
