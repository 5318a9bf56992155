import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { train } from '../../../trainer/commands/train.ts';
import { createApi } from '../../../web/server/api.ts';
import { ModelHost } from '../../../web/server/modelHost.ts';
import { findPythonWith, needs } from '../../support/tools.ts';

const python = findPythonWith('schemathesis');
const { skip, label } = needs('Python with schemathesis', python);

/** What no answer may break, whatever is asked: https://schemathesis.readthedocs.io/en/stable/reference/checks/ */
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance'];

describe.skipIf(skip)(`questions that Schemathesis makes up from the API’s description${label}`, () => {
  let folder: string;
  let api: FastifyInstance;
  let address: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framerate-fuzz-'));
    const model = await train({ data: ['sample'], rank: 8, residual: 8, seed: 1, out: join(folder, 'films'), publishUsers: true });
    api = await createApi(await ModelHost.open(model), { folder });
    address = await api.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('get an answer that the description names, or a problem: never a 5xx', async () => {
    const options = ['--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--max-examples', '15', '--seed', '1', '--no-color', '--warnings', 'off'];
    // A file of its own for what Hypothesis remembers: a run does not depend on the runs before.
    const run = spawn(python!, ['-m', 'schemathesis.cli', 'run', ...options, `${address}/docs/json`], { cwd: folder });
    let said = '';
    run.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    run.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise((done) => run.on('close', done));
    expect(code, said).toBe(0);
    expect(said).toMatch(/Tested: 9/);
    process.stdout.write(`${/Test cases:\s+(.*)/.exec(said)?.[1]} by Schemathesis\n`);
  }, 300_000);
});
