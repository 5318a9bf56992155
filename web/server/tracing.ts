import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';

/** The caller's id of a request where it is one that a log can hold, else one of ours. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** A caller's trace, and our own part of it. */
interface Trace {
  readonly trace_id: string;
  readonly parent_id: string;
  readonly span_id: string;
  readonly flags: string;
}

/** https://www.w3.org/TR/trace-context/: version, trace, parent, flags. Zeros alone are no id. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

const traces = new WeakMap<IncomingMessage, Trace>();

/** For Fastify's `childLoggerFactory`: each line of a request's log says which trace it is part of. */
export const traceLog: FastifyServerOptions['childLoggerFactory'] & {} = (logger, bindings, options, request) => {
  const header = request.headers['traceparent'];
  const [, trace_id, parent_id, flags] = (typeof header === 'string' && TRACEPARENT.exec(header)) || [];
  // A log that says nothing needs no children.
  if (!trace_id || !parent_id || !flags) return logger.level === 'silent' ? logger : logger.child(bindings, options);
  const trace = { trace_id, parent_id, span_id: randomBytes(8).toString('hex'), flags };
  traces.set(request as IncomingMessage, trace);
  return logger.child({ ...bindings, trace_id, parent_id, span_id: trace.span_id }, options);
};

/** Passes a request's id and its trace on with the answer. */
export function passTraceOn(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const trace = traces.get(request.raw);
    if (trace) reply.header('traceresponse', `00-${trace.trace_id}-${trace.span_id}-${trace.flags}`);
    done();
  });
}
