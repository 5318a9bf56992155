import type { FastifyReply } from 'fastify';
import { FrameRateError, type Result } from '../../shared/errors.ts';

type Mutable<T> = T extends readonly (infer E)[] ? Mutable<E>[] : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** Fastify's types want to be able to change what they send; they do not. */
export const mutable = <T>(value: T): Mutable<T> => value as Mutable<T>;

/**
 * The value of an answer.
 * @param at where in the body the question stood, to be put before the pointer: "/queries/3".
 * @throws {FrameRateError} the answer's error, which problems.ts sends.
 */
export function valueOf<T>(answer: Result<T>, at = ''): T {
  if (answer.ok) return answer.value;
  const { code, message, pointer } = answer.error;
  throw new FrameRateError(code, message, pointer === undefined ? undefined : at + pointer);
}

/** Headers of an answer that follows from the model alone: it may be kept for a while, and is asked for by its model. */
export function cacheable(reply: FastifyReply, modelId: string): void {
  reply.headers({ 'cache-control': 'public, max-age=60', 'x-model-id': modelId });
}
