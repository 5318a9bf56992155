import * as sha256 from '../../../../shared/artifact/sha256.ts';

/** The widget is one file: there is nothing to fetch. */
export const loadSha256 = (): Promise<typeof sha256> => Promise.resolve(sha256);
