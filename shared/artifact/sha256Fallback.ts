/** SHA-256 in JavaScript, fetched where it is needed: for large files, and where a page came over plain HTTP from elsewhere. */
export const loadSha256 = (): Promise<typeof import('./sha256.ts')> => import('./sha256.ts');
