import { InvalidArgumentError } from 'commander';
import { parseSearchText, type SearchSection } from '../../shared/artifact/searchSection.ts';
import { FrameRateError } from '../../shared/errors.ts';

/** The value of an option that names an index. */
export function readIndex(text: string): SearchSection {
  try {
    return parseSearchText(text);
  } catch (error) {
    throw error instanceof FrameRateError ? new InvalidArgumentError(error.message) : error;
  }
}
