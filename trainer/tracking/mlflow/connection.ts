import { readFileSync } from 'node:fs';
import { InputError } from '../../inputError.ts';

/** Where an MLflow server is and how to talk to it: what its own clients read from the environment. */
export interface Connection {
  /** Without a slash at the end and without a password. */
  readonly uri: string;
  /** Of the header of that name. */
  readonly authorization: string | null;
  readonly tls: {
    readonly rejectUnauthorized?: false;
    /** PEM. */
    readonly ca?: string;
    /** PEM, with its key. */
    readonly cert?: string;
    readonly key?: string;
  };
  /** For an answer, and for each silence while a file is sent. */
  readonly timeoutMs: number;
  /** How often something is tried again that may work then. */
  readonly retries: number;
}

const DEFAULT_TIMEOUT_S = 30;
const DEFAULT_RETRIES = 4;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @returns null where MLFLOW_TRACKING_URI is not set: then nothing is sent anywhere.
 * @throws {InputError} where the variables contradict themselves, or name what FrameRate cannot talk to.
 */
export function readConnection(env: Environment = process.env): Connection | null {
  const address = env['MLFLOW_TRACKING_URI']?.trim();
  if (!address) return null;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InputError(`MLFLOW_TRACKING_URI is ${hideSecrets(address)}: FrameRate speaks to an MLflow server, http://… or https://…`);
  }
  const user = env['MLFLOW_TRACKING_USERNAME'] || decodeURIComponent(url.username);
  const password = env['MLFLOW_TRACKING_PASSWORD'] || decodeURIComponent(url.password);
  const token = env['MLFLOW_TRACKING_TOKEN'];
  const authorization = user && password ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : token ? `Bearer ${token}` : null;
  return {
    uri: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    authorization,
    tls: readTls(env),
    timeoutMs: 1000 * wholeNumber(env, 'MLFLOW_HTTP_REQUEST_TIMEOUT', DEFAULT_TIMEOUT_S, 1),
    retries: wholeNumber(env, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', DEFAULT_RETRIES, 0),
  };
}

function readTls(env: Environment): Connection['tls'] {
  const insecure = /^(true|1)$/i.test(env['MLFLOW_TRACKING_INSECURE_TLS'] ?? '');
  const authority = env['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  const client = env['MLFLOW_TRACKING_CLIENT_CERT_PATH'];
  if (insecure && authority) throw new InputError('MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH exclude each other: set one of them.');
  const own = client ? readPem('MLFLOW_TRACKING_CLIENT_CERT_PATH', client) : null;
  return {
    ...(insecure && { rejectUnauthorized: false }),
    ...(authority && { ca: readPem('MLFLOW_TRACKING_SERVER_CERT_PATH', authority) }),
    ...(own !== null && { cert: own, key: own }),
  };
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError(`${variable} names ${path}, which cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function wholeNumber(env: Environment, variable: string, otherwise: number, min: number): number {
  const text = env[variable]?.trim();
  if (!text) return otherwise;
  if (!/^\d+$/.test(text) || Number(text) < min) throw new InputError(`${variable} is ${text}: it is a whole number from ${min} on.`);
  return Number(text);
}

/** Addresses without the passwords in them, and what is called a password, token, secret or key without its value. */
export const hideSecrets = (text: string): string =>
  text.replace(/(\/\/)[^/@\s]+@/g, '$1…@').replace(/((?:password|passwd|token|secret|api[-_]?key)["']?[=:\s]\s*)[^\s"'&]+/gi, '$1…');
