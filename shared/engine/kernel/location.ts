/** Where kernel.wasm is, once `npm run build:kernel` has made it: a file for Node, an asset of its own in a built page. */
export const kernelUrl = new URL('./kernel.wasm', import.meta.url);
