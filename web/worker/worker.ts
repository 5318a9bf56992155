import { expose } from 'comlink';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { ShelfSource } from '../offline/modelShelf.ts';
import { loadOnnx } from '../onnx.ts';
import { RecommenderService } from '../service.ts';

// As an asset of its own, where it was built: `npm run build:faiss`.
const [faissUrl] = Object.values(import.meta.glob<string>('../../shared/engine/faiss/faiss.wasm', { query: '?url', import: 'default', eager: true }));

expose(
  new RecommenderService({
    openSource: (manifestUrl, fresh) => new ShelfSource(manifestUrl, fresh),
    readKernel: () => fetchBytes(kernelUrl.href),
    readFaiss: async () => (faissUrl === undefined ? null : fetchBytes(new URL(faissUrl, import.meta.url).href)),
    loadOnnx,
  }),
);

// Held for life, and the page waits for it: so it learns of this worker's end, whatever that is. There are no locks
// where the page came over plain HTTP from elsewhere; then it learns of errors alone.
void navigator.locks?.request(self.name, () => {
  postMessage(self.name);
  return new Promise<never>(() => undefined);
});
