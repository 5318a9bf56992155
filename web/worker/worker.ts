import { expose } from 'comlink';
import { kernelUrl } from '../../shared/engine/kernel/location.ts';
import { fetchFaiss } from '../faiss.ts';
import { fetchBytes } from '../fetchBytes.ts';
import { ShelfSource } from '../offline/modelShelf.ts';
import { loadOnnx } from '../onnx.ts';
import { RecommenderService } from '../service.ts';
import { holdLifeline } from './lifeline.ts';

expose(
  new RecommenderService({
    openSource: (manifestUrl, fresh) => new ShelfSource(manifestUrl, fresh),
    readKernel: () => fetchBytes(kernelUrl.href),
    readFaiss: fetchFaiss,
    loadOnnx,
  }),
);

holdLifeline();
