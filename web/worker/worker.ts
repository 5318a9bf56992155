import { expose } from 'comlink';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { ShelfSource } from '../offline/modelShelf.ts';
import { loadOnnx } from '../onnx.ts';
import { RecommenderService } from '../service.ts';
import { holdLifeline } from './lifeline.ts';

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

holdLifeline();
