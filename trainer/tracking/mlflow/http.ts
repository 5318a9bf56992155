import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { errorOf, mayWorkLater, MlflowError } from './errors.ts';
import type { Connection } from './connection.ts';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, with its query. */
  readonly path: string;
  /** For messages: "runs/create". */
  readonly what: string;
  readonly json?: unknown;
  /** Opened anew for each try. */
  readonly file?: { open(): NodeJS.ReadableStream; readonly bytes: number };
  /** Whether asking twice does no more than asking once; else an answer that was lost is not asked for again. */
  readonly repeatable: boolean;
}

/** What tests take into their hands: time and chance. */
export interface Waiting {
  pause(ms: number): Promise<unknown>;
  random(): number;
  now(): number;
}

const REAL: Waiting = { pause, random: Math.random, now: Date.now };

const FIRST_WAIT_MS = 500;
/** Whoever is told to wait longer than this gives up. */
export const LONGEST_WAIT_MS = 60_000;

/** Requests to one server: with its credentials, in its time, and again where that may help. */
export class MlflowHttp {
  #dispatcher: Promise<{ request: typeof import('undici').request; dispatcher: Dispatcher }> | null = null;

  constructor(
    readonly connection: Connection,
    private readonly waiting: Waiting = REAL,
  ) {}

  async json<T>(ask: Ask): Promise<T> {
    const body = await this.#send(ask, (response) => response.text());
    try {
      return JSON.parse(body || '{}') as T;
    } catch (cause) {
      throw new MlflowError('unreadable', `What MLflow at ${this.connection.uri} answers to ${ask.what} is no JSON. Is MLFLOW_TRACKING_URI right?`, 200, { cause });
    }
  }

  /** Hands the bytes of an answer to `take`; once more from the beginning, where it was cut. */
  stream<T>(ask: Ask, take: (body: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
    return this.#send(ask, take);
  }

  /** For those who try by themselves. @param attempt from 0 on. */
  async waitBefore(attempt: number): Promise<void> {
    await this.waiting.pause(this.#backoff(attempt));
  }

  async close(): Promise<void> {
    await (await this.#dispatcher)?.dispatcher.close();
  }

  async #send<T>(ask: Ask, take: (body: Dispatcher.ResponseData['body']) => Promise<T>): Promise<T> {
    const { retries, uri } = this.connection;
    for (let attempt = 0; ; attempt++) {
      let failure: MlflowError;
      let wait = this.#backoff(attempt);
      try {
        const response = await this.#once(ask);
        if (response.statusCode >= 200 && response.statusCode < 300) return await take(response.body);
        failure = errorOf(ask.what, uri, response.statusCode, await response.body.text());
        if (!mayWorkLater(response.statusCode)) throw failure;
        wait = Math.max(wait, this.#askedToWait(response.headers['retry-after']));
      } catch (error) {
        if (error instanceof MlflowError) throw error;
        failure = unreachable(ask, uri, error);
      }
      if (attempt >= retries || wait > LONGEST_WAIT_MS || (failure.isUncertain && !ask.repeatable)) throw failure;
      await this.waiting.pause(wait);
    }
  }

  async #once({ method, path, json, file }: Ask): Promise<Dispatcher.ResponseData> {
    const { request, dispatcher } = await (this.#dispatcher ??= this.#open());
    const { uri, authorization, timeoutMs } = this.connection;
    return request(`${uri}${path}`, {
      method,
      dispatcher,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      headers: {
        'user-agent': 'framerate',
        ...(authorization !== null && { authorization }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(file && { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(file && { body: file.open() as import('node:stream').Readable }),
    });
  }

  /** Twice as long each time, and by chance more or less: many clients must not come back at once. */
  #backoff(attempt: number): number {
    return FIRST_WAIT_MS * 2 ** attempt * (0.5 + this.waiting.random());
  }

  /** Loaded when it is needed: most trainings send nothing. */
  async #open(): Promise<{ request: typeof import('undici').request; dispatcher: Dispatcher }> {
    const { EnvHttpProxyAgent, request } = await import('undici');
    const { tls, timeoutMs } = this.connection;
    return { request, dispatcher: new EnvHttpProxyAgent({ connect: { ...tls, timeout: timeoutMs }, requestTls: tls }) };
  }

  /** @param header seconds, or a date. @returns ms */
  #askedToWait(header: string | string[] | undefined): number {
    if (typeof header !== 'string') return 0;
    const ms = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - this.waiting.now();
    return Number.isFinite(ms) ? Math.max(0, ms) : 0;
  }
}

function unreachable({ what }: Ask, uri: string, error: unknown): MlflowError {
  if (!(error instanceof Error)) throw error;
  // Of several addresses of one name each has failed; the first says why.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === '' || cause instanceof TypeError) throw error; // no failure of the network: a bug
  return new MlflowError('unreachable', `MLflow at ${uri} does not answer (${what}: ${cause.message || code})`, null, { cause: error });
}
