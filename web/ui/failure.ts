import type { ErrorAnswer } from '../../shared/errors.ts';

export interface FailureText {
  readonly what: string;
  readonly then: string;
}

/** An error in the words of the page: what is, then what to do. */
export function failureText({ code, message }: ErrorAnswer): FailureText {
  switch (code) {
    case 'UNREACHABLE':
      return { what: 'The films did not arrive.', then: 'Look at the connection, then try again.' };
    case 'NOT_FOUND':
      return { what: 'There are no films at this address.', then: 'Whoever runs this page has to put them there.' };
    case 'TRUNCATED':
    case 'BAD_MAGIC':
    case 'BAD_DIGEST':
    case 'BAD_ARTIFACT':
    case 'BAD_MANIFEST':
      return { what: 'The films did not pass the check.', then: 'Get them again.' };
    case 'UNSUPPORTED_VERSION':
      return { what: 'These films are of another release than this page.', then: 'Reload the page to get the newest.' };
    default:
      return { what: 'Something went wrong here.', then: message };
  }
}
