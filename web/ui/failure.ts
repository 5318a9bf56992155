import type { ErrorAnswer } from '../../shared/errors.ts';
import { t } from './words/words.svelte.ts';

export interface FailureText {
  readonly what: string;
  readonly then: string;
}

const told = ([what, then]: readonly string[]): FailureText => ({ what, then });

/** An error in the words of the page: what is, then what to do. */
export function failureText({ code, message }: ErrorAnswer, isOnline = true): FailureText {
  const { failure } = t();
  switch (code) {
    case 'UNREACHABLE':
      return told(isOnline ? failure.unreachable : failure.firstVisit);
    case 'NOT_FOUND':
      return told(failure.notFound);
    case 'TRUNCATED':
    case 'BAD_MAGIC':
    case 'BAD_DIGEST':
    case 'BAD_ARTIFACT':
    case 'BAD_MANIFEST':
      return told(failure.broken);
    case 'UNSUPPORTED_VERSION':
      return told(failure.newer);
    case 'OUT_OF_MEMORY':
      return told(failure.memory);
    default:
      return { what: failure.other, then: message };
  }
}
