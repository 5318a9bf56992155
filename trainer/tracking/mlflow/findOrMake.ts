import type { MlflowClient } from './client.ts';
import { MlflowError } from './errors.ts';

/** Makes what must not be made twice: each time that an answer is lost it is looked for first. */
export async function findOrMake<T>(find: () => Promise<T | null>, make: () => Promise<T>, { http }: MlflowClient): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const found = await find();
    if (found) return found;
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof MlflowError && error.isUncertain) || attempt >= http.connection.retries) throw error;
      await http.waitBefore(attempt);
    }
  }
}
