import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openModel } from '../../trainer/openModel.ts';
import { readManifest } from '../../trainer/publish.ts';
import { fetchModel, parseReference, registryFolder } from '../../trainer/tracking/fetchModel.ts';
import { RunJournal } from '../../trainer/tracking/journal.ts';
import { MlflowClient } from '../../trainer/tracking/mlflow/client.ts';
import { MlflowHttp } from '../../trainer/tracking/mlflow/http.ts';
import { promote } from '../../trainer/tracking/promote.ts';
import { aliasOf, CHALLENGER, CHAMPION, VERSION_TAGS } from '../../trainer/tracking/registry.ts';
import { replay } from '../../trainer/tracking/replay.ts';
import { PEOPLE_FILE } from '../../trainer/tracking/runRecord.ts';
import { keepModel } from '../../trainer/tracking/trackTraining.ts';
import { writeServedModel } from '../support/servedModel.ts';
import { tinyModel } from '../support/tinyModel.ts';
import type { OpenMlflow } from './mlflow.ts';

/** NDCG@10 of so many people, `shift` above what they have with the first model, give or take `noise`. */
const scoresOf = (shift: number, noise = 0): number[] => Array.from({ length: 60 }, (_, i) => 0.2 + (i % 7) / 20 + shift + (i % 2 === 0 ? noise : -noise));

/** What the registry of an MLflow server is to us. The tests build on each other, in their order. */
export function registryContract(open: () => Promise<OpenMlflow>): void {
  let server: OpenMlflow;
  let root: string;
  let client: MlflowClient;
  let tiny: string;
  const name = 'our films';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'framerate-registry-'));
    server = await open();
    client = new MlflowClient(new MlflowHttp(server.connection));
    tiny = join(root, 'tiny');
    await writeServedModel(tiny, await tinyModel());
  });
  afterAll(async () => {
    await client?.http.close();
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** A training that ended, whose model is to be registered. */
  async function train(scores: readonly number[], { split = 'digest fold 0', model = inject('sampleModel') } = {}): Promise<RunJournal> {
    const journal = RunJournal.begin(root, { kind: 'train', name: 'films', experiment: 'registry' });
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    journal.append({ type: 'metric', key: 'ndcg_at_10', value: mean, standardError: 0.013, step: 0, time: 1 });
    journal.append({ type: 'tags', tags: { 'framerate.split': split, 'framerate.model_id': (await readManifest(model)).modelId } });
    await journal.write(PEOPLE_FILE, JSON.stringify({ split, metric: 'ndcg_at_10', scores }));
    await keepModel(journal, model);
    journal.append({ type: 'register', model: name });
    journal.end('FINISHED');
    await replay(journal.folder, client);
    return journal;
  }
  const aliases = async (): Promise<(string | null)[]> => {
    const model = (await client.registeredModel(name))!;
    return [aliasOf(model, CHAMPION), aliasOf(model, CHALLENGER)];
  };
  const tagOf = async (version: string, key: string): Promise<string | undefined> => (await client.modelVersion(name, version))!.tags!.find((tag) => tag.key === key)?.value;

  test('knows no model that nobody registered', async () => {
    await expect(promote(client, 'nobody', {})).rejects.toThrow(/has no model nobody.*--register nobody/);
    await expect(fetchModel(client, parseReference('nobody'), join(root, 'fetched'))).rejects.toThrow(/has no model nobody/);
  });

  test('a registered model is a version and the challenger, once, however often it is sent', async () => {
    const journal = await train(scoresOf(0));
    await rm(join(journal.folder, 'sent.jsonl'));
    await replay(journal.folder, client);
    expect(await aliases()).toEqual([null, '1']);
    expect(await client.modelVersion(name, '2')).toBeNull();
    expect(Number(await tagOf('1', VERSION_TAGS.metric))).toBeCloseTo(0.345, 3);
    await expect(fetchModel(client, parseReference(name), join(root, 'fetched'))).rejects.toThrow(/has no champion.*framerate promote our films/);
  });

  test('the first one is promoted without any comparison', async () => {
    expect(await promote(client, name, {})).toEqual({ version: '1', before: null, reason: 'The first champion.' });
    expect(await aliases()).toEqual(['1', null]);
    await expect(promote(client, name, {})).rejects.toThrow(/no challenger/);
    await expect(promote(client, name, { to: '1' })).rejects.toThrow(/is the champion already/);
    await expect(promote(client, name, { to: '9' })).rejects.toThrow(/no version 9/);
  });

  test('a better one is promoted, because people are compared one by one', async () => {
    await train(scoresOf(0.004, 0.01), { model: tiny }); // far less than the .013 of either mean
    const { version, before, reason } = await promote(client, name, {});
    expect([version, before]).toEqual(['2', '1']);
    expect(reason).toMatch(/^\+0\.0040 ± 0\.0013 NDCG@10 \(person by person, 60 people\)/);
    expect(await aliases()).toEqual(['2', null]);
    expect(await tagOf('2', VERSION_TAGS.promotion)).toBe(reason);
  });

  test('one that is hardly better, or asked about others, is not; --force says so', async () => {
    await train(scoresOf(0.005, 0.05));
    await expect(promote(client, name, {})).rejects.toThrow(/Version 3 .*stays what it is.*not better by more than its standard error.*--force/);
    await train(scoresOf(0.5), { split: 'another fold 0' });
    await expect(promote(client, name, {})).rejects.toThrow(/not measured on the same people as version 2.*--force/);
    expect(await aliases()).toEqual(['2', '4']);
    const { reason } = await promote(client, name, { to: '3', force: true });
    expect(reason).toMatch(/^Forced\. .*not better/);
    expect(await aliases()).toEqual(['3', '4']);
    expect(await tagOf('3', VERSION_TAGS.forced)).toBe('true');
  });

  test('what was champion before comes back without a word', async () => {
    expect((await promote(client, name, { to: '2' })).reason).toBe('Back from version 3.');
    expect(await aliases()).toEqual(['2', '4']);
    await expect(promote(client, name, { to: '4' })).rejects.toThrow(/not measured on the same people/);
  });

  test('the champion is fetched whole, and replaced by the next one', async () => {
    const folder = registryFolder(parseReference(name), join(root, 'models'));
    const fetched = await fetchModel(client, parseReference(name), folder);
    expect(fetched.version!.version).toBe('2');
    expect((await openModel(folder)).manifest.files.map(({ sha256 }) => sha256)).toEqual((await readManifest(tiny)).files.map(({ sha256 }) => sha256));
    await promote(client, name, { to: '1' });
    const { manifest } = await fetchModel(client, parseReference(`${name}@champion`), folder);
    const sample = await readManifest(inject('sampleModel'));
    expect(manifest.modelId).toBe(sample.modelId);
    expect((await openModel(folder)).manifest.modelId).toBe(sample.modelId);
    expect(await readFile(join(folder, manifest.files[0]!.path))).toEqual(await readFile(join(inject('sampleModel'), sample.files[0]!.path)));
    expect((await fetchModel(client, parseReference(`${name}/2`), join(root, 'models', 'second'))).version!.version).toBe('2');
  });

  test('what arrives broken replaces nothing', async () => {
    const folder = registryFolder(parseReference(name), join(root, 'models'));
    const before = [await readFile(join(folder, 'manifest.json'), 'utf8'), (await readdir(folder)).sort()];
    const { source } = (await client.modelVersion(name, '2'))!;
    const { path } = (await readManifest(tiny)).files[0]!;
    await client.putArtifact(source, path, join(tiny, (await readManifest(tiny)).files[1]!.path));
    await promote(client, name, { to: '2' });
    await expect(fetchModel(client, parseReference(name), folder)).rejects.toMatchObject({ name: 'FrameRateError' });
    expect([await readFile(join(folder, 'manifest.json'), 'utf8'), (await readdir(folder)).sort()]).toEqual(before);
    expect((await openModel(folder)).manifest.name).toBe(encodeURIComponent(name));
  });

  test('a registry that does not answer leaves what was fetched', async () => {
    const folder = registryFolder(parseReference(name), join(root, 'models'));
    const nobody = new MlflowClient(new MlflowHttp({ ...server.connection, uri: 'http://127.0.0.1:1', retries: 0 }));
    const { version, failure, manifest } = await fetchModel(nobody, parseReference(name), folder);
    expect([version, failure!.kind, manifest.modelId]).toEqual([null, 'unreachable', (await readManifest(inject('sampleModel'))).modelId]);
    await expect(fetchModel(nobody, parseReference('other'), join(root, 'models', 'other'))).rejects.toMatchObject({ kind: 'unreachable' });
  });
}
