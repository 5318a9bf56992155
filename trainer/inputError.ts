/** A mistake in what the user gave. Its message is a sentence: what is wrong, where, and what to do. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
