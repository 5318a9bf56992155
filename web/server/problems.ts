import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { FrameRateError, type ErrorCode } from '../../shared/errors.ts';

/** RFC 9457: what went wrong, in a form that programs and people can read. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'about:blank: the title says it all' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable name of the error, for programs' }),
    detail: Type.String({ description: 'what is, then what to do' }),
    pointer: Type.Optional(Type.String({ description: 'JSON pointer to the field at fault' })),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;

const content = { content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } };
/** What every route may answer instead; part of its `response`. */
export const problems = { '4xx': { description: 'the request is at fault', ...content }, '5xx': { description: 'the server is', ...content } };

const STATUS: Record<ErrorCode, readonly [status: number, title: string]> = {
  BAD_QUERY: [422, 'The question cannot be answered'],
  RATING_OUT_OF_RANGE: [422, 'A rating is out of range'],
  NOT_FOUND: [404, 'Not found'],
  NOT_READY: [503, 'Not ready'],
  UNREACHABLE: [503, 'Not ready'],
  TRUNCATED: [503, 'The model is damaged'],
  BAD_MAGIC: [503, 'The model is damaged'],
  BAD_DIGEST: [503, 'The model is damaged'],
  BAD_ARTIFACT: [503, 'The model is damaged'],
  BAD_MANIFEST: [503, 'The model is damaged'],
  UNSUPPORTED_VERSION: [503, 'The model is of another version'],
  OUT_OF_MEMORY: [503, 'Not enough memory'],
  WASM_UNAVAILABLE: [503, 'Not ready'],
};

function send(reply: FastifyReply, problem: Omit<Problem, 'type'>): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify({ type: 'about:blank', ...problem }));
}

/** A request's fault, a model's, or a bug: whatever is thrown is sent as a problem. A body that does not fit is the client's. */
export function handleFailure(error: FastifyError | FrameRateError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof FrameRateError) {
    const [status, title] = STATUS[error.code];
    if (status >= 500) request.log.error(error);
    return send(reply, { title, status, code: error.code, detail: error.message, ...(error.pointer !== undefined && { pointer: error.pointer }) });
  }
  const [violation] = error.validation ?? [];
  if (violation) {
    const missing = violation.keyword === 'required' ? `/${String(violation.params['missingProperty'])}` : '';
    const pointer = violation.instancePath + missing;
    return send(reply, {
      title: 'The request does not fit the schema',
      status: 422,
      code: 'BAD_QUERY',
      detail: `${error.validationContext ?? 'body'}${pointer} ${violation.message ?? 'is not valid'}. See /docs.`,
      pointer,
    });
  }
  const status = error.statusCode ?? 500;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status < 500) return send(reply, { title: STATUS_CODES[status] ?? 'Bad request', status, code: error.code ?? 'BAD_REQUEST', detail: error.message });
  if (error.code === 'FST_UNDER_PRESSURE') return send(reply, { title: 'Busy', status, code: 'BUSY', detail: 'The server has more questions than it can answer. Ask again in a second.' });
  request.log.error(error);
  return send(reply, { title: 'Internal error', status: 500, code: 'INTERNAL', detail: 'This is a bug in FrameRate; the server log has the details.' });
}

export function handleUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(reply, { title: 'Not found', status: 404, code: 'NOT_FOUND', detail: `There is no ${request.method} ${request.url}. See /docs.` });
}
