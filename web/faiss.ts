import { fetchBytes } from './fetchBytes.ts';

/** Its address where Faiss was built (`npm run build:faiss`) before the app was: then it is an asset of the app. */
const [faissUrl] = Object.values(import.meta.glob<string>('../shared/engine/faiss/faiss.wasm', { query: '?url', import: 'default', eager: true }));

/** faiss.wasm in a page or its worker, from this site; null where it was not built. */
export const fetchFaiss = async (): Promise<Uint8Array<ArrayBuffer> | null> => (faissUrl === undefined ? null : fetchBytes(new URL(faissUrl, import.meta.url).href));
