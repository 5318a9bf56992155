import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

/**
 * Stands in for `vitest` in the pages of the tests (browser.ts): the same runner and the same `expect`, without the rest,
 * which is for Node. So a contract is one file, whichever place it runs in.
 */
export { afterAll, afterEach, beforeAll, beforeEach, describe, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
export const { expect } = chai;
