/** Where faiss.wasm is, once `npm run build:faiss` has made it: a file, for Node. A page that is built has it as an asset. */
export const faissUrl = new URL('./faiss.wasm', import.meta.url);
