import { expect, test } from 'vitest';
import { hideSecrets, readConnection } from '../../../trainer/tracking/mlflow/connection.ts';

const uri = 'https://mlflow.example/base/';

test('nothing is sent where no server is named', () => {
  expect(readConnection({})).toBeNull();
  expect(readConnection({ MLFLOW_TRACKING_URI: ' ' })).toBeNull();
});

test('a server has its address, and what is read of the environment', () => {
  expect(readConnection({ MLFLOW_TRACKING_URI: uri })).toEqual({ uri: 'https://mlflow.example/base', authorization: null, tls: {}, timeoutMs: 30_000, retries: 4 });
  const client = readConnection({ MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_INSECURE_TLS: 'true', MLFLOW_TRACKING_CLIENT_CERT_PATH: 'package.json', MLFLOW_HTTP_REQUEST_TIMEOUT: '5', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' })!;
  expect(client).toMatchObject({ tls: { rejectUnauthorized: false, cert: expect.stringMatching('framerate') as string, key: expect.stringMatching('framerate') as string }, timeoutMs: 5000, retries: 0 });
  expect(readConnection({ MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_SERVER_CERT_PATH: 'package.json' })!.tls.ca).toMatch('framerate');
});

test.each<[string, Record<string, string>, RegExp]>([
  ['a folder', { MLFLOW_TRACKING_URI: './mlruns' }, /is \.\/mlruns: .*http:\/\//],
  ['a database', { MLFLOW_TRACKING_URI: 'postgresql://me:secret@db/mlflow' }, /postgresql:\/\/…@db/],
  ['both kinds of trust', { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_INSECURE_TLS: '1', MLFLOW_TRACKING_SERVER_CERT_PATH: 'x' }, /exclude each other/],
  ['a certificate that is not there', { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_SERVER_CERT_PATH: 'nowhere.pem' }, /SERVER_CERT_PATH names nowhere\.pem/],
  ['a time that is none', { MLFLOW_TRACKING_URI: uri, MLFLOW_HTTP_REQUEST_TIMEOUT: 'long' }, /MLFLOW_HTTP_REQUEST_TIMEOUT is long/],
])('%s is a sentence', (_, env, message) => {
  expect(() => readConnection(env)).toThrow(message);
});

test('no password gets into a tag', () => {
  expect(hideSecrets('train --data https://me:pw@host/x --token abc --api-key=q password: z --seed 1')).toBe('train --data https://…@host/x --token … --api-key=… password: … --seed 1');
});
