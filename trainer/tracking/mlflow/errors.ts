/** What went wrong between us and an MLflow server. */
export type MlflowErrorKind =
  | 'unreachable' // no answer: not there, cut, too slow
  | 'busy' // an answer that asks to come again later, too often: 408, 429, 5xx
  | 'denied' // 401, 403
  | 'missing' // 404, or RESOURCE_DOES_NOT_EXIST
  | 'exists' // RESOURCE_ALREADY_EXISTS
  | 'rejected' // any other 4xx: the request is wrong, and stays so
  | 'unreadable'; // an answer that is not MLflow's

/** A failure of a request to MLflow, in a sentence for a person. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';

  constructor(
    readonly kind: MlflowErrorKind,
    message: string,
    /** Of the answer, where there was one. */
    readonly status: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the server may have done what it was asked to, although it did not say so. */
  get isUncertain(): boolean {
    return this.kind === 'unreachable' || (this.kind === 'busy' && this.status !== 429);
  }
}

/** What the server says of a failure: MLflow's own JSON, or whatever is in front of it. */
export function errorOf(what: string, uri: string, status: number, body: string): MlflowError {
  const { code, message } = readBody(body);
  const said = message ? `: ${message}` : '';
  if (status === 401) return new MlflowError('denied', `MLflow at ${uri} wants to know who asks (${what}, 401). Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.`, status);
  if (status === 403) {
    const host = /host header/i.test(body) ? ` Its MLFLOW_SERVER_ALLOWED_HOSTS must name ${new URL(uri).host}.` : '';
    return new MlflowError('denied', `MLflow at ${uri} does not allow this (${what}, 403)${said}.${host}`, status);
  }
  if (code === 'RESOURCE_ALREADY_EXISTS') return new MlflowError('exists', `${what}: it exists already${said}`, status);
  if (code === 'RESOURCE_DOES_NOT_EXIST') return new MlflowError('missing', `${what}: MLflow at ${uri} does not have it${said}`, status);
  if (status === 404) return new MlflowError('missing', `There is no MLflow at ${uri} that knows ${what} (404). Is MLFLOW_TRACKING_URI right?`, status);
  if (mayWorkLater(status)) return new MlflowError('busy', `MLflow at ${uri} did not do it (${what}, ${status})${said}`, status);
  if (status >= 400) return new MlflowError('rejected', `MLflow at ${uri} refuses it (${what}, ${status})${said}`, status);
  return new MlflowError('unreadable', `MLflow at ${uri} answered ${status} to ${what}, which is none of its answers. Is MLFLOW_TRACKING_URI right?`, status);
}

export const mayWorkLater = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** Longer messages hold whole SQL statements. */
const LONGEST = 300;

function readBody(body: string): { code?: string; message: string } {
  const cut = (text: string): string => {
    const line = text.replace(/\s+/g, ' ').trim();
    return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  };
  try {
    const { error_code: code, message } = JSON.parse(body) as { error_code?: unknown; message?: unknown };
    return { ...(typeof code === 'string' && { code }), message: typeof message === 'string' ? cut(message) : '' };
  } catch {
    return { message: /<\w/.test(body) ? '' : cut(body) };
  }
}
